"""What in a dump is not as a kernel prints it, or not certain: findings, each by a rule."""

from __future__ import annotations

from collections.abc import Iterator

from procmaps.lint.entries import Entries
from procmaps.lint.rules import RULES, Finding, Rule, Severity
from procmaps.snapshots.loading import loads
from procmaps.snapshots.snapshot import Snapshot

__all__ = ["RULES", "Finding", "Rule", "Severity", "lint"]


def lint(data: bytes, *, dialect: str = "auto") -> Iterator[Finding]:
    """What there is against a dump, in the order of its lines.

    Raises `procmaps.errors.UnknownDialect` for a dialect that there is no grammar for.
    """
    snapshot = loads(data, errors="collect", dialect=dialect)
    found = [*_whole(data), *_problems(snapshot), *Entries(snapshot, data).findings()]
    yield from sorted(found, key=lambda finding: finding.line)


def _whole(data: bytes) -> Iterator[Finding]:
    """What is to be said of the text as a whole."""
    lines = data.count(b"\n")
    if lines and data.count(b"\r\n") == lines:
        yield Finding(RULES["line-ends"], 1, "every line ends in CR LF", data[: data.find(b"\r\n")])
    if data and not data.endswith(b"\n"):
        last = data[data.rfind(b"\n") + 1 :]
        yield Finding(RULES["cut-off"], lines + 1, "the last line has no line end", last)


def _problems(snapshot: Snapshot) -> Iterator[Finding]:
    for problem in snapshot.problems:
        error = problem.error
        message = f"column {error.column}: {error.reason}" if error else problem.message
        # The line is told beside the message.
        message = message.removeprefix(f"line {problem.line}: ")
        line = problem.raw.partition(b"\n")[0].removesuffix(b"\r")
        yield Finding(RULES[problem.kind], problem.line, message, line)
