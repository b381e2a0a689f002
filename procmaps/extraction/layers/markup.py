"""Tags and entities of HTML and XML in the lines of a dump, and hyphens as troff spells them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import entities

from procmaps.extraction import patterns
from procmaps.extraction.blanks import CELL_END
from procmaps.extraction.field_lines import find_known_field
from procmaps.extraction.matches import find_candidate, find_match
from procmaps.extraction.source_lines import SourceLine
from procmaps.extraction.substitution import substituted

NEEDED = re.compile(rb"[<&]|\\-").search
"""What a text needs before this layer changes a line."""

_CERTAIN = re.compile(rb"<(?:pre|br|p|code|html|div|td|span)\b[^<>]{0,200}>|</[a-z]{1,10}>|&[gl]t;")
"""Text that proves that the whole is markup."""

_INLINE = (
    rb"a|abbr|b|bdi|big|cite|code|del|em|font|i|ins|kbd|label|mark|nobr|q|s|samp|small|span|strike"
    rb"|strong|sub|sup|tt|u|var|wbr"
)
_BLOCK = rb"blockquote|br|div|h[1-6]|hr|li|ol|p|pre|section|table|tbody|td|th|tr|ul"

_INLINE_TAG = re.compile(rb"(?i)</?(?:%b)(?:[ /][^<>]{0,200})?>" % _INLINE)
"""A tag of HTML inside a line. In markup, a name has an entity for its ``<``."""

_BLOCK_TAG = re.compile(rb"(?i)</?(?:%b)(?:[ /][^<>]{0,200})?>" % _BLOCK)
"""A tag of HTML that ends a line."""

_BLOCK_TAG_AT_END = re.compile(rb"%b[ \t\r]*\Z" % _BLOCK_TAG.pattern)

_ELEMENT_FIRST = re.compile(rb"(?i)</?(?:%b|%b)(?:[ /][^<>]{0,200})?>" % (_INLINE, _BLOCK))
"""A tag of HTML where a name begins: no name of the kernel's begins so."""

_OPENING_AT_END = re.compile(rb"<([A-Za-z][A-Za-z0-9_.:-]{0,64})(?: [^<>]{0,200})?>[ \t]*\Z")
_CLOSING = re.compile(rb"</([A-Za-z][A-Za-z0-9_.:-]{0,64})>")
_TAG = re.compile(rb"</?[A-Za-z][^<>]{0,200}>")
_CELL = re.compile(rb"</?t[dhr][ >]")
_CELL_BORDER = re.compile(rb"</t[dh]>[ \t]*<t[dh](?: [^<>]{0,200})?>")
_LEADING_TAGS = re.compile(rb"[ \t]*(?:%b)+" % _TAG.pattern)
_ONLY_END_TAGS = re.compile(rb"(?:[ \t]*</?(?:[A-Za-z][A-Za-z0-9_.:-]{0,64}|br ?/)>)+[ \t\r]*")

_ENTITY = re.compile(rb"&(?:([A-Za-z]{2,16})|#([0-9]{1,4})|#[xX]([0-9a-fA-F]{1,4}));")
_SPACE = 0xA0

_BETWEEN_MARKS = re.compile(rb"[^<>&;\t ][^<>&]{2,}+")
"""Text that is the same with and without markup."""

_MAX_NEW = 8
"""Bytes that replace the marks between two such texts, at most."""

_DASH = re.compile(
    rb"(?<=[0-9A-Fa-f])&(?:[nm]dash|minus|hyphen|dash|#82(?:0[89]|1[0-3])|#8722|#[xX]201[0-5]"
    rb"|#[xX]2212);(?=[0-9A-Fa-f])"
)
"""An entity for the dash of a range."""

_MAX_LINES = 8
"""Lines that become one if tags are on lines of their own, at most."""

_MAX_TAG_LENGTH = 200
_MIN_ENDED = 3
"""Mappings that all end in a tag which ends a line: no names of different files do."""

