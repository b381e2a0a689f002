"""What `procmaps usage` sums up: a dump, a process, a family of processes, or all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import attrs

import procmaps
from procmaps.cli.busy import busy
from procmaps.cli.errors import Unreadable
from procmaps.cli.hints import live_message
from procmaps.cli.inputs import is_process, process_title, read_file, shown, snapshot_of
from procmaps.errors import LiveError, NoFigures
from procmaps.formats.file_kinds import FileKind
from procmaps.printable import visible
from procmaps.snapshots.snapshot import Snapshot
from procmaps.usage import Account, Budget, Family, Key, Overlay, Rules, account, read_within

EVERYTHING = "all processes"


@attrs.frozen
class Source:
    """Sums, and where they are from.

    title      What was read, for people.
    target     What was read, as it was given.
    account    The sums.
    family     The processes, if they are a family.
    snapshot   The text, if it is one.
    """

    title: str
    target: str
    account: Account
    family: Family | None = None
    snapshot: Snapshot | None = None


@attrs.frozen
class Reader:
    """Reads and sums up, in the way that the options say.

    keys      The keys of the groups.
    rules     The rules of the groups.
    dialect   The dialect of dumps.
    sizes     Whether only sizes are summed.
    overlay   Labels for unnamed memory of the one process or dump; None: none.
    unknown   Whether fields that no table of formats knows are summed.
    budget    What reading processes may cost; None: anything.
    """

    keys: tuple[Key, ...]
    rules: Rules
    dialect: str
    sizes: bool
    budget: Budget | None = None
    overlay: Overlay | None = None
    unknown: bool = False

    @property
    def _file(self) -> FileKind:
        return "maps" if self.sizes else "smaps"

    def everything(self) -> Source:
        """Return the sums over all processes."""
        with busy(f"reading {EVERYTHING}"):
            readings = (
                procmaps.iter_snapshots(kind=self._file, errors="collect")
                if self.budget is None
                else read_within(self.budget)
            )
            found = account(
                readings,
                self.keys,
                rules=self.rules,
                unknown=self.unknown,
                sizes_only=self.sizes,
            )
        return Source(EVERYTHING, EVERYTHING, found)

    def one(self, target: str) -> Source:
        """Return the sums of a process or a dump. Raises `Unreadable`."""
        process = is_process(target)
        title = process_title(target) if process else shown(target)
        with busy(f"reading {title}"):
            snapshot = (
                self._process(target)
                if process
                else procmaps.loads(read_file(target), errors="collect", dialect=self.dialect)
            )
        try:
            source = [(_pid(target), snapshot)] if process else snapshot
            found = account(
                source,
                self.keys,
                rules=self.rules,
                overlay=self.overlay,
                unknown=self.unknown,
                sizes_only=self.sizes,
            )
        except NoFigures as error:
            raise Unreadable(
                f"{title} is maps, which has no figures of memory in use. Collect smaps instead: "
                "cp /proc/PID/smaps FILE; or sum sizes only: --sizes"
            ) from error
        return Source(title, target, found, snapshot=snapshot)

    def _process(self, target: str) -> Snapshot:
        if self.budget is None:
            return snapshot_of(target, self._file, self.dialect)
        ((_, found),) = read_within(self.budget, [_pid(target)])
        if isinstance(found, LiveError):
            raise Unreadable(live_message(found)) from found
        return found

    def tree(self, pid: str) -> Source:
        """Return the sums of a process and its descendants. Raises `Unreadable`."""
        if not is_process(pid):
            raise Unreadable(f"{shown(pid)} is not a process ID")
        return self._family(f"{process_title(pid)} and its descendants", pid, _tree)

    def cgroup(self, folder: str) -> Source:
        """Return the sums of a control group. Raises `Unreadable`."""
        return self._family(f"control group {visible(folder)}", folder, procmaps.cgroup_pids)

    def user(self, name: str) -> Source:
        """Return the sums of a user's processes. Raises `Unreadable`."""
        return self._family(f"user {visible(name)}", name, _of_user)

    def _family(self, title: str, target: str, select: Callable[[str], Sequence[int]]) -> Source:
        try:
            pids = select(target)
        except OSError as error:
            # A folder that is no control group lacks a file.
            name = shown(os.fsdecode(error.filename or target))
            raise Unreadable(f"cannot read {name}: {error.strerror or error}") from error
        if not pids:
            raise Unreadable(f"{title} has no processes")
        with busy(f"reading {title}"):
            family = Family.of(pids, self.keys, rules=self.rules, budget=self.budget)
        _check_memory(title, family.account)
        return Source(title, target, family.account, family)


def _check_memory(title: str, found: Account) -> None:
    """Raise `Unreadable` if no process of a family has memory, not even memory that was refused."""
    errors = [gap.error for gap in found.gaps]
    if found.total.mappings or any(gap.refused for gap in found.gaps):
        return
    if len(errors) == 1:
        raise Unreadable(live_message(errors[0]))
    raise Unreadable(f"{title}: none of these {len(errors)} processes has memory")


def _pid(target: str) -> int:
    return os.getpid() if target == "self" else int(target)


def _tree(target: str) -> list[int]:
    return procmaps.tree_pids(_pid(target))


def _of_user(name: str) -> list[int]:
    import pwd  # noqa: PLC0415 - only for this option

    if name.isdecimal():
        return procmaps.user_pids(int(name))
    try:
        return procmaps.user_pids(pwd.getpwnam(name).pw_uid)
    except KeyError:
        raise Unreadable(f"there is no user {visible(name) or repr(name)}") from None
