"""Lines that a mail program has broken at a blank or after a hyphen.

A break inside the columns is certain: only the next line completes the mapping. A break inside the
name needs evidence, because the next line may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from procmaps._cached_property import cached_property
from procmaps.extraction.blanks import as_spaces, strip_blanks
from procmaps.extraction.field_lines import FLAGS, field_key, find_known_field
from procmaps.extraction.layers.inode_suffixes import without_inode_suffix
from procmaps.extraction.layers.line_prefixes import (
    content_start,
    family,
    has_prefix,
    leading_quote,
    outer_prefix,
    quote_depth,
)
from procmaps.extraction.line_store import stored
from procmaps.extraction.matches import Match, find_candidate, find_partial, is_kernel_name
from procmaps.extraction.patterns import captured
from procmaps.extraction.plain_lines import has_other_line
from procmaps.extraction.source_lines import SourceLine

NEEDED = has_other_line
"""What a text needs before this layer changes a line."""

_MAX_JOINS = 64
"""Lines joined into one, at most: names have at most 4095 bytes."""

_MAX_LINES_OF_COLUMNS = 6
"""Lines after the first that the columns of one mapping may extend over."""

_DELETED = re.compile(rb"\(deleted\)(?: \(deleted\))*")
_REST_OF_WORD = re.compile(rb"[0-9A-Za-z_.+@~][^ ]*(?: \(deleted\))?")
_FILE_NAMES = (b"/", b"anon_inode:", b"socket:[")
_ANNOTATIONS = re.compile(rb"(?: ?\((?:BuildId|load)\b[^()]{0,200}\))*\Z")
_ANNOTATION = re.compile(rb"\((?:BuildId|load)\b[^()]{0,200}\)?[^()]{0,200}(?:\([^()]{0,200}\))?")
_OPEN_ANNOTATION = re.compile(rb" \((?:BuildId|load)\b[^()]{0,200}\Z")
_WORD = re.compile(rb"[0-9A-Za-z_/][0-9A-Za-z_.+@:/-]*[0-9A-Za-z_]")
_OPEN_LABEL = re.compile(rb"\[anon(?:_shmem)?:[^\]]{1,255}")
"""A label that is broken at a blank: its end is below."""

_MAX_PADDING = 4
"""Blanks before a name in a dump made by hand, at most."""

_WORDS = re.compile(rb"(?=[^ ]*[0-9A-Za-z])[0-9A-Za-z_.+@~(\[/-].*[^:]")
"""Text that may continue a name: no rule of a page, and no heading."""

_KEY_OF_FIELD = re.compile(
    rb"[A-Z][A-Za-z0-9_.()]{0,64}:[ \t]*(?:[0-9]{1,20}[ \t]*|[a-z?][^:]*)?\Z"
)
"""A field whose value may continue below: no value, a number without a unit, or flags."""

_WITHOUT_INODE = ("tombstone", "sanitizer")
"""Formats that do not print whether memory has a file."""

_File = tuple[bytes, bytes, bytes]


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines with broken ones joined."""
    columns = _ColumnJoiner(lines)
    joined = stored(columns.join(), lines)
    yield from _NameJoiner(joined, columns.longest, columns.mail_widths()).join()


class _ColumnJoiner:
    """Joins mappings broken inside their columns, or just before their name."""

    def __init__(self, lines: Sequence[SourceLine]) -> None:
        self._lines = lines
        self.longest: dict[bytes, int] = {}
        """The longest unbroken line, by family of prefix."""
        self._broken: set[bytes] = set()
        """The families of prefixes with at least one broken line."""

    def join(self) -> Iterator[SourceLine]:
        """Yield the lines with such breaks joined."""
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
            yield line

    def mail_widths(self) -> dict[bytes, int]:
        """Return the least possible width of the mail, for each family with a broken line."""
        return {kind: self.longest.get(kind, 0) for kind in self._broken}

    def _with_columns(self, line: SourceLine, index: int) -> tuple[SourceLine, int]:
        """Complete the columns of *line* from the lines at *index*; also return how many."""
        begin = _incomplete(line)
        if begin < 0:
            return self._with_size(line, index)
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
            if _incomplete(joined) != begin:
                break
        return line, 0

    def _with_size(self, line: SourceLine, index: int) -> tuple[SourceLine, int]:
        """Complete a line of a tombstone whose offset and size are below; also return how many."""
        match = line.match
        if not match or match.format != "tombstone" or "size" in match.parts:
            return line, 0
        joined = line
        for used, following in enumerate(self._lines[index : index + _MAX_LINES_OF_COLUMNS], 1):
            rest = _rest(following, line.prefix)
            if rest is None:
                break
            text = joined.text.rstrip(b" \t") + b" " + rest
            joined = joined.joined_with(following, text, "wrapped")
            found = joined.match
            if found and found.column == match.column and "size" in found.parts:
                self._broken.add(family(line.prefix))
                return joined, used
        return line, 0

    def _with_name(self, line: SourceLine, following: SourceLine) -> SourceLine | None:
        """Return *line* with the name that is alone on the next line, or None."""
        if not line.match or line.match.name:
            return None
        name = _rest(following, line.prefix)
        if name is None or not _must_be_name(line.match, name):
            return None
        if not has_prefix(following.text, line.prefix) and not _is_one_word(name):
            return None
        self._broken.add(family(line.prefix))
        self._note_width(line.prefix, following.text)
        return _joined(line, following, b" " + name)

    def _note_width(self, prefix: bytes, text: bytes) -> None:
        kind = family(prefix)
        self.longest[kind] = max(self.longest.get(kind, 0), len(text))


