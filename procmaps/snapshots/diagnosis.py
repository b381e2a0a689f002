"""The diagnosis of a line that cannot be parsed: the failing byte and what was expected there.

Lark's own error points at the start of the failing token, which may be far before the wrong byte.
Here the terminals of the rule are matched one after another on the failing line.
"""

from __future__ import annotations

import re

from procmaps.engines.unparsed_range import UnparsedRange
from procmaps.errors import ParseError
from procmaps.formats.smaps_fields import FIELDS, Unit
from procmaps.grammar.loading import Grammar
from procmaps.grammar.rules import HEADER_PARTS
from procmaps.grammar.to_byte_tables import NotCompilable, repeated_sets
from procmaps.grammar.to_regex import Terminal
from procmaps.printable import PRINTABLE
from procmaps.snapshots import hints
from procmaps.snapshots.foreign_texts import foreign_text_hint

EXPECTED = {
    "ADDRESS": "an address, {least} to {most} hexadecimal digits in lower case",
    "READ": "'r' or '-', the first of four permission characters",
    "WRITE": "'w' or '-', the second of four permission characters",
    "EXECUTE": "'x' or '-', the third of four permission characters",
    "SHARING": "'p', 's' or 'S', the last of four permission characters",
    "CYGWIN_SHARING": "'p', 's' or 'g', the last of four permission characters",
    "WSL_SHARING": "'p', 's' or '-', the last of four permission characters",
    "QEMU_SHARING": "'p', 's' or '-', the last of four permission characters",
    "OFFSET": "a file offset, {least} to {most} hexadecimal digits in lower case",
    "DEVICE": "a device number, {least} to {most} hexadecimal digits in lower case",
    "INODE": "an inode, {least} to {most} decimal digits",
    "_PAD": "a space",
    "NAME": "a name",
    "KEY": "a key and a colon",
    "_NAME_KEY": "'Name:'",
    "SIZE": "a number and ' kB'",
    "COUNT": "a number",
    "FLAGS": "flags, each after a space",
    "TEXT": "text",
}
"""By terminal, what is expected, in words. Quoted texts need no entry. Digit limits come from the
grammar."""

_DIGITS = re.compile(r"\{(?P<least>\d+),(?P<most>\d+)\}")

_RULES: dict[Unit, str] = {"kB": "size", "count": "count"}
"""The rule of ``grammar/fields.lark`` for the value of a known field."""


_HINTS = {"line": hints.MISSING_START, "key": hints.MISSING_HEADER}
"""By part, the hint for a field that the grammar accepts but its position does not allow."""


def diagnose(grammar: Grammar, text: bytes, unparsed: UnparsedRange, number: int) -> ParseError:
    """Return the error for the first line of *unparsed*, which is line *number* of *text*."""
    newline = text.find(b"\n", unparsed.start, unparsed.end)
    line = text[unparsed.start : newline if newline >= 0 else unparsed.end]
    key = _key(grammar, line)
    foreign = foreign_text_hint(text, line, number)
    if unparsed.reason:
        field, index, reason = _impossible_value(grammar, line, unparsed)
        hint = foreign or _HINTS.get(field, "")
    else:
        field, index, reason = _syntax_error(grammar, line)
        hint = foreign or _hint(line, index, field, alone=len(text) <= len(line) + 1)
    return ParseError(
        reason=reason,
        source=line,
        line=number,
        column=index + 1,
        offset=unparsed.start + index,
        field=key or field,
        hint=hint,
    )


def _key(grammar: Grammar, line: bytes) -> str:
    """Return the key of a field line; empty for any other line."""
    match = grammar.terminal("KEY").match(line)
    return match[0][:-1].decode("ascii") if match else ""


