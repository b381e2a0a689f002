"""The conditions of a search as the native line filter takes them: `line_conditions`."""

from __future__ import annotations

import functools
from typing import Final

from procmaps.engines.line_filter import MARKED, ODD, REFUSED, WANTED, FileCondition, LineConditions
from procmaps.grammar.loading import Grammar, unmarked_lines
from procmaps.records.perms import Perms
from procmaps.search.criteria import Criteria
from procmaps.search.twins import VDSO
from procmaps.snapshots.problems import ROLLUP

_MAX_NUMBER: Final = (1 << 64) - 1
"""The greatest number that the filter can compare."""

_MAX_DEVICE: Final = (1 << 32) - 1
"""The greatest major or minor number that a line can have."""

_NO_FILE: Final[FileCondition] = (0, True, _MAX_NUMBER, _MAX_NUMBER, True)
"""A file that no line can have: of a device beyond the greatest one."""

_MAX_FILES: Final = 64
"""Files that the filter can compare with."""

_LINE: Final = b"10000-20000 r--p 00000000 00:00 0 ".ljust(73) + b"%b\n"
"""A line of Linux with any name."""


def line_conditions(criteria: Criteria, grammar: Grammar) -> LineConditions | None:
    """Return *criteria* for lines of *grammar*; None if the filter cannot compare them."""
    files = _files(criteria)
    least, most = criteria.sizes
    if len(files) > _MAX_FILES:
        return None
    return LineConditions(
        perms=bytes(map(functools.partial(_perms_verdict, criteria.allowed_perms), range(256))),
        least=min(least or 0, _MAX_NUMBER),
        most=_MAX_NUMBER if most is None else min(most, _MAX_NUMBER),
        files=files,
        verdict=functools.partial(_name_verdict, criteria, grammar),
    )


def _files(criteria: Criteria) -> tuple[FileCondition, ...]:
    inode, device = criteria.inode, criteria.device
    if criteria.files:
        return tuple(
            (each.inode, True, each.major, each.minor, True) for each in sorted(criteria.files)
        )
    if inode is None and device is None:
        return ()
    major, minor = (0, 0) if device is None else (device.major, device.minor)
    if not (0 <= (inode or 0) <= _MAX_NUMBER and max(major, minor) <= _MAX_DEVICE):
        return (_NO_FILE,)
    return ((inode or 0, inode is not None, major, minor, device is not None),)


def _perms_verdict(allowed: frozenset[int] | None, flags: int) -> int:
    # Only a kernel without an MMU prints S: a text with it may be of another dialect.
    if "S" in str(Perms.from_flags(flags)):
        return ODD
    return WANTED if allowed is None or flags in allowed else REFUSED


def _name_verdict(criteria: Criteria, grammar: Grammar, raw: bytes) -> int:
    if raw == ROLLUP or raw.endswith(b"\r"):
        return ODD
    if raw[:1] not in {b"/", b""}:
        # A label that is not closed, or a name that only another kernel prints.
        if grammar.terminal("OPEN_LABEL").match(raw):
            return ODD
        line = _LINE % raw
        found = unmarked_lines().match(line)
        if not found or found.end() != len(line):
            return ODD
    verdict = WANTED if criteria.accepts_raw(raw, grammar.name) else REFUSED
    return verdict | (MARKED if raw == VDSO else 0)
