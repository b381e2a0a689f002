"""Lines that a mail program or a terminal has broken in two, put together again.

A break inside the columns is certain: only the line below completes the mapping. A break inside the
name is taken for one only on evidence, since the line below may be anything.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

import attrs

from procmaps.extraction import patterns
from procmaps.extraction.layers.line_prefixes import bears, behind, family
from procmaps.extraction.matches import Hit, begun, find
from procmaps.extraction.results import What
from procmaps.extraction.source_lines import Piece

MOST_JOINS = 64
"""Lines joined into one: names are at most 4095 bytes long."""

_NARROWEST = 40
"""A terminal narrower than this is not looked for."""

_FEWEST = 2
"""Lines cut at the same width before that is called the terminal's."""

_DELETED = re.compile(rb"\(deleted\)(?: \(deleted\))*")
_FLAGS = re.compile(rb"(?:[a-z?]{2} )*[a-z?]{2} ?")
_PATH_GOES_ON = re.compile(rb"[^ \t<\[(#][^\n]*?[0-9A-Za-z][^\n]*")
_NAME_BEGINS = (b"/", b"anon_inode:", b"socket:[")


@attrs.frozen
class Line:
    """A piece and the mapping in it, if there is one."""

    piece: Piece
    hit: Hit | None

    @property
    def prefix(self) -> bytes:
        """What stands before the mapping."""
        return self.piece.text[: self.hit.column] if self.hit else b""


def mend(pieces: Sequence[Piece]) -> list[Line]:
    """The pieces with broken lines joined, and the mapping of each."""
    lines = [_read(piece) for piece in pieces]
    hard = _hard_width(lines)
    if hard:
        lines = _join_hard(lines, hard)
    lines, breaks = _join_columns(lines)
    return _join_names(lines, breaks)


def _read(piece: Piece) -> Line:
    """The mapping in *piece*, without what stands directly behind its inode."""
    hit = find(piece.text)
    if hit and hit.tail:
        what: What = "markup" if hit.tail.startswith(b"<") else "suffix"
        piece = piece.changed(piece.text.removesuffix(hit.tail), what, hit.tail)
    return Line(piece, hit)


def _hard_width(lines: Sequence[Line]) -> int:
    """The width at which a terminal has cut every long line; 0 where there is no such.

    Then no line is longer, and practically every line of that length has its rest below it.
    """
    fitting: Counter[int] = Counter()
    broken: Counter[int] = Counter()
    for line, below in itertools.pairwise(lines):
        size = len(line.piece.text)
        if not _may_be_cut(line):
            continue
        is_broken = not below.hit and _is_rest(line, below.piece.text)
        # A rest with blanks in it may as well be a remark: it tells neither way.
        if not is_broken or not line.hit or _is_one_word(below.piece.text):
            fitting[size] += 1
            broken[size] += is_broken
    longest = max(fitting, default=0)
    if (
        longest < _NARROWEST
        or broken[longest] < _FEWEST
        or broken[longest] * 10 < fitting[longest] * 9
    ):
        return 0
    return longest


def _may_be_cut(line: Line) -> bool:
    """Whether a line could go on below: what a terminal cuts bears no prefix on its second half."""
    if not line.hit:
        at = begun(line.piece.text)
        return at >= 0 and not line.piece.text[:at].strip(b" \t")
    name = line.hit.name
    return not line.prefix.strip(b" \t") and not name.endswith((b"]", b" (deleted)"))


def _is_rest(line: Line, text: bytes) -> bool:
    """Whether *text*, below *line*, could be what a terminal has cut off it."""
    content = patterns.padding(text).strip(b" \r")
    if not content or patterns.is_known(content) or patterns.field().fullmatch(content):
        return False
    name = line.hit.name if line.hit else b""
    if not name:
        return True
    if name.startswith(b"["):
        return content.endswith(b"]")
    return _PATH_GOES_ON.fullmatch(text) is not None


def _is_one_word(text: bytes) -> bool:
    return b" " not in text.strip(b" \r").removesuffix(b" (deleted)")


def _join_hard(lines: Sequence[Line], width: int) -> list[Line]:
    joined: list[Line] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        place += 1
        size, joins = len(line.piece.text), 0
        is_cut = _may_be_cut(line)
        while is_cut and size == width and place < len(lines) and joins < MOST_JOINS:
            below = lines[place]
            if below.hit or not _is_rest(line, below.piece.text):
                break
            text = line.piece.text + below.piece.text
            line = Line(line.piece.joined(below.piece, text, "wrapped"), None)
            size, place, joins = len(below.piece.text), place + 1, joins + 1
        joined.append(_read(line.piece) if joins else line)
    return joined


