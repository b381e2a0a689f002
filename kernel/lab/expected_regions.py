"""The regions that a guest's maps must show, computed from the results of its calls.

This module tracks pages; it does not model the kernel. A successful ``mmap`` adds pages, ``munmap``
removes them, ``mprotect`` changes their permissions, and naming labels them. A *region* is a
longest run of equal pages. Splits and merges are the kernel's choice, so each mapping that it
prints must be inside one region.

Approximations: the heap starts at the first break that was requested. A label that failed with
EBADF is assumed on all pages before the first page that takes no label. A mapping that grows down
keeps its initial size.
"""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import define, evolve, field, frozen

from kernel.lab import ops
from kernel.lab.protocol import Arg, Counted, Op, Outcome, Ref, Result, Strided
from kernel.lab.scenario_builder import File, ScenarioBuilder

ENOMEM, EBADF = 12, 9


@frozen
class Page:
    """A page. ``offset`` is its own, in bytes; ``file`` is a descriptor."""

    prot: str
    shared: bool
    kind: str
    offset: int = 0
    file: int | None = None
    inode: int | None = None
    label: bytes | None = None

    @property
    def backed(self) -> bool:
        """Whether the page belongs to a file or to shared memory."""
        return self.kind not in ("anonymous", "heap")


@frozen
class Call:
    """An operation that succeeded: its arguments as the agent passed them, and its result."""

    op: Op
    args: Sequence[Any]
    value: int


