"""What happened to memory between two snapshots, as far as its figures show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from procmaps.records.mapping import Mapping
from procmaps.records.names import FileBacked
from procmaps.usage.figures import SUMMED
from procmaps.usage.matching import Match

Event = Literal[
    "new", "gone", "grown", "shrunk", "moved", "split", "merged", "rearranged", "renamed",
    "unlinked", "protected", "flagged",
]  # fmt: skip
"""What happened to the mappings: ``protected`` is other permissions, ``flagged`` other flags, as of
madvise or mlock, ``unlinked`` a deleted file, ``merged`` several mappings that became one."""

Cause = Literal[
    "touched", "freed", "swapped out", "swapped in", "copied", "unshared", "shared",
    "same-page merged", "same-page unmerged", "huge pages made", "huge pages split",
    "lazily freed", "dirtied", "cleaned", "locked", "unlocked", "shared with more",
    "shared with fewer",
]  # fmt: skip
"""What happened to the pages. Each has an amount in bytes.

* ``touched``, ``freed``: more or less is resident or swapped than before
* ``swapped out``, ``swapped in``: more or less is in swap
* ``copied``: more pages of a private file mapping are copies of the process's own
* ``unshared``: shared pages are now private, by a write after fork or because others ended; smaps
  cannot tell which
* ``shared``: private pages are now shared, after fork or because others map them, too
* ``same-page merged``, ``same-page unmerged``: more or fewer pages are shared by KSM
* ``huge pages made``, ``huge pages split``: more or less is mapped by huge pages
* ``lazily freed``: more pages wait to be reclaimed after MADV_FREE
* ``dirtied``, ``cleaned``: resident pages were written to, or written to disk
* ``locked``, ``unlocked``: more or less of its share is locked in memory
* ``shared with more``, ``shared with fewer``: others map, or no longer map, the same pages; by how
  much the share changed, if nothing else did
"""

BY_OTHERS: Final[frozenset[Cause]] = frozenset(("shared with more", "shared with fewer"))
"""What other processes did."""

HUGE: Final = ("anon_huge_pages", "shmem_pmd_mapped", "file_pmd_mapped")


def events_of(match: Match) -> tuple[Event, ...]:
    """Return what happened to the mappings of *match*; empty if nothing did."""
    before, after = match.before, match.after
    if not before or not after:
        return ("new",) if after else ("gone",)
    events: list[Event] = []
    if len(before) > 1 and len(after) > 1:
        events.append("rearranged")
    elif len(after) > 1:
        events.append("split")
    elif len(before) > 1:
        events.append("merged")
    if match.moved:
        events.append("moved")
    growth = sum(each.size for each in after) - sum(each.size for each in before)
    if growth:
        events.append("grown" if growth > 0 else "shrunk")
    names, now = ({each.name.raw for each in side} for side in (before, after))
    if names != now:
        unlinked = now == {name + b" (deleted)" for name in names}
        events.append("unlinked" if unlinked else "renamed")
    if {each.perms for each in before} != {each.perms for each in after}:
        events.append("protected")
    flags, now_flags = _flags(before), _flags(after)
    if "protected" not in events and flags and now_flags and flags != now_flags:
        events.append("flagged")
    return tuple(events)


def _flags(mappings: Iterable[Mapping]) -> set[frozenset[bytes]]:
    """Return the distinct sets of flags; empty if they are not known of all *mappings*.

    The kernel sets ``sd``, soft-dirty, by itself.
    """
    known = [each.usage.vm_flags if each.usage else None for each in mappings]
    if None in known:
        return set()
    return {frozenset(flags or ()) - {b"sd"} for flags in known}


def figures_of(mappings: Iterable[Mapping]) -> dict[str, int]:
    """Return the sums of the figures that every one of *mappings* has."""
    usages = [each.usage for each in mappings]
    sums: dict[str, int] = {}
    for name in SUMMED:
        values: list[int | None] = [getattr(usage, name, None) for usage in usages]
        known = [value for value in values if value is not None]
        if len(known) == len(values):
            sums[name] = sum(known)
    return sums


def causes_of(match: Match) -> dict[Cause, int]:
    """Return what happened to the pages of *match*, with the bytes that each concerns."""
    before, after = figures_of(match.before), figures_of(match.after)
    change = {name: after[name] - before[name] for name in after.keys() & before.keys()}

    def total(*names: str) -> int:
        known = [change[name] for name in names if name in change]
        return sum(known) if len(known) == len(names) else 0

    private, shared = (total(f"{kind}_clean", f"{kind}_dirty") for kind in ("private", "shared"))
    files = all(isinstance(each.name, FileBacked) for each in match.before)
    dirty, clean = (total(f"private_{kind}", f"shared_{kind}") for kind in ("dirty", "clean"))
    alone = not any((total("rss"), private, shared))
    in_use = total("rss", "swap") if "swap" in change else total("rss")
    amounts: dict[Cause, int] = {
        "touched": in_use,
        "freed": -in_use,
        "swapped out": total("swap"),
        "swapped in": -total("swap"),
        "copied": total("anonymous") if files else 0,
        "unshared": min(-shared, private),
        "shared": min(shared, -private),
        "same-page merged": total("ksm"),
        "same-page unmerged": -total("ksm"),
        "huge pages made": sum(change.get(name, 0) for name in HUGE),
        "huge pages split": -sum(change.get(name, 0) for name in HUGE),
        "lazily freed": total("lazy_free"),
        "dirtied": min(dirty, -clean),
        "cleaned": min(clean, -dirty),
        "locked": total("locked"),
        "unlocked": -total("locked"),
        "shared with more": -total("pss") if alone else 0,
        "shared with fewer": total("pss") if alone else 0,
    }
    return {cause: amount for cause, amount in amounts.items() if amount > 0}