def _join_columns(lines: Sequence[Line]) -> tuple[list[Line], dict[bytes, int]]:
    """Mappings broken within their columns, or directly before their name, made whole.

    Also gives, for each kind of prefix in which that happened, the longest line left: the width of
    the mail is not less.
    """
    joined: list[Line] = []
    widths: dict[bytes, int] = {}
    broken: set[bytes] = set()
    place = 0
    while place < len(lines):
        line = lines[place]
        place += 1
        text = line.piece.text
        if not line.hit and (at := begun(text)) >= 0:
            whole, used = _completed(lines, place, line.piece, at)
            if whole:
                broken.add(family(text[:at]))
                line, place = whole, place + used
        if line.hit and not line.hit.name and place < len(lines):
            name = _rest(lines[place], line.prefix)
            if name is not None and _is_lone_name(line.hit, name):
                broken.add(family(line.prefix))
                widths[family(line.prefix)] = max(
                    widths.get(family(line.prefix), 0), len(lines[place].piece.text)
                )
                line = _with(line, lines[place], line.piece.text.rstrip(b" \t") + b" " + name)
                place += 1
        if line.hit and len(line.piece.lines) == 1:
            kind = family(line.prefix)
            widths[kind] = max(widths.get(kind, 0), len(line.piece.text))
        joined.append(line)
    return joined, {kind: widths.get(kind, 0) for kind in broken}


def _completed(lines: Sequence[Line], place: int, piece: Piece, at: int) -> tuple[Line | None, int]:
    """The mapping begun at *at*, completed by the lines from *place* on; and how many of them."""
    prefix = piece.text[:at]
    for used, below in enumerate(lines[place : place + 6], 1):
        rest = _rest(below, prefix)
        if rest is None:
            break
        text = piece.text.rstrip(b" \t") + b" " + rest
        piece = piece.joined(below.piece, text, "wrapped")
        whole = _read(piece)
        if whole.hit and whole.hit.column == at:
            return whole, used
        if begun(text) != at:
            break
    return None, 0


def _with(line: Line, below: Line, text: bytes) -> Line:
    return _read(line.piece.joined(below.piece, text, "wrapped"))


def _rest(below: Line, prefix: bytes) -> bytes | None:
    """What a line holds behind *prefix*; None where it is a mapping, a field, empty or foreign."""
    text = below.piece.text
    if below.hit or not bears(text, prefix) or patterns.is_known(text):
        return None
    content = patterns.padding(text[behind(text, prefix) :]).strip(b" \r")
    return content or None


def _is_lone_name(hit: Hit, name: bytes) -> bool:
    """Whether *name*, alone on the line below, is the name of a mapping that has none."""
    if not hit.is_whole:
        return False
    if hit.file:
        return name.startswith(_NAME_BEGINS)
    return name.endswith(b"]") and patterns.linux().parse_name(name).kind not in ("file", "other")


def _join_names(lines: Sequence[Line], breaks: dict[bytes, int]) -> list[Line]:
    names: dict[tuple[bytes, bytes, bytes], set[bytes]] = {}
    for line in lines:
        if line.hit and line.hit.file:
            names.setdefault(line.hit.file, set()).add(line.hit.name)
    joined: list[Line] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        place += 1
        joins = 0
        while place < len(lines) and joins < MOST_JOINS:
            whole = _continued(line, lines[place], names, breaks)
            if not whole:
                break
            line, place, joins = whole, place + 1, joins + 1
        joined.append(line)
    return joined


def _continued(
    line: Line,
    below: Line,
    names: dict[tuple[bytes, bytes, bytes], set[bytes]],
    breaks: dict[bytes, int],
) -> Line | None:
    """*line* and the one below it as one, where that is the rest of its name or of its flags."""
    text = line.piece.text
    if not line.hit:
        flags = text.find(b"VmFlags:")
        rest = _rest(below, text[:flags]) if flags >= 0 else None
        if rest and _FLAGS.fullmatch(rest):
            return _with(line, below, text.rstrip(b" \t") + b" " + rest)
        return None
    rest = _rest(below, line.prefix)
    name = line.hit.name
    if rest is None or not name or _is_closed(line.piece):
        return None
    for joint in (b"", b" "):
        if _is_told(line.hit, name, joint, rest, names):
            return _with(line, below, text.rstrip(b" \t") + joint + rest)
    width = breaks.get(family(line.prefix), 0)
    first = rest.split(b" ", 1)[0]
    if width and len(text.rstrip(b" \t")) + 1 + len(first) > width and len(text) <= width:
        return _with(line, below, text.rstrip(b" \t") + b" " + rest)
    return None


def _is_closed(piece: Piece) -> bool:
    """Whether a quotation mark behind the mapping says where its name ends."""
    return any(
        undone.what == "suffix" and undone.detail.startswith((b'"', b"'", b"`"))
        for undone in piece.undone
        if undone.line == piece.lines[-1]
    )


def _is_told(
    hit: Hit,
    name: bytes,
    joint: bytes,
    rest: bytes,
    names: dict[tuple[bytes, bytes, bytes], set[bytes]],
) -> bool:
    """Whether the texts themselves say that *rest* goes on with *name* behind *joint*."""
    if hit.file and name + joint + rest in names.get(hit.file, ()):
        return True
    if joint:
        is_open = name.startswith((b"[anon:", b"[anon_shmem:")) and not name.endswith(b"]")
        return bool(_DELETED.fullmatch(rest)) or (is_open and rest.endswith(b"]"))
    # Mail programs break behind a hyphen: /lib/libc-
    return name.endswith(b"-") and b" " not in rest.removesuffix(b" (deleted)")
