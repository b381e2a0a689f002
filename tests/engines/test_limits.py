"""Work and memory are linear in the size of any text, and memory is a small multiple of it.

Memory is the number of bytes allocated, work the number of functions called: no clock is read.
"""

from __future__ import annotations

import pytest

from procmaps import ParseError, Snapshot, loads
from procmaps.engines import scan_text
from procmaps.engines.engine_selection import why_not_native
from procmaps.lint import lint
from tests.support.costs import MAX_GROWTH, MAX_MULTIPLE, bytes_for_each_byte, growth_of_calls
from tests.support.hostile_texts import DIALECTS, HOSTILE_TEXTS

pytestmark = pytest.mark.slow

MAX_MULTIPLE_IN_PYTHON = 12
"""The bound for small texts in dialects that only pure Python reads; 11.8 is the most measured."""

SIZES_IN_PYTHON = {"flags that differ": 40_000}
"""By kind, the size of a text that has filled the caches of lines of flags."""


@pytest.fixture(params=["python", "native"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Read texts with one engine."""
    name: str = request.param
    if name == "native" and (missing := why_not_native()):
        pytest.skip(f"the native scanner was not built: {missing}")
    monkeypatch.setattr(scan_text, "engine", lambda: name)
    return name


def collected(text: bytes) -> Snapshot:
    """Read *text* and find its problems, without looking at them."""
    snapshot = loads(text, errors="collect")
    assert len(snapshot.problems) >= 0
    return snapshot


def in_each_dialect(text: bytes) -> None:
    for dialect in ("android", "nommu", "gvisor", "cygwin"):
        assert loads(text, errors="collect", dialect=dialect).dialect == dialect


def strictly(text: bytes) -> object:
    try:
        return loads(text)
    except ParseError as error:
        return error


@pytest.mark.parametrize("kind", HOSTILE_TEXTS)
@pytest.mark.usefixtures("engine")
def test_memory_is_a_small_multiple_of_the_text(kind: str) -> None:
    make = HOSTILE_TEXTS[kind]
    assert bytes_for_each_byte(collected, make, 40_000) <= MAX_MULTIPLE


@pytest.mark.parametrize("kind", HOSTILE_TEXTS)
@pytest.mark.usefixtures("engine")
def test_work_is_linear(kind: str) -> None:
    make = HOSTILE_TEXTS[kind]
    assert growth_of_calls(collected, make, 5_000) <= MAX_GROWTH


@pytest.mark.parametrize("kind", HOSTILE_TEXTS)
def test_reading_in_each_dialect_is_linear(kind: str) -> None:
    make = HOSTILE_TEXTS[kind]
    size = SIZES_IN_PYTHON.get(kind, 20_000)
    assert bytes_for_each_byte(in_each_dialect, make, size) <= MAX_MULTIPLE_IN_PYTHON
    assert growth_of_calls(in_each_dialect, make, 5_000) <= MAX_GROWTH


@pytest.mark.parametrize("kind", HOSTILE_TEXTS)
def test_reading_strictly_is_linear(kind: str) -> None:
    make = HOSTILE_TEXTS[kind]
    assert growth_of_calls(strictly, make, 5_000) <= MAX_GROWTH


SIZES = {"flags of many words": 60_000}
"""By kind, the size of a text in which `lint` has filled its cache of 256 lines up to 200 bytes."""

READ_IN_PYTHON = (
    "mark of android, then open labels",
    "marks of android",
    "marks of nommu and cygwin in turn",
    "a mark at the end",
)
"""The kinds in other dialects that need most; pure Python reads 1024 mappings at once."""


def linted(text: bytes) -> None:
    """Look at each finding and keep none."""
    for finding in lint(text):
        assert finding.line


@pytest.mark.parametrize("kind", HOSTILE_TEXTS)
def test_linting_is_linear(kind: str) -> None:
    make = HOSTILE_TEXTS[kind]
    assert growth_of_calls(linted, make, 5_000) <= MAX_GROWTH
    limit = MAX_MULTIPLE_IN_PYTHON if kind in DIALECTS else MAX_MULTIPLE
    assert bytes_for_each_byte(linted, make, SIZES.get(kind, 20_000)) <= limit


@pytest.mark.parametrize("kind", READ_IN_PYTHON)
def test_linting_more_than_is_read_at_once_needs_a_small_multiple(kind: str) -> None:
    assert bytes_for_each_byte(linted, HOSTILE_TEXTS[kind], 80_000) <= MAX_MULTIPLE
