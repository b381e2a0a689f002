"""Text for people: dumps, values and verdicts, each on one line and harmless."""

from __future__ import annotations

from procmaps.check.shrinking import ShrunkFailure
from procmaps.check.verdicts import Verdict
from procmaps.printable import escape_bytes, visible

_LONGEST = 300
"""Maximum characters of one text in a report."""


def shorten(text: str) -> str:
    """Return *text* as `visible` does, without its middle if it is long."""
    text = visible(text)
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]} … {text[-half:]}"


def dump_lines(dump: bytes) -> list[str]:
    """Return the lines of a dump in printable ASCII, long ones shortened."""
    return [
        shorten(_mark_last_space(escape_bytes(line)))
        for line in dump.removesuffix(b"\n").split(b"\n")
    ]


def _mark_last_space(line: str) -> str:
    """A space at the end of a line would be invisible."""
    return f"{line[:-1]}␠" if line.endswith(" ") else line


def explain(verdict: Verdict) -> list[str]:
    """Return the reasons for a verdict, one line each."""
    lines = [shorten(verdict.detail)] if verdict.detail else []
    for item in verdict.differences:
        mapping = "" if item.record is None else f"mapping {item.record}, "
        expected, got = shorten(item.expected), shorten(item.got)
        lines.append(f"{mapping}{visible(item.field)}: expected '{expected}', got '{got}'")
    return lines


def caption(shrunk: ShrunkFailure) -> str:
    """Return the title of the dump that shows a failure."""
    return "The smallest dump" if shrunk.minimal else "A dump"
