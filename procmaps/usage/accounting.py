"""`account`: sums over mappings, by any chain of keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from procmaps.errors import LiveError, NoFigures
from procmaps.live.gaps import Gap
from procmaps.live.proc_file_path import Root, root_path
from procmaps.snapshots.mappings import Mappings
from procmaps.snapshots.snapshot import Snapshot
from procmaps.usage.accumulator import Accumulator
from procmaps.usage.groups import Account
from procmaps.usage.keys import OF_PROCESS, Key, keys_of, path_of_process
from procmaps.usage.overlays import Overlay, overlaid
from procmaps.usage.process_facts import ProcessFacts, process_facts
from procmaps.usage.rules import Rules
from procmaps.usage.tables import Table, table_of
from procmaps.usage.tree import tree

Source = Snapshot | Mappings | Iterable[tuple[int, Snapshot | LiveError]]


def account(
    source: Source,
    by: Key | Sequence[Key] = "label",
    *,
    rules: Rules | None = None,
    overlay: Overlay | None = None,
    sizes_only: bool = False,
    unknown: bool = False,
    root: Root = "/proc",
) -> Account:
    """Sum up the memory of *source* by a key, or by a chain of keys from the outermost.

    *source* is a snapshot of smaps, a selection of its mappings such as a slice, or pairs of a
    process ID and a snapshot, as `procmaps.iter_snapshots` yields them for ``kind="smaps"``. A
    process that could not be read becomes one of `Account.gaps`.

    *by* names the keys:

    * ``"label"``     the label of anonymous memory, a memfd … exactly as it is
    * ``"group"``     labels and files for people: folded, and placed in a tree by *rules*
    * ``"owner"``     the outermost name of ``"group"``: the allocator, the runtime, the file; the
      kind for memory that has neither label nor file
    * ``"kind"``      the kind of name: ``heap``, ``stack``, ``anon``, ``file`` …
    * ``"file"``      the path of the file
    * ``"name"``      the whole name column
    * ``"perms"``     the permissions: ``rw-p``
    * ``"process"``, ``"command"``, ``"user"``   for pairs; *root* is the procfs to ask

    *rules* default to the presets of allocators and runtimes; see `Rules.preset`. *overlay* has
    labels for unnamed memory of the process; they are treated as labels of anonymous memory.

    With *unknown*, sizes in fields that no table of formats knows are summed into `Group.unknown`.

    Raises `procmaps.NoFigures` for maps, which has no memory in use, unless *sizes_only* is set:
    then only `Group.size` and `Group.mappings` are counted. Raises `ValueError` for an unknown key
    and `TypeError` for another source.
    """
    keys = keys_of(by)
    sums = Accumulator(keys, Rules.preset() if rules is None else rules, unknown)
    gaps: list[Gap] = []
    for read, process in _readings(source, keys, root):
        if isinstance(read, Gap):
            gaps.append(read)
            if read.refused:
                sums.add_refused(path_of_process(keys, process))
            continue
        if len(read) and not (read.has_usage or sizes_only):
            raise NoFigures(len(read))
        table = read if overlay is None else overlaid(read, overlay)
        sums.add(table, process, figures=read.has_usage and not sizes_only)
    return Account(keys, tree(sums.leaves()), tuple(gaps))


def _readings(
    source: Source, keys: Sequence[str], root: Root
) -> Iterable[tuple[Table | Gap, ProcessFacts | None]]:
    """Yield each table of *source*, or the reason why there is none, with its process."""
    if isinstance(source, Snapshot | Mappings):
        yield table_of(source), None
        return
    folder, asked = root_path(root), not {*OF_PROCESS}.isdisjoint(keys)
    for pair in source:
        match pair:
            case (int(pid), Snapshot() | LiveError() as read):
                process = process_facts(pid, folder) if asked else None
                yield Gap(pid, read) if isinstance(read, LiveError) else table_of(read), process
            case _:
                raise TypeError(
                    "expected a Snapshot, Mappings, or pairs of a process ID and a Snapshot; found "
                    f"a {type(pair).__name__} in the {type(source).__name__}"
                )
