"""`lint`: all findings of one dump."""

from __future__ import annotations

from collections.abc import Iterator

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.lint.findings import Finding
from procmaps.lint.mapping_checks import MappingLinter
from procmaps.lint.rules import RULES
from procmaps.snapshots.loading import loads
from procmaps.snapshots.snapshot import Snapshot


def lint(data: BytesOrStr, *, dialect: str = "auto") -> Iterator[Finding]:
    """Yield the findings of a dump, in the order of its lines.

    Raises `procmaps.errors.UnknownDialect` for a dialect without a grammar.
    """
    text = as_bytes(data)
    snapshot = loads(text, errors="collect", dialect=dialect)
    found = [
        *_text_findings(text),
        *_problem_findings(snapshot),
        *MappingLinter(snapshot, text).findings(),
    ]
    yield from sorted(found, key=lambda finding: finding.line)


def _text_findings(text: bytes) -> Iterator[Finding]:
    """Yield the findings about the text as a whole."""
    if not text:
        yield Finding(RULES["empty"], 1, "the dump is empty", b"")
        return
    lines = text.count(b"\n")
    if lines and text.count(b"\r\n") == lines:
        yield Finding(RULES["line-ends"], 1, "every line ends in CR LF", text[: text.find(b"\r\n")])
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
        line = problem.raw.partition(b"\n")[0].removesuffix(b"\r")
        yield Finding(RULES[problem.kind], problem.line, message, line)
