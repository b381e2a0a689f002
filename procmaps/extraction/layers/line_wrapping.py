"""Lines that a mail program has broken at a blank or after a hyphen.

A break inside the columns is certain: only the next line completes the mapping. A break inside the
name needs evidence, because the next line may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from procmaps.extraction.blanks import as_spaces
from procmaps.extraction.field_lines import find_known_field
from procmaps.extraction.layers.inode_suffixes import without_inode_suffix
from procmaps.extraction.layers.line_prefixes import content_start, family, has_prefix
from procmaps.extraction.matches import Match, find_partial, is_invented_by_kernel
from procmaps.extraction.source_lines import SourceLine

_MAX_JOINS = 64
"""Lines joined into one, at most: names have at most 4095 bytes."""

_MAX_LINES_OF_COLUMNS = 6
"""Lines after the first that the columns of one mapping may extend over."""

_DELETED = re.compile(rb"\(deleted\)(?: \(deleted\))*")
_FLAGS = re.compile(rb"(?:[a-z?]{2} )*[a-z?]{2} ?")
_FILE_NAMES = (b"/", b"anon_inode:", b"socket:[")

_File = tuple[bytes, bytes, bytes]


def remove(lines: Sequence[SourceLine]) -> list[SourceLine]:
    """Return the lines with broken ones joined."""
    columns = _ColumnJoiner(lines)
    joined = columns.join()
    return _NameJoiner(joined, columns.mail_widths()).join()


class _ColumnJoiner:
    """Joins mappings broken inside their columns, or just before their name."""

    def __init__(self, lines: Sequence[SourceLine]) -> None:
        self._lines = lines
        self._longest: dict[bytes, int] = {}
        """The longest unbroken line, by family of prefix."""
        self._broken: set[bytes] = set()
        """The families of prefixes with at least one broken line."""

    def join(self) -> list[SourceLine]:
        """Return the lines with such breaks joined."""
        result: list[SourceLine] = []
        index = 0
        while index < len(self._lines):
            line = self._lines[index]
            index += 1
            line, used = self._with_columns(line, index)
            index += used
            if index < len(self._lines) and (named := self._with_name(line, self._lines[index])):
                line, index = named, index + 1
            if line.match and len(line.numbers) == 1:
                self._note_width(line.prefix, line.text)
            result.append(line)
        return result

    def mail_widths(self) -> dict[bytes, int]:
        """Return the least possible width of the mail, for each family with a broken line."""
        return {kind: self._longest.get(kind, 0) for kind in self._broken}

    def _with_columns(self, line: SourceLine, index: int) -> tuple[SourceLine, int]:
        """Complete the columns of *line* from the lines at *index*; also return how many."""
        begin = -1 if line.match else find_partial(line.text)
        if begin < 0:
            return line, 0
        prefix = line.text[:begin]
        joined = line
        for used, following in enumerate(self._lines[index : index + _MAX_LINES_OF_COLUMNS], 1):
            rest = _rest(following, prefix)
            if rest is None:
                break
            text = joined.text.rstrip(b" \t") + b" " + rest
            joined = joined.joined_with(following, text, "wrapped")
            complete = without_inode_suffix(joined)
            if complete.match and complete.match.column == begin:
                self._broken.add(family(prefix))
                return complete, used
            if find_partial(text) != begin:
                break
        return line, 0

    def _with_name(self, line: SourceLine, following: SourceLine) -> SourceLine | None:
        """Return *line* with the name that is alone on the next line, or None."""
        if not line.match or line.match.name:
            return None
        name = _rest(following, line.prefix)
        if name is None or not _must_be_name(line.match, name):
            return None
        self._broken.add(family(line.prefix))
        self._note_width(line.prefix, following.text)
        return _joined(line, following, b" " + name)

    def _note_width(self, prefix: bytes, text: bytes) -> None:
        kind = family(prefix)
        self._longest[kind] = max(self._longest.get(kind, 0), len(text))


class _NameJoiner:
    """Joins lines broken inside a name, or inside the flags of ``VmFlags``."""

    def __init__(self, lines: Sequence[SourceLine], widths: dict[bytes, int]) -> None:
        self._lines = lines
        self._widths = widths
        self._names: dict[_File, set[bytes]] = {}
        """All names of each file in the text."""
        for line in lines:
            if line.match and line.match.file:
                self._names.setdefault(line.match.file, set()).add(line.match.name)

    def join(self) -> list[SourceLine]:
        """Return the lines with such breaks joined."""
        result: list[SourceLine] = []
        index = 0
        while index < len(self._lines):
            line = self._lines[index]
            index += 1
            joins = 0
            while index < len(self._lines) and joins < _MAX_JOINS:
                joined = self._with_rest(line, self._lines[index])
                if not joined:
                    break
                line, index, joins = joined, index + 1, joins + 1
            result.append(line)
        return result

    def _with_rest(self, line: SourceLine, following: SourceLine) -> SourceLine | None:
        """Return *line* with the rest on the next line, or None if that is not its rest."""
        if not line.match:
            return _with_rest_of_flags(line, following)
        rest = _rest(following, line.prefix)
        if rest is None or not line.match.name or _is_quoted(line):
            return None
        for joint in (b"", b" "):
            if self._is_evident(line.match, joint, rest):
                return _joined(line, following, joint + rest)
        if self._did_not_fit(line, rest):
            return _joined(line, following, b" " + rest)
        return None

    def _is_evident(self, match: Match, joint: bytes, rest: bytes) -> bool:
        """Return whether the text itself shows that *rest* continues the name after *joint*."""
        name = match.name
        if match.file and name + joint + rest in self._names.get(match.file, ()):
            return True
        if joint:
            is_open = name.startswith((b"[anon:", b"[anon_shmem:")) and not name.endswith(b"]")
            return bool(_DELETED.fullmatch(rest)) or (is_open and rest.endswith(b"]"))
        # Mail programs break after a hyphen: /lib/libc-
        return name.endswith(b"-") and b" " not in rest.removesuffix(b" (deleted)")

    def _did_not_fit(self, line: SourceLine, rest: bytes) -> bool:
        """Return whether the first word of *rest* would have exceeded the width of the mail."""
        width = self._widths.get(family(line.prefix), 0)
        if not width or len(line.text) > width:
            return False
        first = rest.split(b" ", 1)[0]
        return len(line.text.rstrip(b" \t")) + 1 + len(first) > width


def _with_rest_of_flags(line: SourceLine, following: SourceLine) -> SourceLine | None:
    begin = line.text.find(b"VmFlags:")
    rest = _rest(following, line.text[:begin]) if begin >= 0 else None
    return _joined(line, following, b" " + rest) if rest and _FLAGS.fullmatch(rest) else None


def _joined(line: SourceLine, following: SourceLine, rest: bytes) -> SourceLine:
    text = line.text.rstrip(b" \t") + rest
    return without_inode_suffix(line.joined_with(following, text, "wrapped"))


def _rest(line: SourceLine, prefix: bytes) -> bytes | None:
    """Return the text of *line* after *prefix*.

    None if it is empty, a mapping, a field, or has another prefix.
    """
    text = line.text
    if line.match or not has_prefix(text, prefix) or find_known_field(text):
        return None
    content = as_spaces(text[content_start(text, prefix) :]).strip(b" \r")
    return content or None


def _must_be_name(match: Match, name: bytes) -> bool:
    """Return whether *name*, alone on the next line, is the name of a mapping without one."""
    if not match.has_all_columns:
        return False
    if match.file:
        return name.startswith(_FILE_NAMES)
    return name.endswith(b"]") and is_invented_by_kernel(name)


def _is_quoted(line: SourceLine) -> bool:
    """Return whether a quotation mark after the mapping shows where its name ends."""
    return any(
        repair.kind == "suffix" and repair.detail.startswith((b'"', b"'", b"`"))
        for repair in line.repairs
        if repair.line == line.numbers[-1]
    )
