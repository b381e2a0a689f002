"""Tags and entities of HTML and XML in the lines of a dump; and the hyphens of manual pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from procmaps.extraction import syntax
from procmaps.extraction.hits import find
from procmaps.extraction.literals import first
from procmaps.extraction.pieces import Piece

_SURE = re.compile(rb"<(?:pre|br|p|code|html|div|td|span)\b[^<>]{0,200}>|</[a-z]{1,10}>|&[gl]t;")
"""What no text has that is not markup."""

_OPENED = re.compile(rb"<([A-Za-z][A-Za-z0-9_.:-]{0,64})(?: [^<>]{0,200})?>[ \t]*\Z")

_CLOSING = re.compile(rb"</([A-Za-z][A-Za-z0-9_.:-]{0,64})>")

_ENTITY = re.compile(rb"&(?:(lt|gt|amp|quot|apos|nbsp)|#([0-9]{1,3})|#[xX]([0-9a-fA-F]{1,2}));")
_ENTITIES = {b"lt": b"<", b"gt": b">", b"amp": b"&", b"quot": b'"', b"apos": b"'", b"nbsp": b" "}
_TAG = re.compile(rb"</?[A-Za-z][^<>]{0,200}>")
_CELL = re.compile(rb"</?t[dhr][ >]")
_LEADING = re.compile(rb"[ \t]*(?:%b[ \t]*)+" % _TAG.pattern)
_LONGEST_TAG = 200
_MOST_TAGS = 64
_ASCII = range(1, 0x80)


def strip(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces without tags and entities, where the text is such markup at all.

    Of a mapping only the name is cleaned; what stands before it is for `prefixes` to name.
    """
    is_markup = _is_markup(pieces)
    for piece in pieces:
        hit = find(piece.text)
        if is_markup and hit:
            yield _named(piece, hit.name)
        elif is_markup and b"<" in piece.text:
            yield _bared(piece)
        elif not hit and rb"\-" in piece.text:
            yield _hyphened(piece)
        else:
            yield piece


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


def _named(piece: Piece, name: bytes) -> Piece:
    """A mapping's piece with the tags behind its name taken off, and its entities resolved."""
    columns = piece.text[: len(piece.text) - len(name)]
    bare = _without_tags(name)
    if bare != name:
        piece = piece.changed(columns + bare, "markup", name[len(bare) :])
    plain = _ENTITY.sub(_character, bare)
    return piece.changed(columns + plain, "markup", bare) if plain != bare else piece


def _bared(piece: Piece) -> Piece:
    """Any other piece without the tags at its end; without all where that makes a mapping of it."""
    bare = _ENTITY.sub(_character, _TAG.sub(_gap, piece.text))
    if first(bare):
        return piece.changed(bare, "markup", piece.text)
    text = piece.text
    tags = _LEADING.match(text)
    bare = _without_tags(text)
    if tags and syntax.key(bare[tags.end() :], is_first=False):
        return piece.changed(bare[tags.end() :], "markup", text)
    return piece.changed(bare, "markup", piece.text[len(bare) :]) if bare != piece.text else piece


def _hyphened(piece: Piece) -> Piece:
    r"""A piece with a hyphen for ``\-`` as troff spells it, where that makes a mapping of it."""
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
    return text if bare == text else bare.rstrip(b" \t")


def _character(entity: re.Match[bytes]) -> bytes:
    if entity[1]:
        return _ENTITIES[entity[1]]
    code = int(entity[2]) if entity[2] else int(entity[3], 16)
    return bytes([code]) if code in _ASCII and code != ord("\n") else entity[0]
