"""The lines below a header, of mainline and with those of a vendor put in."""

from __future__ import annotations

from procmaps.formats.releases import Release
from procmaps.formats.smaps_fields import FIELDS, FieldFormat, SmapsField, presence_at
from procmaps.producers.model import FieldLine


def _format(field: SmapsField, release: Release) -> FieldFormat | None:
    """How the release prints the field: as is established, or the only way that is possible."""
    possible = [one for one in field.formats if one.span.covers(release) is not False]
    return field.format_at(release) or (possible[0] if len(possible) == 1 else None)


def lines_at(release: Release, *, rollup: bool = False) -> tuple[FieldLine, ...]:
    """The lines of mainline *release*; those that it may have or not are not required."""
    return tuple(
        FieldLine(field, _format(field, release), required=bool(there) and not field.optional)
        for field, there in presence_at(release, rollup=rollup)
        if there is not False
    )


def inserted(lines: tuple[FieldLine, ...], key: bytes, after: bytes) -> tuple[FieldLine, ...]:
    """*lines* with a vendor's line behind the key *after*; b"": directly below the header."""
    field = FIELDS[key]
    place = [b"", *(line.field.key for line in lines)].index(after)
    return (*lines[:place], FieldLine(field, field.formats[0], required=False), *lines[place:])
