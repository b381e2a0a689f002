"""Lines that cannot be read, without their words."""

from __future__ import annotations

import functools
import re
from typing import Final

from procmaps.formats.smaps_fields import FIELDS
from procmaps.grammar.loading import Grammar
from procmaps.redaction.words import Words

_RANGE: Final = "(?P<start>{0})-(?P<end>{0}) "
_PERMS: Final = ("READ", "WRITE", "EXECUTE", "SHARING")
_FIRST_WORD: Final = re.compile(rb"[0-9A-Za-z\x80-\xff]*")


def unreadable_line(line: bytes, grammar: Grammar, words: Words) -> bytes:
    """Return *line*, which the grammar rejects, with all its words replaced.

    The key of a field stays: with another one, the line could become readable.

    In a dialect whose names contain newlines, such a line ends a name above it if it begins as a
    header line does. Then that beginning stays, with zeros as addresses, and what follows it is no
    offset, so that the line does not become readable.
    """
    found = _beginning(grammar).match(line) if grammar.dialect.newlines_in_names else None
    if found is None:
        key = line.partition(b":")[0]
        known = key if key in FIELDS else b""
        return known + words.replace(line[len(known) :])
    start, end = (b"0" * len(found[name]) for name in ("start", "end"))
    first = _FIRST_WORD.match(line, found.end())
    assert first is not None  # noqa: S101 - it matches nothing, too
    hidden = b"x" * len(first[0])
    return b"%b-%b %b%b%b" % (
        start,
        end,
        found["perms"],
        hidden,
        words.replace(line[first.end() :]),
    )


@functools.cache
def _beginning(grammar: Grammar) -> re.Pattern[bytes]:
    """Return the expression for the beginning of a header line, up to the offset."""
    address = grammar.rules.pattern("ADDRESS")
    perms = "".join(map(grammar.rules.pattern, _PERMS))
    return re.compile(f"{_RANGE.format(address)}(?P<perms>{perms} )".encode("latin-1"))