def _impossible_value(
    grammar: Grammar, line: bytes, unparsed: UnparsedRange
) -> tuple[str, int, str]:
    """Return the part that the engine rejected, its index in *line*, and the reason."""
    field, reason = unparsed.field, unparsed.reason
    if field in HEADER_PARTS and (header := grammar.header.match(line)):
        return field, header.start(field), reason
    known = FIELDS.get(_key(grammar, line).encode("ascii"))
    if field == "value" and known is not None and known.unit in _RULES:
        expansion = grammar.expansions(_RULES[known.unit])[0]
        index, _, expected = _first_mismatch(expansion, line)
        if expected:
            return field, index, f"{reason}, found {_found(line, index)}"
        # The last terminal ends the line, and its group is the number.
        value = re.search(expansion[-1].pattern.encode("latin-1"), line)
        return field, value.start(1) if value else 0, reason
    return field, 0, reason


def _syntax_error(grammar: Grammar, line: bytes) -> tuple[str, int, str]:
    """Return the part of *line* that fails, its index, and what was expected there."""
    rule = "field" if _key(grammar, line) else "header"
    mismatches = (_first_mismatch(expansion, line) for expansion in grammar.expansions(rule))
    # An expansion that accepts the whole line is for another key; the lexer did not choose it.
    failures = [(index, field, expected) for index, field, expected in mismatches if expected]
    index, field, expected = max(failures, key=lambda failure: failure[0])
    return field, index, f"expected {expected}, found {_found(line, index)}"


def _first_mismatch(expansion: tuple[Terminal, ...], line: bytes) -> tuple[int, str, str]:
    """Match *line* against one expansion of a rule.

    Returns the index where it fails, the part there, and what is expected; that is empty if
    nothing fails.
    """
    index, field = 0, expansion[0].path[-1]
    for terminal in expansion:
        # A separator, such as a dash or a space, counts as the end of the part before it.
        if not terminal.literal and terminal.name != "_PAD":
            field = "name" if terminal.name == "NAME" else terminal.path[-1]
        match = re.compile(terminal.pattern.encode("latin-1")).match(line, index)
        if not match:
            index, complete = _partial_match(terminal, line, index)
            return index, field, _END if complete else expected_text(terminal)
        index = match.end()
    return index, field, _END if index < len(line) else ""


_END = "the end of the line"


def _partial_match(terminal: Terminal, line: bytes, index: int) -> tuple[int, bool]:
    """Return the end of the longest partial match at *index*, and whether nothing is missing."""
    try:
        for byte_set in repeated_sets(terminal.pattern):
            first = index
            while (
                index < len(line)
                and index - first < byte_set.max_count
                and line[index] in byte_set.members
            ):
                index += 1
            if index - first < byte_set.min_count:
                return index, False
    except NotCompilable:
        return index, False
    return index, True


def expected_text(terminal: Terminal) -> str:
    """Return what a line lacks if *terminal* does not match, in words."""
    if terminal.literal:
        return repr(terminal.literal)
    digits = _DIGITS.search(terminal.pattern)
    return EXPECTED[terminal.name].format_map(digits.groupdict() if digits else {})


def _found(line: bytes, index: int) -> str:
    if index >= len(line):
        return _END
    byte = line[index]
    return repr(chr(byte)) if byte in PRINTABLE else f"byte 0x{byte:02x}"


_HEXADECIMAL = ("start", "end", "offset", "major", "minor")


def _hint(line: bytes, index: int, field: str, *, alone: bool) -> str:
    """Return the first hint that fits the failing byte, or an empty string.

    *alone* is true if there is no other line.
    """
    byte = line[index : index + 1] or b"\n"
    in_number = index > 0 and field in _HEXADECIMAL
    candidates = (
        (byte == b"\0", hints.NUL),
        (not line, hints.BLANK_LINE),
        (alone and line.startswith(b"/"), hints.PATH),
        (in_number and byte in b"ABCDEF", hints.UPPER_CASE),
        (in_number and byte in b"0123456789abcdef", hints.TOO_MANY_DIGITS),
        (field == "inode" and byte in b"0123456789", hints.TOO_LONG_INODE),
        (index > 0 and field in HEADER_PARTS and byte in b"\t\xa0\xc2", hints.CHANGED_SPACES),
        (field == "start", hints.ELSEWHERE),
        (field in (*HEADER_PARTS, "perms") and index >= len(line), hints.CUT_OFF),
    )
    return next((hint for fits, hint in candidates if fits), "")
