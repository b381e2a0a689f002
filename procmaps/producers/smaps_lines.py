"""The smaps lines of a mainline release, and the insertion of a vendor's lines."""

from __future__ import annotations

from procmaps.formats.releases import Release
from procmaps.formats.smaps_fields import FIELDS, FieldFormat, SmapsField, presence_at
from procmaps.producers.model import SmapsLine


def _format(field: SmapsField, release: Release) -> FieldFormat | None:
    """Return the field's format: the established one, or the only possible one."""
    possible = [one for one in field.formats if one.span.covers(release) is not False]
    return field.format_at(release) or (possible[0] if len(possible) == 1 else None)


def lines_at(release: Release, *, rollup: bool = False) -> tuple[SmapsLine, ...]:
    """Return the lines of mainline *release*; uncertain lines are not required."""
    return tuple(
        SmapsLine(field, _format(field, release), required=bool(printed) and not field.optional)
        for field, printed in presence_at(release, rollup=rollup)
        if printed is not False
    )


def inserted(lines: tuple[SmapsLine, ...], key: bytes, after: bytes) -> tuple[SmapsLine, ...]:
    """Return *lines* with a vendor's line after the key *after*; b"" is the header line."""
    field = FIELDS[key]
    index = [b"", *(line.field.key for line in lines)].index(after)
    return (*lines[:index], SmapsLine(field, field.formats[0], required=False), *lines[index:])
