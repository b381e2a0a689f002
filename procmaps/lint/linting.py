"""`lint`: all findings of one dump."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.lint.findings import Finding
from procmaps.lint.mapping_checks import MappingLinter
from procmaps.lint.rules import RULES
from procmaps.snapshots.loading import loads
from procmaps.snapshots.snapshot import Snapshot
from procmaps.snapshots.source_text import SourceText


def lint(data: BytesOrStr, *, dialect: str = "auto") -> Iterator[Finding]:
    """Yield the findings of a dump, in the order of its lines.

    Raises `procmaps.errors.UnknownDialect` for a dialect without a grammar.
    """
    text = as_bytes(data)
    snapshot = loads(text, errors="collect", dialect=dialect)
    # Twice through the mappings: what concerns the whole dump is known only at the end, and the
    # findings about lines can be many more than a dump's bytes.
    about_dump = _dump_findings(snapshot, text)
    yield from heapq.merge(
        _text_findings(text),
        _problem_findings(snapshot),
        MappingLinter(snapshot, text, remembers=False).line_findings(),
        about_dump,
        key=_line,
    )


def _dump_findings(snapshot: Snapshot, text: bytes) -> list[Finding]:
    """Return the findings about all mappings together, by their lines."""
    linter = MappingLinter(snapshot, text)
    deque(linter.line_findings(), maxlen=0)
    return sorted(linter.dump_findings(), key=_line)


def _line(finding: Finding) -> int:
    return finding.line


def _text_findings(text: bytes) -> Iterator[Finding]:
    """Yield the findings about the text as a whole."""
    if not text:
        yield Finding(RULES["empty"], 1, "the dump is empty", b"")
        return
    lines = text.count(b"\n")
    source = SourceText.of(text)
    if source.newline != b"\n":
        ends = source.newline.replace(b"\r", b"CR ").replace(b"\n", b"LF").decode("ascii")
        first = text[: text.find(source.newline)]
        yield Finding(RULES["line-ends"], 1, f"every line ends in {ends}", first)
    if not text.endswith(b"\n"):
        last = text[text.rfind(b"\n") + 1 :]
        yield Finding(RULES["cut-off"], lines + 1, "the last line has no line end", last)


def _problem_findings(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield a finding for each problem of the snapshot."""
    for problem in snapshot.problems:
        error = problem.error
        message = f"column {error.column}: {error.reason}" if error else problem.message
        # A finding has the line number in a member of its own.
        message = message.removeprefix(f"line {problem.line}: ")
        line = problem.raw.partition(b"\n")[0].rstrip(b"\r")
        yield Finding(RULES[problem.kind], problem.line, message, line)
