"""The field lines below one mapping of ``smaps``: where they begin and where they end."""

from __future__ import annotations

from procmaps.extraction.field_lines import field_key
from procmaps.extraction.layers.line_prefixes import content_start, equalize, leading_quote
from procmaps.extraction.source_lines import SourceLine
from procmaps.extraction.unread_reasons import DAMAGED, reason_unread


class FieldBlock:
    """The fields directly below a mapping.

    A line that is none ends the block: a blank line, prose, a line of another file. A line from
    elsewhere does not: a comment between literals, a remark outside the quotation, the message of
    another program in a log.
    """

    def __init__(self, header: SourceLine) -> None:
        self._header = header
        self._prefix = header.prefix
        self._last_key = b""
        self._has_ended = False

    def accepts(self, line: SourceLine) -> bool:
        """Return whether *line* is a field of the mapping; if so, it belongs to the block now."""
        begin = self._content_start(line)
        if begin < 0 or self._has_ended or line.is_cut_off:
            return False
        key = field_key(line.text[begin:], above=self._last_key)
        if not key:
            self._has_ended = True
            return False
        self._last_key = key
        self._prefix = line.text[:begin]
        return True

    def is_damaged_line(self, line: SourceLine) -> bool:
        """Return whether *line* follows the mapping and was a mapping once."""
        begin = self._content_start(line)
        if begin < 0:
            return False
        return reason_unread(line.text[begin:], is_cut_off=line.is_cut_off) in DAMAGED

    def is_from_elsewhere(self, line: SourceLine) -> bool:
        """Return whether *line* has not the form of the lines of the dump."""
        return self._content_start(line) < 0

    def _content_start(self, line: SourceLine) -> int:
        """Return where the text after the prefix begins, or -1 if the line is from elsewhere."""
        if bool(line.context) != bool(self._header.context):
            return -1
        text = line.text
        for prefix in (self._prefix, self._header.prefix):
            if not prefix.strip(b" \t") or (begin := content_start(text, prefix)):
                return content_start(text, prefix)
            # The numbers in it may have more digits.
            begin = len(text) - len(_without_numbers(text, prefix))
            if begin:
                return begin
        # A field in a literal has nothing before it, while its mapping may have.
        if line.context and field_key(text, above=self._last_key):
            return 0
        # The first line may have more before it than the others, but not another quotation.
        quote = leading_quote(text)
        is_first = (
            not self._last_key and quote.split() == leading_quote(self._header.prefix).split()
        )
        return len(quote) if is_first and field_key(text[len(quote) :], above=b"") else -1


def _without_numbers(text: bytes, prefix: bytes) -> bytes:
    """Return *text* after a prefix like *prefix* but of another length, or all of *text*."""
    for size in range(max(1, len(prefix) - _MAX_DIGITS), len(prefix) + _MAX_DIGITS):
        if text[size - 1 : size] == prefix[-1:] and equalize(text[:size]) == equalize(prefix):
            return text[size:]
    return text


_MAX_DIGITS = 4
"""Digits that the numbers of a prefix may have more or less in another line."""