class _NameJoiner:
    """Joins lines broken inside a name, or inside the flags of ``VmFlags``."""

    def __init__(
        self, lines: Sequence[SourceLine], longest: dict[bytes, int], widths: dict[bytes, int]
    ) -> None:
        self._lines = lines
        self._longest = longest
        self._widths = widths

    def join(self) -> Iterator[SourceLine]:
        """Yield the lines with such breaks joined."""
        index = 0
        while index < len(self._lines):
            line = self._lines[index]
            index += 1
            joins = 0
            while index < len(self._lines) and joins < _MAX_JOINS:
                is_inside = index + 1 < len(self._lines) and _is_of_dump(self._lines[index + 1])
                joined = self._with_rest(line, self._lines[index], is_inside=is_inside)
                if not joined:
                    break
                line, index, joins = joined, index + 1, joins + 1
            if index < len(self._lines):
                line = self._with_doubt(line, self._lines[index])
            yield line

    def _with_rest(
        self, line: SourceLine, following: SourceLine, *, is_inside: bool
    ) -> SourceLine | None:
        """Return *line* with the rest on the next line, or None if that is not its rest.

        *is_inside* says whether the line after that one is a line of a dump.
        """
        if not line.match:
            return _with_rest_of_field(line, following)
        rest = _rest(following, line.prefix)
        if rest is None or not line.match.name or _is_quoted(line):
            return None
        for joint in (b"", b" "):
            if self._is_evident(line.match, joint, rest):
                return _joined(line, following, joint + rest)
        if is_inside and self._did_not_fit(line, following, rest):
            return _joined(line, following, b" " + rest).with_doubt("wrapped", rest)
        return None

    def _with_doubt(self, line: SourceLine, following: SourceLine) -> SourceLine:
        """Return *line* with a doubt if the next line may be the rest of its name."""
        rest = _rest(following, line.prefix) if line.match else None
        if rest is None or not line.match or _is_quoted(line):
            return line
        if line.match.name:
            may_be_more = self._did_not_fit(line, following, rest)
        else:
            may_be_more = self._may_be_word(line, following, rest)
        return line.with_doubt("perhaps more", rest) if may_be_more else line

    def _may_be_word(self, line: SourceLine, following: SourceLine, rest: bytes) -> bool:
        """Return whether *rest* may be a name without a path, as dumps made by hand have them.

        It is one word, and no line of the dump shows that it would have fitted above.
        """
        is_below = has_prefix(following.text, line.prefix)
        is_quoted_less = outer_prefix(line.prefix) != line.prefix
        if not (is_below or is_quoted_less) or not _WORD.fullmatch(rest):
            return False
        size = len(line.text.rstrip(b" \t")) + _MAX_PADDING + len(rest)
        return size > self._longest.get(family(line.prefix), 0)

    @cached_property
    def _names(self) -> set[int]:
        """The hashes of all names in the text, each with its file: the names need more memory."""
        matches = (line.match for line in self._lines)
        return {hash((match.file, match.name)) for match in matches if match and match.file}

    def _is_evident(self, match: Match, joint: bytes, rest: bytes) -> bool:
        """Return whether the text itself shows that *rest* continues the name after *joint*."""
        name = match.name
        if match.file and hash((match.file, name + joint + rest)) in self._names:
            return True
        if joint:
            is_open = name.startswith((b"[anon:", b"[anon_shmem:")) and not name.endswith(b"]")
            is_annotation = _OPEN_ANNOTATION.search(name) or _ANNOTATION.fullmatch(rest)
            if is_annotation and name.startswith(b"/"):
                return True
            is_deleted = _DELETED.fullmatch(_ANNOTATIONS.sub(b"", rest)) is not None
            return is_deleted or (is_open and rest.endswith(b"]"))
        # Mail programs break after a hyphen: /lib/libc-
        bare = _ANNOTATIONS.sub(b"", rest)
        return name.endswith(b"-") and _REST_OF_WORD.fullmatch(bare) is not None

    def _did_not_fit(self, line: SourceLine, following: SourceLine, rest: bytes) -> bool:
        """Return whether the first word of *rest* would have exceeded the width of the mail."""
        name = line.match.name if line.match else b""
        is_complete = name.endswith((b"]", b" (deleted)"))
        if is_complete or not _WORDS.fullmatch(rest) or not has_prefix(following.text, line.prefix):
            return False
        width = self._widths.get(family(line.prefix), 0)
        if not width or len(line.text) > width:
            return False
        first = rest.split(b" ", 1)[0]
        return len(line.text.rstrip(b" \t")) + 1 + len(first) > width


