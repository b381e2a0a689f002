"""A process that runs one task whenever `bench.race` asks.

Each line on standard input is the path of a text, a PID, or several. Each line on standard output
is a JSON object: the processor seconds of one run, or those that passed if BENCH_ON_THE_CLOCK is
set, and the number of mappings found. This module imports nothing of the bench, because the
interpreter of a peer's environment runs it, too. There `procmaps` is another project.
"""

from __future__ import annotations

import functools
import gc
import importlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Task = Callable[[str], Callable[[], int]]
"""Prepares a run for a path. The run returns the number of mappings."""


@functools.cache
def text_of(path: str) -> bytes:
    """Return the text of *path*, read once."""
    return Path(path).read_bytes()


def kernel(path: str) -> Callable[[], int]:
    """Let the kernel print the file into one buffer that is overwritten."""
    buffer = bytearray(1 << 20)

    def run() -> int:
        lines = 0
        file = os.open(path, os.O_RDONLY)
        while size := os.readv(file, [buffer]):
            lines += size
        os.close(file)
        return lines

    return run


def columns(path: str) -> Callable[[], int]:
    """Parse a text in memory into columns, with the engine that PROCMAPS_ENGINE names."""
    from procmaps.engines.columns import view_columns
    from procmaps.engines.scan_text import scan
    from procmaps.grammar import loading

    text, linux = text_of(path), loading.load("linux")

    def run() -> int:
        columns = scan(text, linux)
        # A smaps field becomes a column on first use: use all of them.
        usage = [*view_columns(columns).usage.values()]
        return len(columns) if all(map(len, usage)) else 0

    return run


def records(path: str) -> Callable[[], int]:
    """Parse a file into a list of all records."""
    import procmaps

    return lambda: len([*procmaps.load(path)])


def parsed(path: str) -> Callable[[], int]:
    """Parse a text in memory into a list of all records."""
    import procmaps

    text = text_of(path)
    return lambda: len([*procmaps.loads(text)])


def fields(path: str) -> Callable[[], int]:
    """Parse a file into all records, and read one field of each record's usage."""
    import procmaps

    def run() -> int:
        total = [mapping.usage.rss for mapping in procmaps.load(path) if mapping.usage]
        return len(total)

    return run


def summed(path: str) -> Callable[[], int]:
    """Parse a text in memory and sum it up by label; maps have only sizes."""
    import procmaps
    from procmaps.usage import account

    text = text_of(path)

    def run() -> int:
        snapshot = procmaps.loads(text)
        return account(snapshot, "label", sizes_only=snapshot.kind == "maps").total.mappings

    return run


