"""Tags and entities of HTML and XML in the lines of a dump; and the hyphens of manual pages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from procmaps.extraction.layers.string_literals import first
from procmaps.extraction.matches import find
from procmaps.extraction.source_lines import Piece

_SURE = re.compile(rb"<(?:pre|br|p|code|html|div|td|span)\b[^<>]{0,200}>|</[a-z]{1,10}>|&[gl]t;")
"""What no text has that is not markup."""

_OPENED = re.compile(rb"<([A-Za-z][A-Za-z0-9_.:-]{0,64})(?: [^<>]{0,200})?>[ \t]*\Z")

_CLOSING = re.compile(rb"</([A-Za-z][A-Za-z0-9_.:-]{0,64})>")

_ENTITY = re.compile(rb"&(?:(lt|gt|amp|quot|apos|nbsp)|#([0-9]{1,3})|#[xX]([0-9a-fA-F]{1,2}));")
_ENTITIES = {b"lt": b"<", b"gt": b">", b"amp": b"&", b"quot": b'"', b"apos": b"'", b"nbsp": b" "}
_TAG = re.compile(rb"</?[A-Za-z][^<>]{0,200}>")
_CELL = re.compile(rb"</?t[dhr][ >]")
_LEADING = re.compile(rb"[ \t]*(?:%b)+" % _TAG.pattern)
_CLOSED = re.compile(rb"(?:[ \t]*</?(?:[A-Za-z][A-Za-z0-9_.:-]{0,64}|br ?/)>)+[ \t\r]*")
_MOST_LINES = 8
"""Lines of which one is made when tags stand on lines of their own."""

_LONGEST_TAG = 200
_MOST_TAGS = 64
_ASCII = range(1, 0x80)


def strip(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces without tags and entities, where the text is such markup at all.

    A line of nothing but closing tags becomes part of the one above. Of a mapping only the ends are
    cleaned: what else stands before it is for `prefixes` to name.
    """
    is_markup = _is_markup(pieces)
    bare: list[Piece] = []
    for piece in pieces:
        is_end = is_markup and bool(bare) and _CLOSED.fullmatch(piece.text)
        if is_end and len(bare[-1].lines) < _MOST_LINES:
            bare[-1] = bare[-1].joined(piece, bare[-1].text, "markup", piece.text)
        else:
            bare.append(_stripped(piece) if is_markup else _hyphened(piece))
    return bare


def _stripped(piece: Piece) -> Piece:
    """A piece without the tags at its ends, and without those inside where that makes a mapping."""
    text = piece.text
    if tags := _LEADING.match(text):
        text = text[tags.end() :]
    text = _ENTITY.sub(_character, _without_tags(text))
    if b"<" in text and not find(text):
        inner = _TAG.sub(_gap, text)
        text = inner if first(inner) else text
    return _hyphened(piece.changed(text, "markup", piece.text) if text != piece.text else piece)


def _is_markup(pieces: Sequence[Piece]) -> bool:
    """Whether the text around the mappings is markup, or a tag before one is closed somewhere."""
    opened: set[bytes] = set()
    closed: set[bytes] = set()
    for piece in pieces:
        hit = find(piece.text)
        prefix = piece.text[: hit.column] if hit else piece.text
        if _SURE.search(prefix):
            return True
        if hit and (tag := _OPENED.search(prefix)):
            opened.add(tag[1])
        closed.update(_CLOSING.findall(piece.text))
    return not opened.isdisjoint(closed)


def _hyphened(piece: Piece) -> Piece:
    r"""A piece with a hyphen for ``\-`` as troff spells it, where that makes a mapping of it."""
    if rb"\-" not in piece.text or find(piece.text):
        return piece
    bare = piece.text.replace(rb"\-", b"-")
    return piece.changed(bare, "markup", piece.text) if first(bare) else piece


def _gap(tag: re.Match[bytes]) -> bytes:
    """What a tag leaves: between the cells of a table a space."""
    return b" " if _CELL.match(tag[0]) else b""


def _without_tags(text: bytes) -> bytes:
    """*text* without the tags at its end."""
    bare = text
    for _ in range(_MOST_TAGS):
        kept = bare.rstrip(b" \t")
        if not kept.endswith(b">"):
            break
        at = kept.rfind(b"<", max(0, len(kept) - _LONGEST_TAG))
        if at < 0 or not _TAG.fullmatch(kept, at):
            break
        bare = kept[:at]
    hit = find(bare) if bare != text else None
    # Behind the inode of unnamed memory the kernel prints a space.
    return bare.rstrip(b" \t") if hit and hit.name else bare


def _character(entity: re.Match[bytes]) -> bytes:
    if entity[1]:
        return _ENTITIES[entity[1]]
    code = int(entity[2]) if entity[2] else int(entity[3], 16)
    return bytes([code]) if code in _ASCII and code != ord("\n") else entity[0]