def _incomplete(line: SourceLine) -> int:
    """Return where a mapping begins that lacks columns, or the end of its label, or -1.

    Without its end, a label does not show that two numbers are a sanitizer's mapping.
    """
    if line.match:
        return -1
    begin = find_partial(line.text)
    found = find_candidate(line.text) if begin < 0 else None
    if found and _OPEN_LABEL.fullmatch(captured(found).get("NAME", b"")):
        return found.start()
    return begin


def _with_rest_of_field(line: SourceLine, following: SourceLine) -> SourceLine | None:
    """Return a field with its flags, its number or its unit on the next line, or None."""
    key = _KEY_OF_FIELD.search(line.text)
    rest = _rest(following, line.text[: key.start()]) if key else None
    if not key or rest is None:
        return None
    rest = as_spaces(rest)
    if key[0].startswith(b"VmFlags:"):
        return _joined(line, following, b" " + rest) if FLAGS.fullmatch(rest) else None
    whole = find_known_field(line.text.rstrip(b" \t") + b" " + rest)
    is_field = whole is not None and whole.start() == key.start()
    return _joined(line, following, b" " + rest) if is_field else None


def _is_of_dump(line: SourceLine) -> bool:
    return bool(line.match or find_partial(line.text) >= 0 or find_known_field(line.text))


def _is_one_word(name: bytes) -> bool:
    """Return whether a name has no blank, apart from what the kernel and debuggerd add to it."""
    bare = _ANNOTATIONS.sub(b"", _OPEN_ANNOTATION.sub(b"", name))
    while bare.endswith(b" (deleted)"):
        bare = bare.removesuffix(b" (deleted)")
    is_label = bare.startswith(b"[anon") and bare.endswith(b"]")
    return b" " not in bare or is_label or _OPEN_LABEL.fullmatch(bare) is not None


def _joined(line: SourceLine, following: SourceLine, rest: bytes) -> SourceLine:
    text = line.text.rstrip(b" \t") + rest
    return without_inode_suffix(line.joined_with(following, text, "wrapped"))


def _rest(line: SourceLine, prefix: bytes) -> bytes | None:
    """Return the text of *line* after *prefix*.

    None if it is empty, a mapping, a field, or has another prefix, except a shorter quotation.
    """
    text = line.text
    if line.match or find_known_field(text):
        return None
    if has_prefix(text, prefix):
        begin = content_start(text, prefix)
    else:
        # A later mail program breaks quoted lines, and quotes the rest less deeply or not at all.
        outer = outer_prefix(prefix)
        size = content_start(text, outer) if outer.strip(b" \t") and outer != prefix else 0
        inner = text[size:]
        begin = size + len(leading_quote(inner))
        quote = leading_quote(prefix)
        if quote and text.startswith(quote) and text.rstrip(b" \t\r").endswith(b"]"):
            # The end of a label may begin with such marks.
            begin = len(quote)
        elif quote_depth(inner) >= quote_depth(prefix[size:]) and quote_depth(inner):
            return None
    content = strip_blanks(text[begin:])
    # Old Android prints the name once more, in a field.
    return None if field_key(content, above=b"") == b"Name" else content or None


def _must_be_name(match: Match, name: bytes) -> bool:
    """Return whether *name*, alone on the next line, is the name of a mapping without one."""
    if not match.has_all_columns:
        is_file = name.startswith(_FILE_NAMES) and _is_one_word(name)
        return match.format in _WITHOUT_INODE and (is_file or _is_kernel_name(name))
    if match.file or _has_device(match):
        return name.startswith(_FILE_NAMES) or _is_kernel_name(name, has_file=True)
    return _is_kernel_name(name)


def _has_device(match: Match) -> bool:
    """Return whether memory without an inode has a device: the first segment of System V."""
    return bool((match.parts["major"] + match.parts["minor"]).strip(b"0"))


def _is_kernel_name(name: bytes, *, has_file: bool = False) -> bool:
    if _OPEN_LABEL.fullmatch(name):
        return True
    return name.endswith(b"]") and is_kernel_name(name, has_file=has_file)


def _is_quoted(line: SourceLine) -> bool:
    """Return whether a quotation mark after the mapping shows where its name ends."""
    return any(
        repair.kind == "suffix" and repair.detail.startswith((b'"', b"'", b"`"))
        for repair in line.repairs
        if repair.line == line.numbers[-1]
    )
