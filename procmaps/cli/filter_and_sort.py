"""Which mappings `procmaps show` shows, and in which order."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

import attrs
import click

from procmaps.cli.columns import COLUMNS
from procmaps.records import names
from procmaps.records.mapping import Mapping

_LETTERS = re.compile(r"[rwxpsS]+")
_EXACT = re.compile(r"[r?-][w?-][x?-][psS?]")


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
            and (self.perms is None or _has_perms(str(row.perms), self.perms))
            and (not self.patterns or _has_name(row.name.raw, self.patterns))
        )


def _has_perms(text: str, wanted: str) -> bool:
    if _EXACT.fullmatch(wanted):
        return all(asked in ("?", found) for asked, found in zip(wanted, text, strict=True))
    return all(letter in text for letter in wanted)


def _has_name(raw: bytes, patterns: Iterable[re.Pattern[bytes]]) -> bool:
    base = raw.removesuffix(names.DELETED).rpartition(b"/")[2]
    return any(pattern.fullmatch(raw) or pattern.fullmatch(base) for pattern in patterns)


def name_pattern(glob: str) -> re.Pattern[bytes]:
    """Return the pattern of a glob: ``*`` is any text, ``?`` is any byte.

    Brackets are themselves: most names that the kernel gives are in brackets.
    """
    pieces = re.split(rb"([*?])", os.fsencode(glob))
    wild = {b"*": b".*", b"?": b"."}
    return re.compile(b"".join(wild.get(each) or re.escape(each) for each in pieces), re.DOTALL)


class PermsType(click.ParamType[str]):
    """The value of ``--perms``."""

    name = "perms"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return *value*, or fail with the forms that are possible."""
        if not (_LETTERS.fullmatch(value) or _EXACT.fullmatch(value)):
            self.fail(
                f"{value!r} is not permissions; give letters that must be set, such as wx, "
                "or all four characters, such as r-xp or ?w?p",
                param,
                ctx,
            )
        return value


def known_kinds() -> list[str]:
    """Return every kind of mapping, sorted."""
    from procmaps.formats.pseudo_names import PSEUDO_NAMES  # noqa: PLC0415 - only for --kind

    records = (cls for cls in vars(names).values() if isinstance(cls, type))
    kinds = {cls.KIND for cls in records if issubclass(cls, names.Name)}
    return sorted(kinds | {pseudo.kind for pseudo in PSEUDO_NAMES})


def sort(rows: Sequence[Mapping], column: str, *, reverse: bool) -> list[Mapping]:
    """Return *rows* sorted by a column: sizes from the largest, the rest from the lowest."""
    key = COLUMNS[column].key
    present = [row for row in rows if key(row) is not None]
    absent = [row for row in rows if key(row) is None]
    descending = COLUMNS[column].largest_first is not reverse
    return [*sorted(present, key=key, reverse=descending), *absent]
