"""Several lines of a dump in one line: a page, a shell or a logger has replaced newlines by spaces.

A name may look like a mapping. So the evidence is that the addresses rise, in the line and from the
line above to the line below.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

import attrs

from procmaps.extraction import patterns
from procmaps.extraction.blanks import CELL_END, DASH
from procmaps.extraction.field_lines import fields_at_end
from procmaps.extraction.layers.line_prefixes import leading_quote
from procmaps.extraction.matches import find_match, is_invented_by_kernel, is_kernel_name
from procmaps.extraction.source_lines import SourceLine
from procmaps.formats.dialects import LINUX

_MIN_MAPPINGS = 3
"""Mappings in a line before it is split if all of them are of files."""

_MIN_FIELDS = 2
"""Fields after a mapping before they are no part of its name."""

_SEPARATOR = re.compile(rb"(?:[ \t]|>|&gt;|[|,;]|%b){0,64}\Z" % CELL_END)
"""The text between two lines that became one: blanks, quotation marks, punctuation."""

_MAX_PREFIX = 256
"""Bytes before the first mapping that are repeated before each other one in the line, at most."""

_WORD = re.compile(rb"[0-9A-Za-z_.+@:-]{1,255}")
"""A name without a slash and without blanks."""

_BARS = (b"|", CELL_END)
"""Separators that show a table."""


@attrs.frozen
class _Found:
    """The columns of a mapping in a line."""

    begin: int
    columns_end: int
    start: int
    end: int
    file: tuple[bytes, bytes, bytes] | None
    """Device and inode as printed; None for memory without a file."""

    @property
    def has_file(self) -> bool:
        return self.file is not None


def remove(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with a line of several mappings and fields as one line for each."""
    above = _Row()
    for (line, apart, row), below in _with_row_below(lines):
        if row.count > 1 and _is_joined(row, above, below):
            for part in _split(apart):
                yield from _split_fields(part)
        elif row.count:
            yield from _split_fields(line)
        else:
            yield line
        above = row


@attrs.define
class _Row:
    """The mappings in one line."""

    count: int = 0
    first: _Found | None = None
    last: _Found | None = None
    is_apart: bool = True
    """Whether they rise, with something between them."""
    is_certain: bool = False
    """Whether one of them, or its name, shows that the next is no part of its name."""
    rest: bytes = b""
    """The text after the columns of the last one."""


_Read = tuple[SourceLine, SourceLine, _Row]
"""A line, the line with its addresses apart, and the mappings in it."""


def _with_row_below(lines: Iterable[SourceLine]) -> Iterator[tuple[_Read, _Row]]:
    """Yield each line with what was read in it, and the mappings in the next line."""
    current: _Read | None = None
    for line in lines:
        apart = _separate_touching(line)
        following = line, apart, _row(apart.text)
        if current:
            yield current, following[2]
        current = following
    if current:
        yield current, _Row()


def _row(text: bytes) -> _Row:
    """Return the mappings in *text*."""
    row = _Row()
    quote = b""
    name_above: _FileAndName = None, b""
    for mapping in _mappings(text):
        row.count += 1
        if row.last:
            gap = text[row.last.columns_end : mapping.begin]
            name = row.last.file, _name(gap)
            row.is_apart = row.is_apart and _is_apart(row.last, mapping, gap)
            is_end = _is_certain(row.last, gap) or _ends_in_quote(gap, quote)
            row.is_certain = row.is_certain or is_end or _is_same_name(name_above, name)
            name_above = name
        else:
            row.first = mapping
            quote = leading_quote(text[: mapping.begin]).strip(b" \t")
        row.last = mapping
    if row.last:
        row.rest = text[row.last.columns_end :]
        name = row.last.file, _name(row.rest)
        row.is_certain = row.is_certain or _is_same_name(name_above, name)
    return row


def _separate_touching(line: SourceLine) -> SourceLine:
    """Return *line* with a space before each address that touches the mapping before it."""
    dashes = DASH.finditer(line.text)
    if not next(dashes, None) or not next(dashes, None):
        return line
    apart = line.substituted(patterns.touching_inode(), _with_space, "joined")
    return apart.substituted(patterns.touching_range(), _apart, "joined")


def _with_space(touching: re.Match[bytes]) -> bytes:
    return touching[0] + b" "


def _apart(touching: re.Match[bytes]) -> bytes:
    """Return a range with a space before the digits that are as many as those of its end."""
    parts = patterns.captured(touching)
    surplus = len(parts["start"]) - len(parts["end"])
    return touching[0][:surplus] + b" " * (surplus > 0) + touching[0][surplus:]


def _mappings(text: bytes) -> Iterator[_Found]:
    """Yield the columns of each mapping in *text*."""
    return map(_found, patterns.kernel_line(LINUX.name).columns.finditer(text))


def _found(match: re.Match[bytes]) -> _Found:
    parts = patterns.captured(match)
    start, end = int(parts["start"], 16), int(parts["end"], 16)
    inode = parts["inode"]
    file = (parts["major"], parts["minor"], inode) if inode.strip(b"0") else None
    return _Found(match.start(), match.end(), start, end, file)


def _is_joined(row: _Row, above: _Row, below: _Row) -> bool:
    """Return whether the mappings in a line are lines of their own, and no part of a name."""
    if not row.is_apart:
        return False
    for first, second, neighbour in (
        (above.last, row.first, above),
        (row.last, below.first, below),
    ):
        is_other_dump = row.is_certain and neighbour.count > 1
        if first and second and not is_other_dump and second.start < first.end:
            return False
    if row.is_certain or above.count > 1 or below.count > 1 or row.count >= _MIN_MAPPINGS:
        return True
    has_neighbour = bool(above.count or below.count)
    return has_neighbour and row.last is not None and _is_plausible(row.last, row.rest)


