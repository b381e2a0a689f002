"""Which mappings `procmaps show` shows, and in which order."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from procmaps.cli.columns import COLUMNS
from procmaps.records.mapping import Mapping
from procmaps.search.name_patterns import has_name
from procmaps.search.perms_patterns import has_perms


@attrs.frozen
class RowFilter:
    """What a mapping must be to be shown: of one of the kinds, with the rights, with a name."""

    kinds: tuple[str, ...] = ()
    perms: str | None = None
    """Letters that must be set, ``wx``; or all four characters, ``rw-p``, with ``?`` for any."""
    patterns: tuple[re.Pattern[bytes], ...] = ()

    @property
    def passes_all(self) -> bool:
        """Return whether nothing is filtered."""
        return not (self.kinds or self.perms or self.patterns)

    def matches(self, row: Mapping) -> bool:
        """Return whether *row* is to be shown."""
        return (
            (not self.kinds or row.name.kind in self.kinds)
            and (self.perms is None or has_perms(str(row.perms), self.perms))
            and (not self.patterns or has_name(row.name.raw, self.patterns))
        )


def sort(rows: Sequence[Mapping], column: str, *, reverse: bool) -> list[Mapping]:
    """Return *rows* sorted by a column: sizes from the largest, the rest from the lowest."""
    key = COLUMNS[column].key
    present = [row for row in rows if key(row) is not None]
    absent = [row for row in rows if key(row) is None]
    descending = COLUMNS[column].largest_first is not reverse
    return [*sorted(present, key=key, reverse=descending), *absent]
