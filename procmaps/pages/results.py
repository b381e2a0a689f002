"""The result of `read_pages`: figures for each mapping, and how they were had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from procmaps.pages.grouping import PageGroup, grouped
from procmaps.pages.probing import Tier
from procmaps.pages.sums import FIGURES, PageSums
from procmaps.records.mapping import Mapping
from procmaps.snapshots.snapshot import Snapshot
from procmaps.usage.keys import Key
from procmaps.usage.rules import Rules


@attrs.frozen
class MappingPages:
    """The pages of one mapping.

    mapping   The mapping.
    sums      What was counted.
    """

    mapping: Mapping
    sums: PageSums = attrs.field(repr=False)

    def figure(self, name: str) -> int | None:
        """Return one of `FIGURES` in bytes; None if it is not known. Raises `KeyError`."""
        return self.sums.figure(name)

    @property
    def figures(self) -> dict[str, int]:
        """All figures that are known, in bytes."""
        return known_figures(self.sums)

    @property
    def sharers(self) -> dict[int, int] | None:
        """Resident bytes by the number of those that map them; see `Pages.sharers`."""
        return self.sums.sharers


@attrs.frozen
class Pages:
    """The pages of a process.

    pid        The process.
    tier       How much was read: ``entries``, ``frames`` or ``machine``; see `Tier`.
    missing    Why the tier is not higher: a sentence for each reason.
    sources    The files that the figures are from.
    faults     Faults of this kernel that were stepped round; see `procmaps.formats.page_bits`.
    averages   Whether the kernel counts large folios as a whole, so that PSS and USS of them are
               averages; None if its configuration cannot be read.
    page_size  Bytes of a page.
    retries    How often the process was read again, because its mappings changed meanwhile.
    torn       Whether they changed during the last reading, too: then the figures of mappings that
               came or went are of another moment.
    snapshot   The mappings.
    sums       What was counted of each mapping. Internal.
    """

    pid: int
    tier: Tier
    missing: tuple[str, ...]
    sources: tuple[str, ...]
    faults: tuple[str, ...]
    averages: bool | None
    page_size: int
    retries: int
    torn: bool
    snapshot: Snapshot = attrs.field(repr=False)
    sums: Sequence[PageSums] = attrs.field(repr=False)

    def __len__(self) -> int:
        return len(self.sums)

    def __getitem__(self, index: int) -> MappingPages:
        return MappingPages(self.snapshot[index], self.sums[index])

    def __iter__(self) -> Iterator[MappingPages]:
        return (MappingPages(*each) for each in zip(self.snapshot, self.sums, strict=True))

    @property
    def total(self) -> PageSums:
        """The sums over all mappings."""
        return PageSums.of_all(self.sums)

    def figure(self, name: str) -> int | None:
        """Return one of `FIGURES` for the process, in bytes; None if it is not known.

        Raises `KeyError` for any other name.
        """
        return self.total.figure(name)

    @property
    def figures(self) -> dict[str, int]:
        """All figures of the process that are known, in bytes."""
        return known_figures(self.total)

    @property
    def sharers(self) -> dict[int, int] | None:
        """Resident bytes by the number of page table entries that map them, of all processes.

        In the tier ``machine``, it is the number of processes. None without frames.
        """
        return self.total.sharers

    def by(self, *keys: Key, rules: Rules | None = None) -> PageGroup:
        """Return the sums by a chain of keys, as `procmaps.usage.account` has them."""
        return grouped(self.snapshot, self.sums, keys, rules)


def known_figures(sums: PageSums) -> dict[str, int]:
    """Return the figures that are known, in bytes."""
    values = ((name, sums.figure(name)) for name in FIGURES)
    return {name: value for name, value in values if value is not None}


def settle(pages: Pages) -> None:
    """Fill in the figure ``copied``, when the pages of all frames have been counted.

    Anonymous pages of a mapping that has a file were made by a write to a private mapping.
    """
    for own, inode in zip(pages.sums, pages.snapshot.columns.inode, strict=True):
        if inode:
            own.counted["copied"] = own.rss["anonymous"]
