"""Laws of the Python entry points: each takes any text, and raises for a text that breaks it.

Every exception that is not documented is a find, too.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

import procmaps
from procmaps import json_format, lint
from procmaps.engines import lark_engine, native_engine, regex_engine
from procmaps.formats.dialects import DIALECTS
from procmaps.grammar import loading
from procmaps.producers import every_producer
from tests.support.columns import difference
from tests.trials.fuzzing import memory_laws

E = TypeVar("E", bound=Exception)

Law = Callable[[bytes], None]

REFERENCE_BYTES = 100
"""Texts up to this length are also read by Lark, which is some fifty times as slow."""

FEW = 40
"""Interpretations of a name that are looked at: there can be more than any machine could hold."""

PRODUCERS = every_producer()
"""One producer for each change of a format."""


def _first(kind: type[E], action: Callable[[], object]) -> E | None:
    """Return the error of this *kind* that *action* raises, or None."""
    try:
        action()
    except kind as error:
        return error
    return None


def engines(text: bytes) -> None:
    """Every engine fills the same columns, in Linux's dialect and in one more."""
    for name in ("linux", DIALECTS[sum(text) % len(DIALECTS)].name):
        grammar = loading.load(name)
        columns = regex_engine.scan(text, grammar)
        tables = native_engine.scanner_tables(grammar)
        if tables:
            wrong = difference(native_engine.scan(text, grammar, tables), columns)
            assert wrong is None, f"{name}: native and Python differ in {wrong}"
        if len(text) <= REFERENCE_BYTES:
            wrong = difference(lark_engine.scan(text, grammar), columns)
            assert wrong is None, f"{name}: the reference and Python differ in {wrong}"


def snapshots(text: bytes) -> None:
    """A snapshot loses nothing, strict reading refuses what has an unparsed line, chunks join."""
    snapshot = procmaps.loads(text, errors="collect")
    assert snapshot.dumps() == text
    records = list(snapshot)
    assert len(records) == len(snapshot)
    for problem in snapshot.problems:
        assert problem.raw in text
        assert problem.line >= 1
        assert str(problem)
    refused = _first(procmaps.ParseError, lambda: list(procmaps.loads(text)))
    unparsed = any(problem.kind == "unparsed" for problem in snapshot.problems)
    assert (refused is not None) == unparsed
    if refused:
        assert refused.snippet
    else:
        assert list(procmaps.loads(text)) == records
    if text:
        assert b"".join(part.dumps() for part in snapshot.split()) == text
    chunks = procmaps.iterload(
        io.BytesIO(text),
        chunk_size=1 + len(text) // 3,
        errors="collect",
        dialect=snapshot.dialect.name,
    )
    assert b"".join(chunk.dumps() for chunk in chunks) == text


def records_as_json(text: bytes) -> None:
    """Every record survives its JSON form, which is ASCII."""
    snapshot = procmaps.loads(text, errors="collect")
    for record in snapshot:
        written = json.dumps(json_format.to_json(record))
        assert written.isascii()
        assert json_format.from_json(json.loads(written)) == record
    json.dumps(json_format.snapshot_to_json(snapshot))


def findings(text: bytes) -> None:
    """Lint reports each finding with a line of the text, in order."""
    found = list(lint.lint(text))
    lines = text.count(b"\n") + 1
    assert all(1 <= finding.line <= lines for finding in found)
    assert found == sorted(found, key=lambda finding: finding.line)
    assert all(finding.message and finding.count >= 1 for finding in found)


def explanations(text: bytes) -> None:
    """Every line is explained; only an unreadable one has an error."""
    line = text.partition(b"\n")[0]
    explained = procmaps.explain(line)
    assert (explained.form == "broken") <= (explained.error is not None)
    assert explained.releases is not None
    if explained.name:
        for meaning in islice(explained.name.interpretations(), FEW):
            assert str(meaning)


def extracts(text: bytes) -> None:
    """Every byte is accounted for once, and each dump found is what its parts say."""
    found = procmaps.extract(text)
    spans = procmaps.account_for(text, found)
    ends = [0, *(span.end for span in spans)]
    assert [span.begin for span in spans] == ends[:-1]
    assert ends[-1] == len(text)
    for dump in found:
        assert dump.snapshot.dumps() == dump.text
        assert len(dump.origins) == dump.text.count(b"\n")
        assert len(dump.mappings) == len(dump.snapshot)
        assert all(dump.first_line <= line <= dump.last_line for line in _lines(dump))


def _lines(dump: procmaps.Extract) -> Iterator[int]:
    return (line for origin in dump.origins for line in origin)


def rendering(text: bytes) -> None:
    """What a producer agrees to print reads back as the same records."""
    records = list(procmaps.loads(text, errors="collect"))
    producer = PRODUCERS[sum(text) % len(PRODUCERS)]
    refused = _first(procmaps.CannotRender, lambda: procmaps.render(records, producer))
    if refused:
        assert refused.reason
        return
    again = list(procmaps.loads(procmaps.render(records, producer), dialect=producer.dialect))
    assert [*map(_facts, again)] == [*map(_facts, records)]


def _facts(mapping: procmaps.Mapping) -> tuple[object, ...]:
    """Return what `render` keeps: all but whether the dialect escapes newlines."""
    m = mapping
    return (m.start, m.end, m.perms, m.offset, m.device, m.inode, m.name.raw, m.usage)


LAWS: dict[str, Law] = {
    "engines": engines,
    "snapshots": snapshots,
    "json": records_as_json,
    "lint": findings,
    "explain": explanations,
    "extract": extracts,
    "render": rendering,
    "usage": memory_laws.accounts,
    "diff": memory_laws.differences,
    "modules": memory_laws.mapped_modules,
    "exports": memory_laws.exports,
    "redact": memory_laws.redactions,
    "pages": memory_laws.pages,
}
"""The laws by the name of their target."""