def _is_apart(left: _Found, right: _Found, gap: bytes) -> bool:
    """Return whether *right* is above *left*, after a blank, a mark or a closed name.

    Or it starts where *left* ends. *gap* is the text between the columns of both.
    """
    if right.start < left.end:
        return False
    separator = _SEPARATOR.search(gap)
    has_separator = bool(separator and separator[0])
    return has_separator or not gap or gap.endswith(b"]") or left.end == right.start


_FileAndName = tuple[tuple[bytes, bytes, bytes] | None, bytes]
"""Device and inode of a mapping, and its name."""


def _is_same_name(one: _FileAndName, other: _FileAndName) -> bool:
    """Return whether two neighbours are of one file, and have the same name."""
    return one == other and one[0] is not None and bool(one[1])


def _name(gap: bytes) -> bytes:
    """Return the name in the text after the columns of a mapping."""
    return _SEPARATOR.sub(b"", gap).strip(b" \t")


def _ends_in_quote(gap: bytes, quote: bytes) -> bool:
    """Return whether the quotation marks of the line are before the next mapping, too."""
    separator = _SEPARATOR.search(gap)
    return bool(quote and separator and separator[0].strip(b" \t") == quote)


def _is_certain(mapping: _Found, gap: bytes) -> bool:
    """Return whether a name cannot contain the next mapping: it ends before, or there is none."""
    name = _name(gap)
    if fields_at_end(name):
        return True
    if name.startswith(b"["):
        return name.endswith(b"]") and is_kernel_name(name, has_file=mapping.has_file)
    separator = gap[len(gap.rstrip(b" \t|,;" + CELL_END)) :]
    # The kernel prints no other name for memory without a file: it is of a dump made by hand.
    is_without_file = not mapping.has_file and (not name or _WORD.fullmatch(name) is not None)
    return is_without_file or any(bar in separator for bar in _BARS)


def _is_plausible(mapping: _Found, rest: bytes) -> bool:
    """Return whether the kernel could name the mapping so: *rest* is the text after its inode."""
    name = rest.strip(b" \t")
    return mapping.has_file or not name or is_invented_by_kernel(name)


@attrs.frozen
class _Piece:
    """A part of a line with one mapping."""

    begin: int
    stop: int
    """Where the separator before the next part begins."""
    end: int
    is_unnamed: bool


def _split(line: SourceLine) -> Iterator[SourceLine]:
    """Yield each mapping as a line. The text before the first one is before each of them.

    Without it, they would be of another source than the first one.
    """
    text = line.text
    before = text[: next(_mappings(text)).begin]
    prefix = before if len(before) <= _MAX_PREFIX else leading_quote(before)
    slices = ((piece.begin, piece.stop) for piece in _pieces(text))
    for piece, part in zip(_pieces(text), line.divided(slices), strict=True):
        # The kernel prints a space after the inode of unnamed memory.
        space = b" " * (piece.is_unnamed and piece.stop < len(text))
        size = len(part.text)
        whole = part.edited([(0, 0, prefix if piece.begin else b""), (size, size, space)])
        yield whole.with_repair("joined", text[piece.stop : piece.end] or b" ")


def _pieces(text: bytes) -> Iterator[_Piece]:
    """Yield the part of *text* for each mapping in it."""
    mappings = _mappings(text)
    mapping = next(mappings)
    # The border of a table, at both ends of the line.
    has_border = b"|" in text[: mapping.begin] and text.rstrip(b" \t").endswith(b"|")
    begin = 0
    # What replaced the newline of the piece before.
    joint = b""
    for following in itertools.chain(mappings, [None]):
        end = following.begin if following else len(text)
        stop = end
        if following or has_border:
            stop = _without_separator(text, mapping.begin, end)
        elif joint == b" " and text.endswith(b" ") and end - 1 > mapping.columns_end:
            # The newline of the last line was replaced, too.
            stop = end - 1
        joint = text[end - 1 : end]
        yield _Piece(begin, stop, end, stop <= mapping.columns_end)
        if following:
            begin, mapping = end, following


def _without_separator(text: bytes, begin: int, end: int) -> int:
    separator = _SEPARATOR.search(text[begin:end])
    return end - len(separator[0]) if separator else end


def _split_fields(line: SourceLine) -> Iterator[SourceLine]:
    """Yield a mapping, and each field of ``smaps`` after it in the same line as a line."""
    begins = fields_at_end(line.text) if line.match else None
    if begins is None or len(begins) < _MIN_FIELDS:
        yield line
        return
    head = line.text[: begins[0]].rstrip(b" \t")
    match = find_match(head)
    prefix = line.prefix
    ends = itertools.chain(itertools.islice(begins, 1, None), [len(line.text)])
    fields = (
        (begin, begin + len(line.text[begin:end].rstrip(b" \t")))
        for begin, end in zip(begins, ends, strict=True)
    )
    parts = line.divided(itertools.chain([(0, len(head))], fields))
    # The kernel prints a space after the inode of unnamed memory.
    space = b" " * bool(match and not match.name)
    yield next(parts).edited([(len(head), len(head), space)]).with_repair("joined", b" ")
    for field in parts:
        yield field.edited([(0, 0, prefix)]).with_repair("joined", b" ")
