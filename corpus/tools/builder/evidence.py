r"""Regular expressions that find in a dump what its case shows: in smaller dumps, too.

They use what all common dialects share, and only ASCII: another byte is written as ``\xNN``. They
are for bytes (or for Latin-1), with ``^`` and ``$`` at each line.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter

from corpus.tools.builder import printer
from corpus.tools.builder.model import Case, Vma

_LONGEST = 160
"""Longer texts are shortened: their middle may be any bytes."""

END_OF_TEXT = r"(?![\x00-\xff])"
"""An expression for the end of the whole dump."""
START_OF_TEXT = r"(?<![\x00-\xff])"
"""An expression for the start of the whole dump."""


def literal(text: bytes) -> str:
    """Return an expression for exactly *text*; for its ends and its length if it is long."""
    if len(text) > _LONGEST:
        middle = len(text) - _LONGEST
        return f"{literal(text[:80])}[^\\n]{{{middle}}}{literal(text[-80:])}"
    return "".join(map(_character, text))


def _character(code: int) -> str:
    if not 0x20 <= code <= 0x7E:  # noqa: PLR2004 - printable ASCII
        return f"\\x{code:02x}"
    return re.sub(r"[\\^$.|?*+()\[\]{}]", r"\\\g<0>", chr(code))


def whole_line(text: bytes) -> str:
    """Return an expression for a whole line, which includes its newline if it has one."""
    if text.endswith(b"\n"):
        return f"^{literal(text[:-1])}\\n"
    return f"^{literal(text)}{END_OF_TEXT}"


def together(*mappings: Vma, header: printer.Header = printer.linux64) -> list[str]:
    """Return expressions for each two of *mappings* that follow one another."""
    lines = [literal(header(vma)) for vma in mappings]
    fields = r"\n(?:[A-Z]\w*:[^\n]*\n)*"
    return [f"^{one}{fields}{other}$" for one, other in itertools.pairwise(lines)]


def without(vma: Vma, key: str, header: printer.Header = printer.linux64) -> str:
    """Return an expression for a mapping that has no field *key*."""
    fields = f"(?:(?!{literal(key.encode())}:)[A-Z]\\w*:[^\\n]*\\n)*"
    return f"^{literal(header(vma))}\\n{fields}(?:{END_OF_TEXT}|[0-9a-f])"


def find(case: Case) -> list[str]:
    """Return what shows the case's feature: its lines that its control does not have.

    Fields follow their mapping: they count only if no header differs. Raises ValueError if no line
    differs.
    """
    if case.shown_by or case.control is None:
        return list(dict.fromkeys(case.shown_by))
    found: dict[bytes, None] = {}
    for kind, text in case.texts.items():
        extra = Counter(_lines(text)) - Counter(_lines(case.control.texts[kind]))
        differing = [part for part in _lines(text) if part in extra]
        headers = [part for part in differing if re.match(rb"[0-9a-f]+-[0-9a-f]", part)]
        found |= dict.fromkeys(headers or differing)
    if not found:
        raise ValueError(f"{case.id} shows nothing that its control does not have")
    return list(map(whole_line, found))


def _lines(text: bytes) -> list[bytes]:
    """Return the lines with their newlines, divided at newlines and nowhere else."""
    parts = text.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
