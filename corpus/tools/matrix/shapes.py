"""Shapes: the form in which a parser shows members, if not as the dump has them.

pmap shows ``-`` for a private mapping, psutil ``[anon]`` for an empty name column. That is not an
error. So the *case* is changed into what such a tool should show. The answer is never changed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

import attrs

from corpus.tools.matrix.read_peers import NamesShown, Shows
from procmaps.check.cases import Case
from procmaps.check.shown_names import ShownAs
from procmaps.records.mapping import Mapping
from procmaps.records.names import DELETED, FileBacked, Name, SysV
from procmaps.records.perms import Sharing


def shaped(shows: Shows, case: Case) -> Case:
    """Return *case* with its records as a parser with this form shows them."""
    if shows == Shows():
        return case
    records = [_perms_shown(shows, mapping) for mapping in case.records]
    for index, mapping in enumerate(case.records):
        if not _WITH_NAME[shows.names](mapping):
            name: Name = ShownAs.of(*_filled_in(shows.otherwise, mapping))
            offset = 0 if shows.offsets == "named" else mapping.offset
        elif isinstance(mapping.name, SysV) and shows.sysv:
            name = ShownAs.of(mapping.name.raw, *_filled_in(shows.sysv, mapping))
            offset = mapping.offset
        elif shows.escapes:
            name = ShownAs.of(*map(escaped_by_lsof, _paths(case, index)))
            offset = mapping.offset
        else:
            continue
        records[index] = attrs.evolve(records[index], name=name, offset=offset)
    return attrs.evolve(case, records=tuple(records))


# --- permissions ----------------------------------------------------------------------------------


def _perms_shown(shows: Shows, mapping: Mapping) -> Mapping:
    if shows.private == "p" or mapping.perms.sharing is not Sharing.PRIVATE:
        return mapping
    perms = attrs.evolve(mapping.perms, sharing=Sharing(shows.private))
    return attrs.evolve(mapping, perms=perms)


# --- names ----------------------------------------------------------------------------------------


_DEV_ZERO: Final = (b"/dev/zero", b"/dev/zero" + DELETED)

_WITH_NAME: Final[dict[NamesShown, Callable[[Mapping], bool]]] = {
    "any": lambda mapping: mapping.name.raw != b"",
    "with a slash": lambda mapping: b"/" in mapping.name.raw,
    "a path": lambda mapping: mapping.name.raw.startswith(b"/"),
    "with an inode": lambda mapping: mapping.inode != 0 and mapping.name.raw != b"",
    "on a device": lambda mapping: mapping.device.major != 0,
    "not /dev/zero": lambda mapping: mapping.name.raw not in _DEV_ZERO,
}
"""The mappings whose names a parser shows by design."""


def _filled_in(templates: tuple[str, ...], mapping: Mapping) -> Iterator[bytes]:
    for template in templates:
        yield template.format(start=mapping.start, inode=mapping.inode).encode()


def _paths(case: Case, index: int) -> Iterator[bytes]:
    """Yield the paths that are right for a record: one for each interpretation of its name."""
    name = case.records[index].name
    yield name.path if isinstance(name, FileBacked) else name.raw
    yield from (item.path for item in case.interpretations if item.record == index)


_C_ESCAPES: Final = {8: b"\\b", 9: b"\\t", 10: b"\\n", 12: b"\\f", 13: b"\\r", 0x5C: b"\\\\"}
_CONTROLS: Final = 0x20


def escaped_by_lsof(name: bytes) -> bytes:
    """Return *name* as lsof prints it in a UTF-8 locale: its manual, "OUTPUT"."""
    return b"".join(map(_escaped_character, name.decode("utf-8", "surrogateescape")))


def _escaped_character(character: str) -> bytes:
    raw = character.encode("utf-8", "surrogateescape")
    code = raw[0]
    if len(raw) == 1 and code in _C_ESCAPES:
        return _C_ESCAPES[code]
    if len(raw) == 1 and code < _CONTROLS:
        return b"^" + bytes([code | 0x40])
    # iswprint() of glibc: all but control characters, unassigned ones and line separators.
    if unicodedata.category(character) in ("Cc", "Cn", "Cs", "Zl", "Zp"):
        return b"".join(b"\\x%02x" % byte for byte in raw)
    return raw
