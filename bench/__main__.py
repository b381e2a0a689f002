"""`python -m bench`: every comparison in one run; JSON, Markdown and a plot; 1 where a goal fails.

With ``--quick`` the sizes and rounds are small: to see that everything runs, not to judge by.
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

from bench import peers, report, single, texts
from bench.floors import FLOORS
from bench.race import HERE, Contender, Ratio, Times, race, times_of
from procmaps.engines.dispatch import scan
from procmaps.grammar import loading

CROWD = 60_000
SIZES = (10, 1_000, 60_000)
GROWTH = (1_000, 10_000, 100_000, 1_000_000)
SMALL = 1_000
"""Up to so many mappings a run is short, and there are many rounds."""

MANY, FEW = 25, 9

NATIVE, PYTHON = "native, columns", "pure Python, columns"
NATIVE_RECORDS, PYTHON_RECORDS = "native, records", "pure Python, records"
NATIVE_FIELDS = "native, records and usage"
NATIVE_PARSED = "native, records, from memory"
KERNEL, PASS, SPLIT = "the kernel, printing", "a pass in C", "str.split"
PSUTIL, RSPROCMAPS, RSREAD = "psutil", "PyPI procmaps", "PyPI procmaps, attributes read"
QUERY, READ_MAPS = "a thousand queries", "all of maps read, parsed and looked into"
GO, RUST = "prometheus/procfs (Go)", "procfs-core (Rust)"


@attrs.define
class Bench:
    """One run: who takes part, and what has been found so far."""

    cache: Path
    scale: int
    """What sizes and rounds are divided by."""
    contenders: dict[str, Contender]
    absent: dict[str, str]
    """Who does not take part, and why."""
    ratios: dict[str, Ratio] = attrs.field(factory=dict[str, Ratio])
    races: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])
    growth: dict[int, float] = attrs.field(factory=dict[int, float])

    def rounds(self, size: int) -> int:
        """Rounds for texts of so many mappings."""
        return max(2, (MANY if size <= SMALL else FEW) // self.scale)

    def race(
        self,
        title: str,
        size: int,
        names: tuple[str, ...],
        on: Callable[[str], str],
        each: str = "mapping",
    ) -> dict[str, Times | str]:
        """Race those of *names* that are here.

        *on* says what each is given, *each* what it finds.
        """
        field = [self.contenders[name] for name in names if name in self.contenders]
        print(f"{title}: {', '.join(c.name for c in field)}", file=sys.stderr, flush=True)
        found = race(field, {c.name: on(c.name) for c in field}, self.rounds(size))
        self.races.append(
            {
                "title": title,
                "mappings": size,
                "each": each,
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
        """Keep how many times as long as *other* the contender *one* took."""
        if one in found and other in found:
            self.ratios[key] = times_of(found[one]).ratio(times_of(found[other]))


def contenders(cache: Path) -> tuple[dict[str, Contender], dict[str, str]]:
    """Who can take part here, and who cannot, and why."""
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
        SPLIT: lambda: task(SPLIT, "split_loop"),
        QUERY: lambda: task(QUERY, "query"),
        READ_MAPS: lambda: task(READ_MAPS, "read_maps"),
        PSUTIL: lambda: task(PSUTIL, "psutil_maps", peers.python(cache)),
        RSPROCMAPS: lambda: task(RSPROCMAPS, "rsprocmaps", peers.python(cache)),
        RSREAD: lambda: task(RSREAD, "rsprocmaps_read", peers.python(cache)),
        GO: lambda: Contender(GO, (peers.go(cache),)),
        RUST: lambda: Contender(RUST, (peers.rust(cache),)),
    }
    found: dict[str, Contender] = {}
    absent: dict[str, str] = {}
    for name, make in makers.items():
        try:
            found[name] = make()
        except peers.NotHere as reason:
            absent[name] = str(reason)
    return found, absent


def crowded(bench: Bench) -> None:
    """A real process of 60,000 mappings: the goals."""
    size = CROWD // bench.scale
    with texts.crowd(size) as pid:
        for kind in ("maps", "smaps"):
            path = bench.cache / kind
            path.write_bytes(Path(f"/proc/{pid}/{kind}").read_bytes())
            where = functools.partial(_live, bench.cache, pid, kind)
            columns = bench.race(
                f"columns of {kind}, a living process", CROWD, (KERNEL, PASS, NATIVE, PYTHON), where
            )
            bench.ratio(f"columns-{kind}", columns, NATIVE, KERNEL)
            peer = RSPROCMAPS if kind == "maps" else PSUTIL
            records = bench.race(
                f"records of {kind}, a living process",
                CROWD,
                (NATIVE_RECORDS, PYTHON_RECORDS, peer, RSREAD, GO, RUST)
                if kind == "maps"
                else (NATIVE_RECORDS, NATIVE_PARSED, NATIVE_FIELDS, PYTHON_RECORDS, peer, RUST),
                where,
            )
            bench.ratio(f"records-{kind}", records, peer, NATIVE_RECORDS)
            bench.ratio(f"records-{kind}-python", records, peer, PYTHON_RECORDS)
            bench.ratio(f"records-{kind}-from-memory", records, peer, NATIVE_PARSED)
            bench.ratio(f"records-{kind}-and-usage", records, peer, NATIVE_FIELDS)
            if kind == "maps":
                bench.ratio("records-maps-and-attributes", records, RSREAD, NATIVE_RECORDS)
            bench.ratios[f"memory-{kind}"] = single.memory(path.read_bytes())
        asked = bench.race(
            "one address", CROWD, (QUERY, READ_MAPS), lambda _: str(pid), each="answer"
        )
        bench.ratio("query", asked, READ_MAPS, QUERY)
        if "query" in bench.ratios:
            bench.ratios["query"] = bench.ratios["query"].times(QUERIES)


QUERIES = 1000
"""How many `bench.worker.query` asks in one run."""


def _live(cache: Path, pid: int, kind: str, name: str) -> str:
    """What a contender is given for the living process."""
    if name == KERNEL:
        return f"/proc/{pid}/{kind}"
    return _root(cache, cache / kind) if name == GO else str(cache / kind)


def _dumped(cache: Path, path: Path, name: str) -> str:
    """What a contender is given for a dump."""
    return _root(cache, path) if name == GO else str(path)


def _root(cache: Path, text: Path) -> str:
    """A procfs with one process, for a peer that reads nothing else."""
    process = cache / "root" / "1"
    process.mkdir(parents=True, exist_ok=True)
    for name in ("maps", "stat"):
        (process / name).unlink(missing_ok=True)
    (process / "maps").symlink_to(text)
    (process / "stat").write_bytes(Path("/proc/self/stat").read_bytes())
    return str(process.parent)


def dumps(bench: Bench) -> None:
    """Made-up dumps: sizes and names."""
    for kind, size, names in _tables():
        path = bench.cache / f"{kind}-{size}-{names}"
        path.write_bytes(texts.dump(kind, max(10, size // bench.scale), names))
        field = (PASS, NATIVE, PYTHON, NATIVE_RECORDS, NATIVE_FIELDS, PYTHON_RECORDS, SPLIT, RUST)
        others = (RSPROCMAPS, GO) if kind == "maps" else (PSUTIL,)
        bench.race(
            f"{kind}, {names} names",
            size,
            (*field, *others),
            functools.partial(_dumped, bench.cache, path),
        )
        path.unlink()


def _tables() -> Iterator[tuple[str, int, str]]:
    for kind in ("maps", "smaps"):
        for size in SIZES:
            for names in texts.NAMES if size == max(SIZES) else ("plain",):
                yield kind, size, names


def captures(bench: Bench) -> None:
    """What real kernels of each architecture printed: all that was recorded of one, in one text."""
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
    """Run everything; 1 where a floor does not hold."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="small: only to see that it runs")
    arguments.add_argument("--goals", action="store_true", help="only what the floors are about")
    arguments.add_argument("--out", type=Path, default=HERE.parent / ".cache" / "bench" / "out")
    arguments.add_argument("--from", dest="old", type=Path, help="only report on a JSON file")
    arguments.add_argument("--publish", action="store_true", help="into docs/speed.*, too")
    chosen = arguments.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    if chosen.old:
        data = json.loads(chosen.old.read_text())
    else:
        cache = HERE.parent / ".cache" / "bench"
        cache.mkdir(parents=True, exist_ok=True)
        bench = Bench(cache, 20 if chosen.quick else 1, *contenders(cache))
        crowded(bench)
        if not chosen.goals:
            dumps(bench)
            captures(bench)
        bench.ratios["import"] = single.importing(15 // min(bench.scale, 5))
        bench.growth = single.growth(cache, 3, GROWTH[:2] if chosen.quick else GROWTH)
        most, least = max(bench.growth), min(bench.growth)
        bench.ratios["growth"] = Ratio.of([bench.growth[most] / bench.growth[least]])
        data = report.data(bench.ratios, bench.races, bench.growth, bench.absent, single.now())
    report.write(data, chosen.out)
    if chosen.publish:
        report.publish(data, HERE.parent / "docs")
    missed = report.missed(data, FLOORS)
    for line in missed:
        print(f"below its floor: {line}")
    print(f"reports: {chosen.out}")
    return 1 if missed and not chosen.quick else 0


if __name__ == "__main__":
    sys.exit(main())
