"""Why a line cannot be read: walked through the grammar part by part, to the very byte.

Lark's own error points at the start of the token that failed, which may be far before the byte that
is wrong. Here the terminals of the rule are tried one after another on the failing line.
"""

from __future__ import annotations

import re

from procmaps.engines.columns import UnparsedRange
from procmaps.errors import PRINTABLE, ParseError
from procmaps.formats.smaps_fields import FIELDS, Unit
from procmaps.grammar.loading import HEADER_PARTS, Grammar
from procmaps.grammar.to_byte_tables import NotSimple, pieces
from procmaps.grammar.to_regex import Terminal

EXPECTED = {
    "ADDRESS": "an address, {least} to {most} hexadecimal digits in lower case",
    "READ": "'r' or '-', the first of four permission characters",
    "WRITE": "'w' or '-', the second of four permission characters",
    "EXECUTE": "'x' or '-', the third of four permission characters",
    "SHARING": "'p', 's' or 'S', the last of four permission characters",
    "CYGWIN_SHARING": "'p', 's' or 'g', the last of four permission characters",
    "WSL_SHARING": "'p', 's' or '-', the last of four permission characters",
    "OFFSET": "a file offset, {least} to {most} hexadecimal digits in lower case",
    "DEVICE": "a device number, {least} to {most} hexadecimal digits in lower case",
    "INODE": "an inode, {least} to {most} decimal digits",
    "_PAD": "a space",
    "NAME": "a name",
    "KEY": "a key and a colon",
    "_NAME_KEY": "'Name:'",
    "SIZE": "a number and ' kB'",
    "COUNT": "a number",
    "FLAGS": "flags, each behind a space",
    "TEXT": "text",
}
"""What to tell a person of each terminal that a line can lack, but for a text in quotes, which
speaks for itself. How many digits there can be is for the grammar to say."""

_DIGITS = re.compile(r"\{(?P<least>\d+),(?P<most>\d+)\}")

_FOREIGN = (
    (b"\x1f\x8b", "This is gzip data: decompress it first."),
    (b"\x7fELF", "This is an ELF file, a program or a core dump, not a dump of maps."),
    (b"{", "This looks like JSON; `procmaps` reads the kernel's own text."),
    (b"[{", "This looks like JSON; `procmaps` reads the kernel's own text."),
    (b"\xef\xbb\xbf", "The file starts with a UTF-8 byte order mark: remove its three bytes."),
    (b"\xff\xfe", "This is UTF-16, by its byte order mark: decode it first."),
    (b"\xfe\xff", "This is UTF-16, by its byte order mark: decode it first."),
)

_REFUSED = {
    "line": "The beginning of the dump is missing: every entry starts with a header line.",
    "key": "The header line between the two is missing: every entry starts with one.",
}
"""What a person can do about a field in the wrong place, by the part that was refused."""

_RULES: dict[Unit, str] = {"kB": "size", "count": "count"}
"""The rule of ``grammar/fields.lark`` that reads a known field."""


def diagnose(grammar: Grammar, text: bytes, fault: UnparsedRange, number: int) -> ParseError:
    """The error for the first line of *fault*, the *number*-th line of *text*."""
    end = text.find(b"\n", fault.start, fault.end)
    line = text[fault.start : end if end >= 0 else fault.end]
    key = _key(grammar, line)
    if fault.reason:
        field, at, reason = _refused(grammar, line, fault)
        hint = _REFUSED.get(field, "")
    else:
        field, at, reason = _syntax(grammar, line)
        hint = _hint(line, at, field, alone=len(text) <= len(line) + 1)
    return ParseError(
        reason=reason,
        source=line,
        line=number,
        column=at + 1,
        offset=fault.start + at,
        field=key or field,
        hint=hint,
    )


def _key(grammar: Grammar, line: bytes) -> str:
    """The key of a field's line; empty where it is no such line."""
    match = grammar.terminal("KEY").match(line)
    return match[0][:-1].decode("ascii") if match else ""


