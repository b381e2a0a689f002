"""Tags and entities of HTML and XML in the lines of a dump, and hyphens as troff spells them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from procmaps.extraction.matches import find_candidate, find_match
from procmaps.extraction.source_lines import SourceLine

_CERTAIN = re.compile(rb"<(?:pre|br|p|code|html|div|td|span)\b[^<>]{0,200}>|</[a-z]{1,10}>|&[gl]t;")
"""Text that proves that the whole is markup."""

_OPENING_AT_END = re.compile(rb"<([A-Za-z][A-Za-z0-9_.:-]{0,64})(?: [^<>]{0,200})?>[ \t]*\Z")
_CLOSING = re.compile(rb"</([A-Za-z][A-Za-z0-9_.:-]{0,64})>")
_TAG = re.compile(rb"</?[A-Za-z][^<>]{0,200}>")
_CELL = re.compile(rb"</?t[dhr][ >]")
_LEADING_TAGS = re.compile(rb"[ \t]*(?:%b)+" % _TAG.pattern)
_ONLY_END_TAGS = re.compile(rb"(?:[ \t]*</?(?:[A-Za-z][A-Za-z0-9_.:-]{0,64}|br ?/)>)+[ \t\r]*")

_ENTITY = re.compile(rb"&(?:(lt|gt|amp|quot|apos|nbsp)|#([0-9]{1,3})|#[xX]([0-9a-fA-F]{1,2}));")
_ENTITIES = {b"lt": b"<", b"gt": b">", b"amp": b"&", b"quot": b'"', b"apos": b"'", b"nbsp": b" "}

_MAX_LINES = 8
"""Lines that become one if tags are on lines of their own, at most."""

_MAX_TAG_LENGTH = 200
_MAX_TAGS = 64
_ASCII = range(1, 0x80)


def remove(lines: Sequence[SourceLine]) -> list[SourceLine]:
    """Return the lines without tags and entities, if the text is markup.

    A line of nothing but closing tags becomes part of the line above. Only the ends of a mapping
    are cleaned: other text before it is a prefix (`line_prefixes`).
    """
    is_markup = _is_markup(lines)
    result: list[SourceLine] = []
    for line in lines:
        is_end = is_markup and bool(result) and _ONLY_END_TAGS.fullmatch(line.text)
        if is_end and len(result[-1].numbers) < _MAX_LINES:
            result[-1] = result[-1].joined_with(line, result[-1].text, "markup", line.text)
        else:
            result.append(_without_markup(line) if is_markup else _without_troff_hyphens(line))
    return result


def _is_markup(lines: Sequence[SourceLine]) -> bool:
    """Return whether the text around the mappings is markup, or closes a tag before one."""
    opened: set[bytes] = set()
    closed: set[bytes] = set()
    for line in lines:
        outside = line.prefix if line.match else line.text
        if _CERTAIN.search(outside):
            return True
        if line.match and (tag := _OPENING_AT_END.search(outside)):
            opened.add(tag[1])
        closed.update(_CLOSING.findall(line.text))
    return not opened.isdisjoint(closed)


def _without_markup(line: SourceLine) -> SourceLine:
    """Return a line without the tags at its ends, and without inner tags if they hide a mapping."""
    text = line.text
    if tags := _LEADING_TAGS.match(text):
        text = text[tags.end() :]
    text = _ENTITY.sub(_character, _without_trailing_tags(text))
    if b"<" in text and not find_match(text):
        bare = _TAG.sub(_space_between_cells, text)
        text = bare if find_candidate(bare) else text
    changed = line.with_text(text, "markup", line.text) if text != line.text else line
    return _without_troff_hyphens(changed)


def _without_troff_hyphens(line: SourceLine) -> SourceLine:
    r"""Return a line with a hyphen for ``\-``, troff's spelling, if that makes it a mapping."""
    if rb"\-" not in line.text or line.match:
        return line
    bare = line.text.replace(rb"\-", b"-")
    return line.with_text(bare, "markup", line.text) if find_candidate(bare) else line


def _space_between_cells(tag: re.Match[bytes]) -> bytes:
    return b" " if _CELL.match(tag[0]) else b""


def _without_trailing_tags(text: bytes) -> bytes:
    bare = text
    for _ in range(_MAX_TAGS):
        kept = bare.rstrip(b" \t")
        if not kept.endswith(b">"):
            break
        begin = kept.rfind(b"<", max(0, len(kept) - _MAX_TAG_LENGTH))
        if begin < 0 or not _TAG.fullmatch(kept, begin):
            break
        bare = kept[:begin]
    match = find_match(bare) if bare != text else None
    # The kernel prints a space after the inode of unnamed memory.
    return bare.rstrip(b" \t") if match and match.name else bare


def _character(entity: re.Match[bytes]) -> bytes:
    if entity[1]:
        return _ENTITIES[entity[1]]
    code = int(entity[2]) if entity[2] else int(entity[3], 16)
    return bytes([code]) if code in _ASCII and code != ord("\n") else entity[0]
