"""The engines and the loader on drawn texts: they agree, and parse or raise `ParseError`."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procmaps import ParseError, dumps, loads, strategies
from procmaps.engines import lark_engine, regex_engine
from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.formats.dialects import DIALECTS
from procmaps.grammar import loading
from tests.support.columns import difference
from tests.support.examples import examples

ANY_DIALECT = st.sampled_from([dialect.name for dialect in DIALECTS])
# Drawing from a grammar is slow, filters much, and goes deep.
SLOWLY = settings(
    max_examples=examples(8),
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)


def assert_agreed(text: bytes, name: str) -> ColumnBuffers:
    loaded = loading.load(name)
    columns = lark_engine.scan(text, loaded)
    assert difference(columns, regex_engine.scan(text, loaded)) is None
    return columns


@pytest.mark.slow
@pytest.mark.parametrize("start", ["maps", "smaps", "rollup"])
@pytest.mark.parametrize("dialect", [dialect.name for dialect in DIALECTS])
@SLOWLY
@given(data=st.data())
def test_engines_accept_what_the_grammar_derives(
    dialect: str, start: str, data: st.DataObject
) -> None:
    """By the syntax, that is.

    What is refused is refused for a reason that no grammar can state: an end below the start, a
    number of more than 64 bits, a repeated field in one entry.
    """
    columns = assert_agreed(data.draw(strategies.grammar_bytes(dialect, start)), dialect)
    assert [fault for fault in columns.unparsed if not fault.reason] == []


@SLOWLY
@given(strategies.grammar_bytes("linux", "name"))
def test_both_name_parsers_agree_on_names_of_the_grammar(raw: bytes) -> None:
    linux = loading.load("linux")
    assert linux.parse_name(raw) == linux.parse_name_with_lark(raw)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
@given(strategies.damaged_dumps(), ANY_DIALECT)
def test_engines_agree_on_damaged_dumps(text: bytes, dialect: str) -> None:
    assert_agreed(text.replace(b"\r\n", b"\n"), dialect)


RAW = ("linux-4.9-android", "nommu-6.1", "gvisor", "linux-2.4.17", "qemu-user", "cygwin")


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_engines_agree_on_damaged_dumps_with_raw_newlines(data: st.DataObject) -> None:
    made: str = data.draw(st.sampled_from(RAW))
    text = data.draw(strategies.damaged_dumps(strategies.dumps(made)))
    assert_agreed(text, data.draw(ANY_DIALECT))


def strict_error(text: bytes, dialect: str) -> ParseError | None:
    """Return the error of strict reading. Any other exception fails the test."""
    try:
        assert dumps(loads(text, dialect=dialect)) == text
    except ParseError as error:
        return error
    return None


def parses_or_raises(text: bytes, dialect: str) -> None:
    """Check that *text* parses or raises `ParseError`, and round-trips with ``collect``."""
    snapshot = loads(text, errors="collect", dialect=dialect)
    assert dumps(snapshot) == text
    error = strict_error(text, dialect)
    assert error == snapshot.first_error
    if error:
        assert 1 <= error.line <= text.count(b"\n") + 1
        assert 0 <= error.offset <= len(text)
        assert 1 <= error.column <= len(error.source) + 1
    assert all(problem.message for problem in snapshot.problems)
    assert len(list(snapshot)) == len(snapshot)


@given(st.binary(), st.just("auto") | ANY_DIALECT)
def test_any_bytes_parse_or_raise_parse_error(text: bytes, dialect: str) -> None:
    parses_or_raises(text, dialect)


@settings(max_examples=examples(100), suppress_health_check=[HealthCheck.too_slow])
@given(strategies.damaged_dumps(), st.just("auto") | ANY_DIALECT)
def test_damaged_dumps_parse_or_raise_parse_error(text: bytes, dialect: str) -> None:
    parses_or_raises(text, dialect)