def _refused(grammar: Grammar, line: bytes, fault: UnparsedRange) -> tuple[str, int, str]:
    """Which part of a line that the grammar accepts cannot be, and where it stands."""
    field, reason = fault.field, fault.reason
    if field in HEADER_PARTS and (header := grammar.header.match(line)):
        return field, header.start(field), reason
    known = FIELDS.get(_key(grammar, line).encode("ascii"))
    if field == "value" and known is not None and known.unit in _RULES:
        way = grammar.expansions(_RULES[known.unit])[0]
        at, _, expected = _walk(way, line)
        if expected:
            return field, at, f"{reason}, found {_found(line, at)}"
        # What the terminal singles out is the number, and the line ends behind it.
        value = re.search(way[-1].pattern.encode("latin-1"), line)
        return field, value.start(1) if value else 0, reason
    return field, 0, reason


def _syntax(grammar: Grammar, line: bytes) -> tuple[str, int, str]:
    """Which part of *line* fails, where, and what was expected there."""
    rule = "field" if _key(grammar, line) else "header"
    walks = (_walk(way, line) for way in grammar.expansions(rule))
    # A way that accepts it all is one that the lexer did not go: another key's.
    failures = [(at, field, expected) for at, field, expected in walks if expected]
    at, field, expected = max(failures, key=lambda failure: failure[0])
    return field, at, f"expected {expected}, found {_found(line, at)}"


def _walk(way: tuple[Terminal, ...], line: bytes) -> tuple[int, str, str]:
    """How far one way through a rule leads: the place, the part and what is missing there."""
    at, field = 0, way[0].path[-1]
    for step in way:
        # What stands between two parts, a dash or a space, counts to the part before it.
        if not step.literal and step.terminal != "_PAD":
            field = "name" if step.terminal == "NAME" else step.path[-1]
        found = re.compile(step.pattern.encode("latin-1")).match(line, at)
        if not found:
            at, whole = _reach(step, line, at)
            return at, field, _END if whole else words_for(step)
        at = found.end()
    return at, field, _END if at < len(line) else ""


_END = "the end of the line"


def _reach(step: Terminal, line: bytes, at: int) -> tuple[int, bool]:
    """How far into *line* a terminal leads that does not match, and whether all of it is there."""
    try:
        for piece in pieces(step.pattern):
            first = at
            while at < len(line) and at - first < piece.most and line[at] in piece.members:
                at += 1
            if at - first < piece.least:
                return at, False
    except NotSimple:
        return at, False
    return at, True


def words_for(step: Terminal) -> str:
    """What a line lacks where *step* fails, for people."""
    if step.literal:
        return repr(step.literal)
    digits = _DIGITS.search(step.pattern)
    return EXPECTED[step.terminal].format_map(digits.groupdict() if digits else {})


def _found(line: bytes, at: int) -> str:
    if at >= len(line):
        return _END
    byte = line[at]
    return repr(chr(byte)) if byte in PRINTABLE else f"byte 0x{byte:02x}"


_ELSEWHERE = (
    "If the dump stands inside another text, a log or a mail, `procmaps extract` takes it out; if "
    "the line belongs to the name above it, try dialect='nommu' or 'android'."
)
_HEXADECIMAL = ("start", "end", "offset", "major", "minor")


def _hint(line: bytes, at: int, field: str, *, alone: bool) -> str:
    """What a person can do, where the failing byte says something about it.

    *alone*: there is no other line.
    """
    byte = line[at : at + 1] or b"\n"
    behind = at > 0
    hints = (
        *((line.startswith(magic), advice) for magic, advice in _FOREIGN),
        (byte == b"\0", "No name and no field holds a NUL byte: is this a binary file?"),
        (
            not line,
            "The kernel prints no blank line: take it out, or read on with errors='collect'.",
        ),
        (
            alone and line.startswith(b"/"),
            "This looks like a path: `procmaps.load` reads the file of that name.",
        ),
        (
            behind and field in _HEXADECIMAL and byte in b"ABCDEF",
            "The kernel prints hexadecimal digits in lower case.",
        ),
        (
            behind and field in _HEXADECIMAL and byte in b"0123456789abcdef",
            "No number here has more than 64 bits, which are 16 digits.",
        ),
        (
            field == "inode" and byte in b"0123456789",
            "No inode has more than 64 bits, which are 20 digits.",
        ),
        (
            behind and field in HEADER_PARTS and byte in b"\t\xa0\xc2",
            "Spaces have become something else: `procmaps extract` undoes that.",
        ),
        (field == "start", _ELSEWHERE),
        (
            field in (*HEADER_PARTS, "perms") and at >= len(line),
            "The line is cut off: what comes behind it may be missing, too.",
        ),
    )
    return next((advice for holds, advice in hints if holds), "")