_MAX_TAGS = 64
_ASCII = range(1, 0x80)


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines without tags and entities, if the text is markup.

    A line of nothing but closing tags becomes part of the line above. Only the ends of a mapping
    are cleaned: other text before it is a prefix (`line_prefixes`).
    """
    if not _is_markup(lines):
        yield from map(_without_troff_hyphens, lines)
        return
    last: SourceLine | None = None
    for line in lines:
        is_end = last is not None and _ONLY_END_TAGS.fullmatch(line.text)
        if last and is_end and len(last.numbers) < _MAX_LINES:
            last = last.joined_with(line, last.text, "markup", line.text)
            continue
        plain = line.substituted(_DASH, lambda _: b"-", "markup", line.text)
        for part in _lines(plain):
            if last:
                yield last
            last = _without_markup(part)
    if last:
        yield last


def _lines(line: SourceLine) -> Iterator[SourceLine]:
    """Yield the lines of a page in one line of its text, if a tag ends the mapping's line.

    The border of a cell is one for `table_cells`. Tags at the end of the text stay with it.
    """
    name = line.match.name if line.match else b""
    done = last = 0
    has_text = False
    slices: list[tuple[int, int]] = []
    begin = len(line.text) - len(name)
    for tag in _BLOCK_TAG.finditer(line.text, begin) if b"<" in name else ():
        if _CELL_BORDER.match(line.text, tag.start()):
            break
        has_text = has_text or bool(_TAG.sub(b"", line.text[last : tag.start()]).strip(b" \t"))
        last = tag.end()
        if tag.start() > begin and has_text:
            slices.append((done, tag.start()))
            done, has_text = tag.start(), False
    if slices and _TAG.sub(b"", line.text[done:]).strip(b" \t"):
        slices.append((done, len(line.text)))
    elif slices:
        slices[-1] = (slices[-1][0], len(line.text))
    yield from line.divided(slices) if len(slices) > 1 else (line,)


def _is_markup(lines: Sequence[SourceLine]) -> bool:
    """Return whether the text around the mappings is markup, or closes a tag before one."""
    opened: set[bytes] = set()
    closed: set[bytes] = set()
    mappings = ended = 0
    for line in lines:
        if line.match and (name := line.match.name or line.match.tail):
            mappings += 1
            ended += _BLOCK_TAG_AT_END.search(name[-_MAX_TAG_LENGTH:]) is not None
        if b"<" not in line.text and b"&" not in line.text:
            continue
        outside = line.prefix if line.match else line.text
        if _CERTAIN.search(outside):
            return True
        if line.match and _ELEMENT_FIRST.match(line.match.name or line.match.tail):
            return True
        if line.match and (tag := _OPENING_AT_END.search(outside)):
            opened.add(tag[1])
        closed.update(_CLOSING.findall(line.text))
    is_ended = ended == mappings >= _MIN_ENDED
    return is_ended or not opened.isdisjoint(closed)


def _without_markup(line: SourceLine) -> SourceLine:
    """Return a line without the tags at its ends, and without inner tags if they hide a mapping."""
    text = line.text
    if tags := _LEADING_TAGS.match(text):
        text = text[tags.end() :]
    text = _without_tags_in_name(text)
    text = substituted(_ENTITY, _character, _without_trailing_tags(text))
    text = substituted(_CELL_BORDER, lambda _: CELL_END, text)
    if b"<" in text and not find_match(text):
        bare = substituted(_TAG, _space_between_cells, text)
        is_of_dump = find_candidate(bare) or patterns.table_row().search(bare)
        text = bare if is_of_dump or find_known_field(bare) else text
    if CELL_END in text and CELL_END not in line.text:
        # `table_cells` divides the line: each cell needs the bytes that it comes from.
        changed = line.edited(_edits(line.text, text)).with_repair("markup", line.text)
    else:
        changed = line.with_text(text, "markup", line.text) if text != line.text else line
    return _without_troff_hyphens(changed)


def _edits(old: bytes, new: bytes) -> list[tuple[int, int, bytes]]:
    """Return edits that make *new* of *old*: tags removed, entities and borders replaced."""
    edits: list[tuple[int, int, bytes]] = []
    at = done = 0
    for piece in _BETWEEN_MARKS.finditer(old):
        begin = new.find(piece[0], at, at + _MAX_NEW + len(piece[0]))
        if begin >= 0:
            edits.append((done, piece.start(), new[at:begin]))
            at, done = begin + len(piece[0]), piece.end()
    return [*edits, (done, len(old), new[at:])]


def _without_tags_in_name(text: bytes) -> bytes:
    """Return a mapping without the tags around its name and inside of it."""
    match = find_match(text) if b"<" in text else None
    if not match or not match.name:
        return text
    begin = len(text) - len(match.name)
    name = _INLINE_TAG.sub(b"", _CELL_BORDER.sub(CELL_END, match.name))
    leading = _LEADING_TAGS.match(name)
    return text[:begin] + (name[leading.end() :] if leading else name)


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
    """Return the character of an entity. Its bytes are known only if it is ASCII, or replaced it.

    A name contains no newline.
    """
    if entity[1]:
        text = entities.html5.get(f"{entity[1].decode('ascii')};", "")
        code = ord(text) if len(text) == 1 else 0
    else:
        code = int(entity[2]) if entity[2] else int(entity[3], 16)
    if code == _SPACE and entity[1]:
        return b" "
    return bytes([code]) if code in _ASCII and code != ord("\n") else entity[0]
