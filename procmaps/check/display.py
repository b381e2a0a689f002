"""Text for people: dumps, values and verdicts, without a byte that drives a terminal."""

from __future__ import annotations

import re

from procmaps.check.shrinking import ShrunkFailure
from procmaps.check.verdicts import Verdict
from procmaps.errors import escape_bytes

_LONGEST = 300
"""Maximum characters of one text in a report."""

# Control characters and line separators but the newline; surrogates, which no output can encode;
# and the characters that reverse the direction of the text around them.
_UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def visible(text: str) -> str:
    r"""Return *text* with unsafe characters as ``\xNN`` or ``\uNNNN``; newlines stay."""
    return _UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - one byte


def one_line(text: str) -> str:
    r"""Return *text* as `visible` does, with newlines as ``\x0a``."""
    return visible(text).replace("\n", "\\x0a")


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