@define
class PageMap:
    """The pages of one process, by page number."""

    page: int
    pages: dict[int, Page] = field(factory=dict[int, Page])
    not_inherited: set[int] = field(factory=set[int])
    break_start: int = 0

    def span(self, address: int, length: int) -> range:
        """Return the page numbers of a range."""
        return range(address // self.page, -(-(address + length) // self.page))

    def fork(self) -> PageMap:
        """Return the pages that a child inherits."""
        kept = {n: p for n, p in self.pages.items() if n not in self.not_inherited}
        return PageMap(self.page, kept, set(self.not_inherited), self.break_start)


def text(data: bytes) -> dict[str, str]:
    """Return bytes for JSON, in base64 and in a readable form."""
    return {"base64": b64encode(data).decode(), "text": data.decode("ascii", "backslashreplace")}


def evaluate(arg: Arg, results: Mapping[int, Result], counter: int) -> int | bytes:
    """Return an argument as the agent passed it; bytes stay bytes."""
    match arg:
        case Ref(index):
            return results[index].value if index in results else -1
        case Strided(base, step):
            return base + step * counter
        case Counted(given):
            return given[:-8] + b"%08d" % (counter % 10**8)
        case _:
            return arg


@define
class Replay:
    """Applies a scenario's operations to pages, with the guest's results."""

    scene: ScenarioBuilder
    outcome: Outcome
    snapshots: dict[str, list[dict[str, Any]]] = field(factory=dict[str, list[dict[str, Any]]])
    _descriptors: dict[int, File] = field(factory=dict[int, File])
    _linked: dict[int, bool] = field(factory=dict[int, bool])
    _sysv: dict[int, int] = field(factory=dict[int, int])

    def run(self) -> dict[str, list[dict[str, Any]]]:
        """Return the regions at each snapshot, by its name."""
        self._linked = {f.descriptor.index: f.kind != "memfd" for f in self.scene.files}
        self._range(PageMap(self.scene.page), 0, len(self.scene.program.ops))
        return self.snapshots

    def _result(self, index: int) -> Result:
        return self.outcome.results.get(index, Result(-1))

    def _range(self, space: PageMap, start: int, stop: int) -> None:
        held = space
        index = start
        while index < stop:
            op = self.scene.program.ops[index]
            body = op.args[-1] if op.name in ("fork", "hold", "repeat", "background") else 0
            if not isinstance(body, int):
                raise TypeError(f"{op.name}: the length of the block is {body!r}, not an int")
            if op.name in ("fork", "hold"):
                child = space.fork()
                self._range(child, index + 1, index + 1 + body)
                held = child if op.name == "hold" else held
            elif op.name == "background":
                pass  # its mappings are its own and in no snapshot
            elif op.name == "repeat":
                self._repeat(space, index, body)
            else:
                self._apply(space, index, op, 0, self._result(index))
                self._take_snapshot(held if op.name == "read_held" else space, index)
            index += 1 + body

    def _repeat(self, space: PageMap, index: int, body: int) -> None:
        inside = range(index + 1, index + 1 + body)
        whole = self._result(index).value
        # In a repeat only the call that failed has a result; those before it succeeded.
        failed = next((inner for inner in inside if inner in self.outcome.results), inside.start)
        for counter, last in (*((n, inside.stop) for n in range(whole)), (whole, failed)):
            for inner in range(inside.start, last):
                self._apply(space, inner, self.scene.program.ops[inner], counter, Result(0))

    def _take_snapshot(self, space: PageMap, index: int) -> None:
        for shot in self.scene.snapshots:
            if index == next(iter(shot.reads.values())).index:
                self.snapshots[shot.name] = self._regions(space)

    def _apply(self, space: PageMap, index: int, op: Op, counter: int, result: Result) -> None:
        args = [evaluate(arg, self.outcome.results, counter) for arg in op.args]
        if op.name == "prctl":
            _apply_label(space, args, result.errno)
        elif op.name == "unlinkat" and not result.errno:
            if index in self.scene.unlinked:
                self._linked[self.scene.unlinked[index]] = False
        elif not result.errno:
            apply = getattr(self, f"_{op.name}", None)
            if apply is not None:
                apply(space, Call(op, args, result.value))

    def _mmap(self, space: PageMap, call: Call) -> None:
        address, length, prot, flags, descriptor, offset = call.args
        # In a repeat a call has no result; its mappings have fixed addresses.
        start = address if flags & ops.MAP["fixed"] else call.value
        shared = bool(flags & ops.MAP["shared"])
        source = call.op.args[4]
        file = source.index if isinstance(source, Ref) else None
        if flags & ops.MAP["hugetlb"]:
            kind = "hugetlb"
        elif file is not None and shared and self._file(file).name == b"/dev/zero":
            # mmap_zero(), drivers/char/mem.c, makes it shared anonymous memory.
            kind, file = "shared", None
        elif file is not None:
            kind = self._file(file).kind
        elif descriptor != -1:
            raise ValueError("mmap of a descriptor that no operation of the scenario opened")
        else:
            kind = "shared" if shared else "anonymous"
        inode = self._stat(file)[1] if file is not None else None
        for n, number in enumerate(space.span(start, length)):
            at = offset + n * space.page if kind != "anonymous" else 0
            space.pages[number] = Page(_letters(prot), shared, kind, at, file, inode)
            space.not_inherited.discard(number)

    def _munmap(self, space: PageMap, call: Call) -> None:
        for number in space.span(call.args[0], call.args[1]):
            space.pages.pop(number, None)

    def _mprotect(self, space: PageMap, call: Call) -> None:
        for number in space.span(call.args[0], call.args[1]):
            space.pages[number] = evolve(space.pages[number], prot=_letters(call.args[2]))

    _pkey_mprotect = _mprotect

    def _mremap(self, space: PageMap, call: Call) -> None:
        address, length, new_length, flags, _ = call.args
        old = [space.pages[n] for n in space.span(address, length)]
        if not flags & ops.MREMAP["dontunmap"]:
            for number in space.span(address, length):
                del space.pages[number]
        for n, number in enumerate(space.span(call.value, new_length)):
            like = old[min(n, len(old) - 1)]
            beyond = max(0, n - len(old) + 1) * space.page if like.backed else 0
            space.pages[number] = evolve(like, offset=like.offset + beyond)

    def _madvise(self, space: PageMap, call: Call) -> None:
        span = space.span(call.args[0], call.args[1])
        if call.args[2] == ops.MADVISE["dontfork"]:
            space.not_inherited.update(span)
        elif call.args[2] == ops.MADVISE["dofork"]:
            space.not_inherited.difference_update(span)

    def _brk(self, space: PageMap, call: Call) -> None:
        if not call.args[0]:
            space.break_start = call.value
            return
        for number in space.span(space.break_start, max(0, call.value - space.break_start)):
            space.pages.setdefault(number, Page("rw-", shared=False, kind="heap"))

    def _shmget(self, _: PageMap, call: Call) -> None:
        self._sysv[call.value] = call.args[1]

    def _shmat(self, space: PageMap, call: Call) -> None:
        prot = "r--" if call.args[2] & 0o10000 else "rw-"
        for n, number in enumerate(space.span(call.value, self._sysv[call.args[0]])):
            at = n * space.page
            space.pages[number] = Page(
                prot, shared=True, kind="sysv", offset=at, inode=call.args[0]
            )

    def _file(self, descriptor: int) -> File:
        return next(f for f in self.scene.files if f.descriptor.index == descriptor)

    def _stat(self, descriptor: int) -> tuple[tuple[int, int], int]:
        """Return device (major, minor) and inode from the guest's statx."""
        data = self._result(self._file(descriptor).stat.index).bytes
        major, minor, inode, *_ = struct.unpack(ops.STATX_FORMAT, data)
        return (major, minor), inode

    def _regions(self, space: PageMap) -> list[dict[str, Any]]:
        return [
            self._region(space.page, first, last, space.pages[first]) for first, last in runs(space)
        ]

    def _region(self, size: int, first: int, last: int, page: Page) -> dict[str, Any]:
        region: dict[str, Any] = {
            "start": first * size,
            "end": (last + 1) * size,
            "perms": page.prot + ("s" if page.shared else "p"),
            "offset": page.offset,
            "kind": page.kind,
            "label": None if page.label is None else text(page.label),
        }
        if page.inode is not None:
            region["inode"] = page.inode
        if page.file is not None:
            region["device"] = list(self._stat(page.file)[0])
            region["name"] = text(self._file(page.file).name)
            region["linked"] = self._linked[page.file]
        return region


def runs(space: PageMap) -> Iterable[tuple[int, int]]:
    """Yield first and last page number of each longest run of equal pages."""
    first = last = None
    for number in sorted(space.pages):
        page = space.pages[number]
        if last is not None and first is not None and number == last + 1:
            before = space.pages[last]
            step = space.page if page.backed else 0
            if page == evolve(before, offset=before.offset + step):
                last = number
                continue
        if first is not None and last is not None:
            yield first, last
        first = last = number
    if first is not None and last is not None:
        yield first, last


def _letters(prot: int) -> str:
    return "".join(c if prot & bit else "-" for c, bit in ops.PROTECTION.items())


def _apply_label(space: PageMap, args: Sequence[Any], errno: int) -> None:
    option, attribute, address, length, label = args
    if (option, attribute) != (ops.PR_SET_VMA, ops.PR_SET_VMA_ANON_NAME):
        return
    if errno not in (0, ENOMEM, EBADF):
        return
    labelled = [n for n in space.span(address, length) if n in space.pages]
    if errno == EBADF:
        fixed = [
            n for n in labelled if space.pages[n].kind in ("file", "device", "sysv", "hugetlb")
        ]
        fixed = fixed or [n for n in labelled if space.pages[n].backed]
        labelled = [n for n in labelled if n < fixed[0]]
    for number in labelled:
        value = label if isinstance(label, bytes) else None
        space.pages[number] = evolve(space.pages[number], label=value)


def record(scene: ScenarioBuilder, outcome: Outcome) -> list[dict[str, Any]]:
    """Return each operation with its arguments and result, for the ground truth."""
    rows: list[dict[str, Any]] = []
    for index, op in enumerate(scene.program.ops):
        row: dict[str, Any] = {"op": op.name, "args": [_plain(arg) for arg in op.args]}
        result = outcome.results.get(index)
        if result is not None:
            row["result"] = result.value
            if op.name == "statx" and result.data:
                names = ("major", "minor", "inode", "size", "mode", "links", "block")
                values = struct.unpack(ops.STATX_FORMAT, result.bytes)
                row |= dict(zip(names, values, strict=True))
            elif op.name == "query" and result.data:
                row |= _query(result)
        rows.append(row)
    return rows


def _query(result: Result) -> dict[str, Any]:
    """Return the answer of PROCMAP_QUERY; the name is without its NUL."""
    names = ("start", "end", "flags", "page_size", "offset", "inode", "major", "minor")
    values = struct.unpack(ops.QUERY_FORMAT, result.data[0])
    name = result.data[1].removesuffix(b"\0") if len(result.data) > 1 else b""
    return {**dict(zip(names, values, strict=False)), "name": text(name)}


def _plain(arg: Arg) -> int | dict[str, Any]:
    """Return an argument for JSON."""
    match arg:
        case bytes():
            return text(arg)
        case Ref(index):
            return {"result_of": index}
        case Strided(base, step):
            return {"base": base, "step": step}
        case Counted(given):
            return {"counted": text(given)}
        case int():
            return arg
