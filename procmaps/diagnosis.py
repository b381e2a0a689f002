"""Why a line cannot be read: walked through the grammar part by part, to the very byte.

Lark's own error points at the start of the token that failed, which may be far before the byte that
is wrong. Here the terminals of the rule are tried one after another on the failing line.
"""

from __future__ import annotations

import re

from procmaps.columns import Fault
from procmaps.errors import PRINTABLE, ParseError
from procmaps.grammar import HEADER_PARTS, Grammar
from procmaps.patterns import Step

EXPECTED = {
    "ADDRESS": "an address, 1 to 16 hexadecimal digits in lower case",
    "READ": "'r' or '-', the first of four permission characters",
    "WRITE": "'w' or '-', the second of four permission characters",
    "EXECUTE": "'x' or '-', the third of four permission characters",
    "SHARING": "'p', 's' or 'S', the last of four permission characters",
    "RESERVED": "'===', reserved memory",
    "CYGWIN_SHARING": "'p', 's' or 'g', the last of four permission characters",
    "WSL_SHARING": "'p', 's' or '-', the last of four permission characters",
    "OFFSET": "a file offset, 1 to 16 hexadecimal digits in lower case",
    "DEVICE": "a device number, 1 to 16 hexadecimal digits in lower case",
    "INODE": "an inode, 1 to 20 decimal digits",
    "_PAD": "a space",
    "NAME": "a name",
    "SIZE": "a number and ' kB'",
    "COUNT": "a number",
    "FLAGS": "flags, each behind a space",
    "TEXT": "text",
}
"""What to tell a person of each terminal that a line can lack."""

_FOREIGN = (
    (b"\x1f\x8b", "This is gzip data: decompress it first."),
    (b"\x7fELF", "This is an ELF file, a program or a core dump, not a dump of maps."),
    (b"{", "This looks like JSON; `procmaps` reads the kernel's own text."),
    (b"\xff\xfe", "This is UTF-16, as PowerShell writes it: convert it to UTF-8 first."),
    (b"\xfe\xff", "This is UTF-16: convert it to UTF-8 first."),
    (b"\xef\xbb\xbf", "The file starts with a UTF-8 byte order mark: remove its three bytes."),
)


def diagnose(grammar: Grammar, text: bytes, fault: Fault, number: int) -> ParseError:
    """The error for the first line of *fault*, the *number*-th line of *text*."""
    end = text.find(b"\n", fault.start, fault.end)
    line = text[fault.start : end if end >= 0 else fault.end]
    if fault.reason:
        field, at, reason = fault.field, _place(grammar, line, fault.field), fault.reason
    else:
        field, at, reason = _syntax(grammar, line)
    return ParseError(
        reason=reason,
        source=line,
        line=number,
        column=at + 1,
        offset=fault.start + at,
        field=field,
        hint=_hint(line, at, field),
    )


def _place(grammar: Grammar, line: bytes, field: str) -> int:
    """Where a part stands in a line that the grammar accepts."""
    if field in HEADER_PARTS and (header := grammar.header.match(line)):
        return header.start(field)
    if field == "value" and (value := re.compile(rb"[^:]*:[ \t]*").match(line)):
        return value.end()
    return 0


def _syntax(grammar: Grammar, line: bytes) -> tuple[str, int, str]:
    """Which part of *line* fails, where, and what was expected there."""
    rule = "field" if grammar.terminal("KEY").match(line) else "header"
    at, field, expected = max(
        (_walk(way, line) for way in grammar.ways(rule)), key=lambda failure: failure[0]
    )
    return field, at, f"expected {expected}, found {_found(line, at)}"


def _walk(way: tuple[Step, ...], line: bytes) -> tuple[int, str, str]:
    """How far one way through a rule leads: the place, the part and what is missing there."""
    at, field = 0, way[0].path[-1]
    for step in way:
        # What stands between two parts, a dash or a space, counts to the part before it.
        if not step.literal and step.terminal != "_PAD":
            field = "name" if step.terminal == "NAME" else step.path[-1]
        found = re.compile(step.pattern.encode("latin-1")).match(line, at)
        if not found:
            return at, field, EXPECTED.get(step.terminal) or repr(step.literal)
        at = found.end()
    return at, field, "the end of the line"


def _found(line: bytes, at: int) -> str:
    if at >= len(line):
        return "the end of the line"
    byte = line[at]
    return repr(chr(byte)) if byte in PRINTABLE else f"byte 0x{byte:02x}"


def _hint(line: bytes, at: int, field: str) -> str:
    """What a person can do, where the failing byte says something about it."""
    for magic, advice in _FOREIGN:
        if line.startswith(magic):
            return advice
    byte = line[at : at + 1]
    if byte == b"\0":
        return "No name and no field holds a NUL byte: is this a binary file?"
    if at and byte and byte in b"ABCDEF" and field in ("start", "end", "offset", "major", "minor"):
        return "The kernel prints hexadecimal digits in lower case."
    if at == 0:
        return (
            "If the dump stands inside another text, a log or a mail, `procmaps extract` takes it "
            "out; if the line belongs to the name above it, try dialect='nommu' or 'android'."
        )
    return ""