def query(pid: str) -> Callable[[], int]:
    """Find the mapping at one address of a live process, by PROCMAP_QUERY."""
    import procmaps

    snapshot = procmaps.maps(int(pid))
    address = snapshot[len(snapshot) // 2].start
    querier = procmaps.Querier(int(pid))

    def run() -> int:
        return sum(querier.query(address) is not None for _ in range(QUERIES))

    return run


QUERIES = 1000
"""Queries in one run of `query`. One alone is shorter than the clock's tick."""


def read_maps(pid: str) -> Callable[[], int]:
    """Find the same mapping without the query: read and parse maps, search for the address."""
    import procmaps

    snapshot = procmaps.maps(int(pid))
    address = snapshot[len(snapshot) // 2].start

    def run() -> int:
        return int(procmaps.maps(int(pid)).mapping_at(address) is not None)

    return run


def kernel_of_all(pids: str) -> Callable[[], int]:
    """Let the kernel print the smaps of *pids*, one after another, into one buffer."""
    readers = [kernel(f"/proc/{pid}/smaps") for pid in pids.split()]
    return lambda: sum(read() for read in readers)


def kernel_maps_of_all(pids: str) -> Callable[[], int]:
    """Let the kernel print the maps of *pids*, one after another, into one buffer."""
    readers = [kernel(f"/proc/{pid}/maps") for pid in pids.split()]
    return lambda: sum(read() for read in readers)


def find_in_all(pids: str) -> Callable[[], int]:
    """Find the code of a library that each of *pids* has mapped. Raises RuntimeError otherwise."""
    from procmaps import find_mappings

    wanted = [*map(int, pids.split())]

    def run() -> int:
        found = find_mappings(wanted, library="libssl", perms="x")
        if len(found) != len(wanted):
            raise RuntimeError(f"{len(found)} mappings in {len(wanted)} processes")
        return len(found)

    return run


def addresses_of(pid: int) -> list[int]:
    """Return `ADDRESSES` addresses, in no order, of all parts of the memory of a process."""
    import random

    import procmaps

    chance = random.Random(pid)  # noqa: S311 - nothing here is a secret
    snapshot = procmaps.maps(pid)
    ranges = [chance.choice(snapshot) for _ in range(ADDRESSES)]
    return [chance.randrange(each.start, each.end) for each in ranges]


ADDRESSES = 10_000
"""Addresses that `locate_all` looks up at once."""


def locate_all(pid: str) -> Callable[[], int]:
    """Find mapping and offset of many addresses in a snapshot."""
    import procmaps

    snapshot, addresses = procmaps.maps(int(pid)), addresses_of(int(pid))
    return lambda: len(procmaps.locate(snapshot, addresses))


def snapshots_of_all(pids: str) -> Callable[[], int]:
    """Read and parse the smaps of *pids* in two threads."""
    import procmaps

    wanted = [*map(int, pids.split())]

    def run() -> int:
        mappings = 0
        for _, found in procmaps.iter_snapshots(wanted, "smaps", threads=2):
            if isinstance(found, procmaps.LiveError):
                raise found
            mappings += len(found)
        return mappings

    return run


def usage_of_all(pids: str) -> Callable[[], int]:
    """Sum up the smaps of *pids* by label, read in two threads."""
    import procmaps
    from procmaps.usage import account

    wanted = [*map(int, pids.split())]

    def run() -> int:
        readings = procmaps.iter_snapshots(wanted, "smaps", threads=2, errors="collect")
        return account(readings, "label").total.mappings

    return run


def split_loop(path: str) -> Callable[[], int]:
    """Parse as many scripts do: `str.split` on each line. Its names are wrong."""
    text = text_of(path).decode("latin-1")

    def run() -> int:
        found: list[list[Any]] = []
        for line in text.splitlines():
            parts = line.split(None, 5)
            if len(parts) > 4 and "-" in parts[0]:
                start, end = parts[0].split("-")
                found.append([int(start, 16), int(end, 16), *parts[1:], {}])
            elif len(parts) == 3:
                found[-1][-1][parts[0]] = int(parts[1]) * 1024
        return len(found)

    return run


def c_pass(path: str) -> Callable[[], int]:
    """Read each byte once in C and make nothing (`bench/pass.c`)."""
    import ctypes

    library = ctypes.CDLL(os.environ["BENCH_PASS"])
    library.headers.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    library.headers.restype = ctypes.c_size_t
    text = text_of(path)
    return lambda: int(library.headers(text, len(text)))


def psutil_maps(path: str) -> Callable[[], int]:
    """Call `psutil.Process.memory_maps(grouped=False)` on a procfs that contains the text."""
    psutil: Any = importlib.import_module("psutil")

    root, pid = tempfile.mkdtemp(), os.getpid()
    process = Path(root, str(pid))
    process.mkdir()
    for name in ("stat", "status"):
        shutil.copy(f"/proc/{pid}/{name}", process)
    shutil.copy("/proc/stat", root)
    shutil.copy(path, process / "smaps")
    known = psutil.PROCFS_PATH

    def run() -> int:
        psutil.PROCFS_PATH = root
        try:
            return len(psutil.Process(pid).memory_maps(grouped=False))
        finally:
            psutil.PROCFS_PATH = known

    return run


def rsprocmaps(path: str) -> Callable[[], int]:
    """Parse a file with PyPI's procmaps, which is Rust, into a list of its objects."""
    peer: Any = importlib.import_module("procmaps")
    return lambda: len(list(peer.from_path(path)))


def rsprocmaps_read(path: str) -> Callable[[], int]:
    """Parse likewise and read every attribute, which makes the Python values."""
    peer: Any = importlib.import_module("procmaps")

    def run() -> int:
        return len([
            (m.begin_address, m.end_address, m.is_readable, m.is_writable, m.is_executable,
             m.is_shared, m.offset, m.device, m.inode, m.pathname)
            for m in peer.from_path(path)
        ])  # fmt: skip

    return run


def pages(pid: str) -> Callable[[], int]:
    """Count the pages of a process by frame. Raises RuntimeError if frames are hidden."""
    from procmaps.pages import read_pages

    if read_pages(int(pid)).tier != "frames":
        raise RuntimeError("frames are hidden: run as root")
    return lambda: len(read_pages(int(pid)))


def machine(root: str) -> Callable[[], int]:
    """Find out which processes share memory, over all of them."""
    from procmaps.pages import read_machine

    return lambda: len(read_machine(mappings=False, root=root).alone)


def kernel_of_machine(root: str) -> Callable[[], int]:
    """Let the kernel print smaps of all processes into one buffer that is overwritten."""
    buffer = bytearray(1 << 20)

    def run() -> int:
        size = 0
        for name in (each.name for each in os.scandir(root) if each.name.isdecimal()):
            try:
                file = os.open(f"{root}/{name}/smaps", os.O_RDONLY)
            except OSError:
                continue
            try:
                while read := os.readv(file, [buffer]):
                    size += read
            except ProcessLookupError:
                pass
            finally:
                os.close(file)
        return size

    return run


TASKS: dict[str, Task] = {
    task.__name__: task
    for task in (
        kernel,
        columns,
        records,
        parsed,
        fields,
        summed,
        query,
        pages,
        machine,
        kernel_of_machine,
        read_maps,
        kernel_of_all,
        kernel_maps_of_all,
        find_in_all,
        locate_all,
        snapshots_of_all,
        usage_of_all,
        split_loop,
        c_pass,
        psutil_maps,
        rsprocmaps,
        rsprocmaps_read,
    )
}


def counted(run: Callable[[], int]) -> dict[str, float]:
    """Run twice, and let valgrind count the second run: see `bench.counts`."""
    import ctypes

    valgrind = ctypes.CDLL(os.environ["BENCH_COUNTING"])
    run()
    gc.collect()
    valgrind.start()
    found = run()
    valgrind.stop()
    return {"found": found}


MIN_SECONDS = 0.05
"""Minimum seconds of a turn, because a processor that has slept is slow at first."""


def timed(run: Callable[[], int]) -> dict[str, float]:
    """Run for one turn; return the mean time of a run.

    Garbage of the previous turn is collected first and not counted.
    """
    gc.collect()
    clock = time.perf_counter if "BENCH_ON_THE_CLOCK" in os.environ else time.process_time
    before = clock()
    runs, seconds = 0, 0.0
    found = 0
    while seconds < MIN_SECONDS:
        found = run()
        runs += 1
        seconds = clock() - before
    return {"seconds": seconds / runs, "found": found}


def lines() -> Iterator[str]:
    """Yield the requests until standard input ends."""
    while line := sys.stdin.readline():
        yield line.rstrip("\n")


def main() -> None:
    """Answer each request with one turn of the task named on the command line."""
    prepare = functools.cache(TASKS[sys.argv[1]])
    measured = counted if "BENCH_COUNTING" in os.environ else timed
    for path in lines():
        answer: dict[str, Any]
        try:
            answer = measured(prepare(path))
        except Exception as error:  # noqa: BLE001 - any error of a peer is its answer
            answer = {"error": f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
