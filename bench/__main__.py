"""Run every comparison, write the reports, exit 1 if a goal is missed.

With --quick, sizes and rounds are small. This shows that everything runs; its figures mean nothing.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs

from bench import measures, pages, peers, report, starts, texts
from bench.goals import GOALS
from bench.race import HERE, Contender, Ratio, Times, race, times_of
from procmaps.engines.scan_text import scan
from procmaps.grammar import loading

CROWD = 60_000
HERD = 500
SIZES = (40, 200, 1_000, 60_000)
GROWTH = (1_000, 10_000, 100_000, 1_000_000)
SMALL = 1_000
"""Up to this many mappings, a run is short and there are many rounds."""

MANY, FEW = 25, 9

NATIVE, PYTHON = "native, columns", "pure Python, columns"
NATIVE_RECORDS, PYTHON_RECORDS = "native, records", "pure Python, records"
NATIVE_FIELDS = "native, records and usage"
NATIVE_PARSED = "native, records, from memory"
ALIKE, HOSTILE = "native, one name", "native, names that differ"
KERNEL, PASS, SPLIT = "the kernel, printing", "a pass in C", "str.split"
PSUTIL, RSPROCMAPS, RSREAD = "psutil", "PyPI procmaps", "PyPI procmaps, attributes read"
QUERY, READ_MAPS = "a thousand queries", "maps read, parsed and searched"
ALL_KERNEL, ALL_SNAPSHOTS = "the kernel, printing all", "native, two threads"
ALL_USAGE = "native, usage, two threads"
MAPS_KERNEL, FIND = "the kernel, printing maps of all", "find, two threads"
LOCATE, READ = "ten thousand addresses", "maps read and parsed"
CLOCK = ", on the clock"
GO, RUST = "prometheus/procfs (Go)", "procfs-core (Rust)"


@attrs.define
class Bench:
    """One run: its contenders, and the results so far."""

    cache: Path
    scale: int
    """Divisor of sizes and rounds."""
    contenders: dict[str, Contender]
    absent: dict[str, str]
    """Contenders that cannot run here, with the reason."""
    ratios: dict[str, Ratio] = attrs.field(factory=dict[str, Ratio])
    races: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])
    growth: dict[int, float] = attrs.field(factory=dict[int, float])

    def rounds(self, size: int) -> int:
        """Return the number of rounds for a text of *size* mappings."""
        return max(2, (MANY if size <= SMALL else FEW) // self.scale)

    def race(
        self,
        title: str,
        size: int,
        names: tuple[str, ...],
        input_of: Callable[[str], str],
        unit: str = "mapping",
    ) -> dict[str, Times | str]:
        """Race the contenders of *names* that can run here.

        *input_of* gives each contender's input line. *unit* is what a contender counts.
        """
        present = [self.contenders[name] for name in names if name in self.contenders]
        print(f"{title}: {', '.join(c.name for c in present)}", file=sys.stderr, flush=True)
        found = race(present, {c.name: input_of(c.name) for c in present}, self.rounds(size))
        self.races.append(
            {
                "title": title,
                "mappings": size,
                "each": unit,
                "results": {
                    name: result
                    if isinstance(result, str)
                    else {
                        "seconds": [round(seconds, 6) for seconds in result.seconds],
                        "found": result.found,
                    }
                    for name, result in found.items()
                },
            }
        )
        return found

    def ratio(self, key: str, found: dict[str, Times | str], one: str, other: str) -> None:
        """Record the time of *one* divided by the time of *other*, if both ran."""
        if one in found and other in found:
            self.ratios[key] = times_of(found[one]).ratio(times_of(found[other]))


def contenders(cache: Path) -> tuple[dict[str, Contender], dict[str, str]]:
    """Return the contenders that can run here, and the others with the reason."""
    task = Contender.task
    native = {"PROCMAPS_ENGINE": "native"}
    python = {"PROCMAPS_ENGINE": "python"}
    makers: dict[str, Callable[[], Contender]] = {
        KERNEL: lambda: task(KERNEL, "kernel"),
        PASS: lambda: task(PASS, "c_pass", BENCH_PASS=peers.c_pass(cache)),
        NATIVE: lambda: task(NATIVE, "columns", **native),
        PYTHON: lambda: task(PYTHON, "columns", **python),
        NATIVE_RECORDS: lambda: task(NATIVE_RECORDS, "records", **native),
        NATIVE_PARSED: lambda: task(NATIVE_PARSED, "parsed", **native),
        NATIVE_FIELDS: lambda: task(NATIVE_FIELDS, "fields", **native),
        PYTHON_RECORDS: lambda: task(PYTHON_RECORDS, "records", **python),
        ALIKE: lambda: task(ALIKE, "columns", **native),
        HOSTILE: lambda: task(HOSTILE, "columns", **native),
        SPLIT: lambda: task(SPLIT, "split_loop"),
        QUERY: lambda: task(QUERY, "query"),
        READ_MAPS: lambda: task(READ_MAPS, "read_maps"),
        READ: lambda: task(READ, "read_maps"),
        LOCATE: lambda: task(LOCATE, "locate_all"),
        PSUTIL: lambda: task(PSUTIL, "psutil_maps", peers.python(cache)),
        RSPROCMAPS: lambda: task(RSPROCMAPS, "rsprocmaps", peers.python(cache)),
        RSREAD: lambda: task(RSREAD, "rsprocmaps_read", peers.python(cache)),
        GO: lambda: Contender(GO, (peers.go(cache),)),
        RUST: lambda: Contender(RUST, (peers.rust(cache),)),
    }
    of_all = {
        ALL_KERNEL: "kernel_of_all", ALL_SNAPSHOTS: "snapshots_of_all", ALL_USAGE: "usage_of_all",
        MAPS_KERNEL: "kernel_maps_of_all", FIND: "find_in_all",
    }  # fmt: skip
    for name, of in of_all.items():
        makers[name] = functools.partial(task, name, of, **native)
        makers[name + CLOCK] = functools.partial(
            task, name + CLOCK, of, **native, BENCH_ON_THE_CLOCK="yes"
        )
    found: dict[str, Contender] = {}
    absent: dict[str, str] = {}
    for name, make in makers.items():
        try:
            found[name] = make()
        except peers.Unavailable as reason:
            absent[name] = str(reason)
    return found, absent


def crowded(bench: Bench) -> None:
    """Race over a real process of 60,000 mappings: most goals are about it."""
    size = CROWD // bench.scale
    with texts.crowd(size) as pid:
        for kind in ("maps", "smaps"):
            path = bench.cache / kind
            path.write_bytes(Path(f"/proc/{pid}/{kind}").read_bytes())
            input_of = functools.partial(_live, bench.cache, pid, kind)
            columns = bench.race(
                f"columns of {kind}, a live process",
                size,
                (KERNEL, PASS, NATIVE, PYTHON),
                input_of,
            )
            bench.ratio(f"columns-{kind}", columns, NATIVE, KERNEL)
            peer = RSPROCMAPS if kind == "maps" else PSUTIL
            records = bench.race(
                f"records of {kind}, a live process",
                size,
                (NATIVE_RECORDS, PYTHON_RECORDS, peer, RSREAD, GO, RUST)
                if kind == "maps"
                else (NATIVE_RECORDS, NATIVE_PARSED, NATIVE_FIELDS, PYTHON_RECORDS, peer, RUST),
                input_of,
            )
            bench.ratio(f"records-{kind}", records, peer, NATIVE_RECORDS)
            bench.ratio(f"records-{kind}-python", records, peer, PYTHON_RECORDS)
            bench.ratio(f"records-{kind}-from-memory", records, peer, NATIVE_PARSED)
            bench.ratio(f"records-{kind}-and-usage", records, peer, NATIVE_FIELDS)
            if kind == "maps":
                bench.ratio("records-maps-and-attributes", records, RSREAD, NATIVE_RECORDS)
                bench.ratio("records-maps-and-rust", records, NATIVE_RECORDS, RUST)
                bench.ratio("records-python-and-pypi", records, PYTHON_RECORDS, RSPROCMAPS)
            else:
                bench.ratio("records-usage-and-rust", records, NATIVE_FIELDS, RUST)
            bench.ratios[f"memory-{kind}"] = measures.memory(path.read_bytes())
        asked = bench.race(
            "one address", size, (QUERY, READ_MAPS), lambda _: str(pid), unit="answer"
        )
        bench.ratio("query", asked, READ_MAPS, QUERY)
        if "query" in bench.ratios:
            bench.ratios["query"] = bench.ratios["query"].times(QUERIES)


QUERIES = 1000
"""Queries in one run of `bench.worker.query`."""


def many(bench: Bench) -> None:
    """Race over the smaps of many processes, which two threads read and parse."""
    size = HERD // bench.scale
    with texts.herd(size) as pids:
        mappings = sum(Path(f"/proc/{pid}/maps").read_bytes().count(b"\n") for pid in pids)
        for suffix, key in ((CLOCK, ""), ("", "-processor")):
            kernel, snapshots, usage = (
                name + suffix for name in (ALL_KERNEL, ALL_SNAPSHOTS, ALL_USAGE)
            )
            found = bench.race(
                f"smaps of {size} processes{suffix}",
                mappings,
                (kernel, snapshots, usage),
                lambda _: " ".join(map(str, pids)),
            )
            bench.ratio(f"many-smaps{key}", found, snapshots, kernel)
            bench.ratio(f"many-usage{key}", found, usage, kernel)


def searches(bench: Bench) -> None:
    """Race a search over many processes, and one for many addresses of one of them."""
    size = HERD // bench.scale
    with texts.herd(size) as pids:
        for suffix, key in ((CLOCK, ""), ("", "-processor")):
            found = bench.race(
                f"a library in {size} processes{suffix}",
                SMALL,
                (MAPS_KERNEL + suffix, FIND + suffix),
                lambda _: " ".join(map(str, pids)),
                unit="process",
            )
            bench.ratio(f"find{key}", found, FIND + suffix, MAPS_KERNEL + suffix)
        found = bench.race(
            "addresses of a process", SMALL, (READ, LOCATE), lambda _: str(pids[0]), unit="address"
        )
        bench.ratio("locate", found, LOCATE, READ)


def _live(cache: Path, pid: int, kind: str, name: str) -> str:
    """Return the input of contender *name* for the live process."""
    if name == KERNEL:
        return f"/proc/{pid}/{kind}"
    return _root(cache, cache / kind) if name == GO else str(cache / kind)


def _dumped(cache: Path, path: Path, name: str) -> str:
    """Return the input of contender *name* for a dump."""
    return _root(cache, path) if name == GO else str(path)


def _root(cache: Path, text: Path) -> str:
    """Make a procfs with one process, for a peer that reads nothing else; return its path."""
    process = cache / "root" / "1"
    process.mkdir(parents=True, exist_ok=True)
    for name in ("maps", "stat"):
        (process / name).unlink(missing_ok=True)
    (process / "maps").symlink_to(text)
    (process / "stat").write_bytes(Path("/proc/self/stat").read_bytes())
    return str(process.parent)


def names(bench: Bench) -> None:
    """Race over the same dump with one name, and with names that all differ."""
    size = CROWD // bench.scale
    paths = {ALIKE: bench.cache / "alike", HOSTILE: bench.cache / "hostile"}
    for path in paths.values():
        path.write_bytes(texts.dump("maps", size, path.name))
    found = bench.race("names", size, (ALIKE, HOSTILE), lambda name: str(paths[name]))
    bench.ratio("names", found, HOSTILE, ALIKE)
    for path in paths.values():
        path.unlink()


def dumps(bench: Bench) -> None:
    """Race over synthetic dumps of several sizes and kinds of names."""
    for kind, nominal, names in _tables():
        path = bench.cache / f"{kind}-{nominal}-{names}"
        size = max(10, nominal // bench.scale)
        path.write_bytes(texts.dump(kind, size, names))
        all_kinds = (
            PASS,
            NATIVE,
            PYTHON,
            NATIVE_RECORDS,
            NATIVE_FIELDS,
            PYTHON_RECORDS,
            SPLIT,
            RUST,
        )
        others = (RSPROCMAPS, GO) if kind == "maps" else (PSUTIL,)
        bench.race(
            f"{kind}, {names} names",
            size,
            (*all_kinds, *others),
            functools.partial(_dumped, bench.cache, path),
        )
        path.unlink()


def _tables() -> Iterator[tuple[str, int, str]]:
    for kind in ("maps", "smaps"):
        for size in SIZES:
            for names in texts.NAMES if size == max(SIZES) else ("plain",):
                yield kind, size, names


def captures(bench: Bench) -> None:
    """Race over what real kernels printed: all captures of one kernel, joined."""
    linux = loading.load("linux")
    for folder in sorted((HERE.parent / "corpus" / "captures").iterdir()):
        for kind in ("maps", "smaps"):
            text = b"".join(path.read_bytes() for path in sorted(folder.glob(f"*.{kind}")))
            if not text:
                continue
            path = bench.cache / f"{folder.name}.{kind}"
            path.write_bytes(text)
            bench.race(
                f"{kind} of {folder.name}", len(scan(text, linux)), (PASS, NATIVE, PYTHON, RUST),
                functools.partial(_dumped, bench.cache, path),
            )  # fmt: skip
            path.unlink()


def main() -> int:
    """Run everything; return 1 if a goal is missed."""
    chosen = _options()
    chosen.out.mkdir(parents=True, exist_ok=True)
    if chosen.old:
        data: report.Data = json.loads(chosen.old.read_text())
        if chosen.goals:
            data = report.with_ratios_of(data, _measure(quick=chosen.quick, goals_only=True))
        again = starts.ratios(_cache(), STARTS_ROUNDS) if chosen.starts else {}
        if chosen.pages:
            again |= pages.ratios(PAGES_ROUNDS)
        bench = Bench(_cache(), 1, *contenders(_cache()))
        if chosen.many:
            many(bench)
        if chosen.searches:
            searches(bench)
        again |= bench.ratios
        for key, ratio in again.items():
            data["ratios"][key] = {**attrs.asdict(ratio), "day": measures.today()}
    else:
        data = _measure(quick=chosen.quick, goals_only=chosen.goals)
    report.write(data, chosen.out)
    if chosen.publish:
        report.publish(data, HERE.parent / "docs" / "generated")
    missed = report.missed(data, GOALS)
    for line in missed:
        print(f"goal missed: {line}")
    print(f"reports: {chosen.out}")
    return 1 if missed and not chosen.quick else 0


STARTS_ROUNDS = 7
PAGES_ROUNDS = 9


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="use small sizes, as a smoke test")
    parser.add_argument("--goals", action="store_true", help="measure only what the goals need")
    parser.add_argument(
        "--out", type=Path, default=HERE.parent / ".cache" / "bench" / "out", metavar="DIR",
        help="write the reports to DIR (default: .cache/bench/out)",
    )  # fmt: skip
    parser.add_argument(
        "--from", dest="old", type=Path, metavar="FILE",
        help="report on the JSON FILE of an earlier run; with --goals: measure its ratios again",
    )  # fmt: skip
    parser.add_argument(
        "--starts", action="store_true", help="with --from: measure whole programs again"
    )
    parser.add_argument(
        "--pages", action="store_true", help="with --from: measure pages of processes again"
    )
    parser.add_argument(
        "--many", action="store_true", help="with --from: measure many processes again"
    )
    parser.add_argument(
        "--searches", action="store_true", help="with --from: measure searches again"
    )
    parser.add_argument(
        "--publish", action="store_true", help="write the results to docs/generated/speed.*, too"
    )
    chosen = parser.parse_args()
    for name in ("starts", "pages", "many", "searches"):
        if getattr(chosen, name) and not chosen.old:
            parser.error(f"--{name} needs --from FILE, an earlier run's JSON file")
    return chosen


def _cache() -> Path:
    cache = HERE.parent / ".cache" / "bench"
    cache.mkdir(parents=True, exist_ok=True)
    return cache


def _measure(*, quick: bool, goals_only: bool) -> report.Data:
    cache = _cache()
    bench = Bench(cache, 20 if quick else 1, *contenders(cache))
    crowded(bench)
    names(bench)
    many(bench)
    searches(bench)
    if not goals_only:
        dumps(bench)
        captures(bench)
    bench.ratios |= starts.ratios(cache, 3 if quick else STARTS_ROUNDS)
    bench.ratios |= pages.ratios(2 if quick else PAGES_ROUNDS, 20 if quick else 1)
    bench.growth = measures.growth(cache, 3, GROWTH[:2] if quick else GROWTH)
    most, least = max(bench.growth), min(bench.growth)
    bench.ratios["growth"] = Ratio.of([bench.growth[most] / bench.growth[least]])
    return report.data(
        bench.ratios, bench.races, bench.growth, bench.absent, measures.today(), quick=quick
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
