"""`Family`: processes that belong together, and what they use as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from procmaps.errors import LiveError
from procmaps.live.address_spaces import same_address_space
from procmaps.live.proc_file_path import Root
from procmaps.live.processes import iter_snapshots
from procmaps.snapshots.snapshot import Snapshot
from procmaps.usage.accounting import account
from procmaps.usage.budgets import Budget, read_within
from procmaps.usage.figures import Figure
from procmaps.usage.groups import Account
from procmaps.usage.keys import Key
from procmaps.usage.rules import Rules


@attrs.frozen
class Family:
    """Processes that belong together, such as a server and its workers.

    account   Their memory. Each address space is counted once.
    twins     The processes that are not counted, each with the one that has its address space.
    """

    account: Account
    twins: dict[int, int]

    @classmethod
    def of(
        cls,
        pids: Iterable[int],
        by: Key | Sequence[Key] = (),
        *,
        rules: Rules | None = None,
        budget: Budget | None = None,
        root: Root = "/proc",
    ) -> Family:
        """Read smaps of each of *pids* and sum it up; *by*, *rules* and *root* as in `account`.

        With a *budget*, a process that it has no room for is one of `Account.gaps`, too.

        A process that cannot be read is one of `Account.gaps`. The processes run on meanwhile, so
        the figures are not of one moment. Raises what `account` and `procmaps.iter_snapshots` do.
        """
        twins: dict[int, int] = {}
        readings = (
            iter_snapshots(pids, "smaps", errors="collect", root=root)
            if budget is None
            else read_within(budget, pids, root=root)
        )
        once = _without_twins(readings, twins)
        return cls(account(once, by, rules=rules, root=root), twins)

    @property
    def unique(self) -> Figure:
        """Memory that no process outside the family maps: what is left free if all of it ends.

        It is at least the sum of USS, pages with one mapping, and at most the sum of PSS: a page
        shared with others adds only a part. Which pages are shared within the family is not in
        smaps, so the truth is from ``value`` to ``value + bound``. Pages of files stay cached.

        If its state is ``partial``, because processes of the family were refused, only ``value``
        holds: pages shared with those are counted in part.
        """
        uss, pss = (self.account.total.figure(name) for name in ("uss", "pss"))
        if uss.value is None or pss.value is None:
            return uss
        return attrs.evolve(uss, bound=max(0, pss.value + pss.bound - uss.value))


def _without_twins(
    readings: Iterable[tuple[int, Snapshot | LiveError]], twins: dict[int, int]
) -> Iterable[tuple[int, Snapshot | LiveError]]:
    """Yield *readings*, but each address space once; add the others to *twins*.

    Only processes with the same ranges can have one address space, so few are compared.
    """
    known: dict[tuple[bytes, bytes], list[int]] = {}
    for pid, read in readings:
        if isinstance(read, Snapshot):
            alike = known.setdefault((bytes(read.columns.start), bytes(read.columns.end)), [])
            twin = next((each for each in alike if same_address_space(pid, each)), None)
            if twin is not None:
                twins[pid] = twin
                continue
            alike.append(pid)
        yield pid, read
