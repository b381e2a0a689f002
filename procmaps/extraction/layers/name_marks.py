"""Marks of Markdown, wikis and forums around a name, or around the whole line of a mapping.

A name of a file begins with a slash, and a name of the kernel's is known. So the evidence is a name
that is neither, and that becomes one without a pair of marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from procmaps.extraction.blanks import DASH
from procmaps.extraction.field_lines import field_key
from procmaps.extraction.layers.line_prefixes import leading_quote
from procmaps.extraction.matches import Match, find_match, is_kernel_name
from procmaps.extraction.source_lines import SourceLine

_SYMMETRIC = rb"'{2,5}|\*{1,3}|_{1,2}|`{1,2}|~~"
_OPENING = re.compile(
    rb"(?P<same>" + _SYMMETRIC + rb")"
    rb"|\[(?P<bbcode>b|i|u|s|code|color|font|icode|noparse|quote|size|tt|url)(?:=[^\[\]]{0,200})?\]"
    rb"|\{(?P<jira>color)(?::[^{}]{0,64})?\}"
    rb"|(?P<mono>\{\{)|\\text[a-z]{2}(?P<latex>\{)|(?P<curly>\xe2\x80[\x98\x9c])|(?P<angle>\xc2\xab)"
)
"""The mark before a name: Markdown, MediaWiki, reST; BBCode; Jira; LaTeX; typographic quotes."""

NEEDED = re.compile(
    rb"://|(?<![!-~])(?:%b)|(?<=[;>|])(?:%b)|(?:%b)[ \t]*(?:0x)?[0-9A-Fa-f]{1,16}"
    rb" ?(?:%b) ?(?:0x)?[0-9A-Fa-f]{1,16}(?:[^!-~]|[&A])"
    % (*[re.sub(rb"\(\?P<[a-z]+>", b"(?:", _OPENING.pattern)] * 3, DASH.pattern)
).search
"""What a text needs before this layer changes a line: an address of the web, or a mark.

A mark is after a blank or a quotation mark, or it is directly before a mapping."""

_CLOSING = {
    "bbcode": b"[/%b]", "jira": b"{%b}", "mono": b"}}", "latex": b"}", "angle": b"\xc2\xbb",
}  # fmt: skip
"""The closing mark by group of `_OPENING`, from the text of that group."""

_LINK = re.compile(rb"\[([^\[\]|]{1,4096})(?:\]\([a-z]+:[^()\s]*\)|\|[a-z]+:[^\[\]|\s]*\])")
"""A link of Markdown or Jira: ``[text](address)``, ``[text|address]``."""

_AUTOMATIC_LINK = re.compile(
    rb"(?P<text>[^\s/<>\[\]|()]{1,255}) ?<https?://(?P=text)/?>"
    rb"|<https?://(?P<address>[^\s/<>|]{1,255})/?\|(?P=address)>"
    rb"|\[(?P<label>[^\s/<>\[\]|()]{1,255})\]\(https?://(?P=label)/?\)"
)
"""A link that a program has made of a file's name, which it took for a host: ``libc.so``."""

_MAX_DEPTH = 4
"""Marks inside marks, at most."""

_FILE_NAMES = (b"/", b"(unreachable)/", b"anon_inode:", b"socket:[")


def remove(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines without marks around names, and without links made of them."""
    for line in lines:
        if not line.match:
            yield _without_marks_around_field(line)
            continue
        if not line.match.has_all_columns:
            yield line
            continue
        bare = _without_links(_without_marks_around_line(line, line.match))
        yield _without_marks_around_name(bare)


def _without_marks_around_line(line: SourceLine, match: Match) -> SourceLine:
    """Return *line* without a pair of marks before its mapping and at its end."""
    for _ in range(_MAX_DEPTH):
        opening = _last_opening(line.prefix)
        closing = _closing(opening) if opening else b""
        end = len(line.text.rstrip(b" \t"))
        if not opening or not line.text.endswith(closing, match.column, end):
            break
        bare = line.text[: end - len(closing)]
        found = find_match(bare)
        if not found or not _is_possible(found, found.name):
            break
        space = b" " * (not found.name and not bare.endswith(b" "))
        edits = [(opening.start(), opening.end(), b""), (len(bare), len(line.text), space)]
        line = line.edited(edits).with_repair("markup", opening[0])
        match = find_match(line.text) or match
    return line


def _without_marks_around_field(line: SourceLine) -> SourceLine:
    """Return *line* without a pair of marks around a field of ``smaps``."""
    begin = len(leading_quote(line.text))
    end = len(line.text.rstrip(b" \t"))
    opening = _OPENING.match(line.text, begin)
    closing = _closing(opening) if opening else b""
    if not opening or not line.text.endswith(closing, opening.end(), end):
        return line
    bare = line.text[opening.end() : end - len(closing)]
    if not field_key(bare, above=b"Size"):
        return line
    edits = [(begin, opening.end(), b""), (end - len(closing), len(line.text), b"")]
    return line.edited(edits).with_repair("markup", opening[0])


def _last_opening(prefix: bytes) -> re.Match[bytes] | None:
    """Return the opening mark directly before a mapping, or None."""
    for opening in _OPENING.finditer(prefix, max(0, len(prefix) - 256)):
        rest = prefix[opening.end() :]
        # With a blank after it, an asterisk begins a comment or an item of a list.
        is_item = opening[0] == b"*" and rest
        if not rest.strip(b" \t") and not is_item:
            return opening
    return None


def _without_links(line: SourceLine) -> SourceLine:
    name = line.match.name if line.match else b""
    if b"://" not in name:
        return line
    begin = len(line.text) - len(name)
    links = _LINK.fullmatch(name) or _AUTOMATIC_LINK.search(name)
    if not links:
        return line
    if _LINK.fullmatch(name):
        bare = _LINK.sub(rb"\1", name)
    else:
        bare = _AUTOMATIC_LINK.sub(_text_of_link, name)
    return line.with_text(line.text[:begin] + bare, "markup", name)


def _text_of_link(link: re.Match[bytes]) -> bytes:
    return link[link.lastgroup or 0]


def _without_marks_around_name(line: SourceLine) -> SourceLine:
    """Return *line* without pairs of marks around its name, if that makes it a possible name."""
    match = line.match
    if not match or _is_possible(match, match.name):
        return line
    name = match.name.rstrip(b" \t")
    for _ in range(_MAX_DEPTH):
        opening = _OPENING.match(name)
        closing = _closing(opening) if opening else b""
        if not opening or not name.endswith(closing, opening.end()):
            return line
        name = name[opening.end() : len(name) - len(closing)]
        if name and _is_possible(match, name):
            begin = len(line.text) - len(match.name)
            return line.with_text(line.text[:begin] + name, "markup", match.name)
    return line


def _closing(opening: re.Match[bytes]) -> bytes:
    """Return the mark that closes *opening*."""
    kind = opening.lastgroup or "same"
    if kind == "same":
        return opening[0]
    if kind == "curly":
        return opening[0][:2] + bytes([opening[0][2] + 1])
    template = _CLOSING[kind]
    return template % opening[kind] if b"%b" in template else template


def _is_possible(match: Match, name: bytes) -> bool:
    """Return whether the kernel can print *name* for such a mapping."""
    if name.startswith(_FILE_NAMES) or not name:
        return True
    return is_kernel_name(name, has_file=match.file is not None)
