"""Ratios of whole programs: the first call of a process, the command line, small questions.

Each program runs in a new interpreter, by turns. Its time is the processor time of the process,
user and system, less that of an interpreter that does nothing. Byte code is written first.
"""

from __future__ import annotations

import os
import pty
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import attrs

from bench import peers, texts
from bench.race import HERE, Ratio

ROWS = 20_000
"""Mappings in the table that `procmaps show` prints."""

LINES = 100_000
"""Lines of a text, so that the start of the interpreter counts for little."""

QUERIES = 1_000_000
"""Queries of a program, so that its start counts for little."""

SMALL = (40, 200, 1_000)
"""Mappings of a process whose maps are read once; most have fewer than a thousand."""


@attrs.frozen
class Program:
    """A Python program, and the engine that it uses; an empty one is the fastest."""

    code: str
    engine: str = ""
    on_terminal: bool = False

    def seconds(self, environment: dict[str, str]) -> float:
        """Run it; return the processor seconds of the process. Raises RuntimeError if it fails."""
        # `-S` leaves out what an environment's own files import in every interpreter.
        command = [
            sys.executable,
            "-S",
            "-c",
            f"import sys\nsys.path[1:1] = {sys.path!r}\n{self.code}",
        ]
        own = environment | {"PROCMAPS_ENGINE": self.engine, "TERM": "xterm-256color"}
        master, slave = pty.openpty()
        reader = threading.Thread(target=_drain, args=(master,))
        reader.start()
        output = slave if self.on_terminal else os.open(os.devnull, os.O_WRONLY)
        process = os.posix_spawn(
            command[0], command, own, file_actions=[(os.POSIX_SPAWN_DUP2, output, 1)]
        )
        _, status, used = os.wait4(process, 0)
        os.close(slave)
        if not self.on_terminal:
            os.close(output)
        reader.join()
        if status:
            raise RuntimeError(f"status {status} of the program: {self.code}")
        return used.ru_utime + used.ru_stime


def _drain(master: int) -> None:
    """Read what a terminal shows, until nobody can write to it any more."""
    try:
        while os.read(master, 1 << 16):
            pass
    except OSError:
        os.close(master)


NOTHING = Program("pass")
ATTRS = Program("import attrs")
CLICK = Program("import click, rich")
MAPS = "import procmaps; procmaps.maps()"
LOADS = (
    "import procmaps; "
    r"procmaps.loads(b'400000-401000 r-xp 00000000 fd:01 42    /bin/cat\n')"
)
COMMAND = "sys.argv[:] = {}; from procmaps.cli import main; main()"


def programs(cache: Path) -> dict[str, tuple[Program, Program]]:
    """Return by key of a goal its two programs. Writes the texts that they read to *cache*."""
    good, bad, table = cache / "good", cache / "bad", cache / "table"
    good.write_bytes(texts.dump("maps", LINES, "plain"))
    bad.write_bytes(b"".join(b"no mapping, line %d\n" % line for line in range(LINES)))
    table.write_bytes(texts.dump("maps", ROWS, "plain"))
    load = "import procmaps; procmaps.load({!r}, errors='collect').problems".format
    found = {
        "first-loads": (Program(LOADS), ATTRS),
        "first-maps": (Program(MAPS), ATTRS),
        "first-maps-python": (Program(MAPS, "python"), ATTRS),
        "first-records": (
            Program(f"{MAPS.replace('procmaps.maps()', '[*procmaps.maps()]')}"),
            ATTRS,
        ),
        "show-summary": (Program(COMMAND.format(["procmaps", "show", "--summary", "self"])), CLICK),
        "show-table": (
            Program(COMMAND.format(["procmaps", "show", str(table)]), on_terminal=True),
            Program(load(str(table)), "python"),
        ),
        "unparsed": (Program(load(str(bad)), "native"), Program(load(str(good)), "python")),
        "unparsed-python": (Program(load(str(bad)), "python"), Program(load(str(good)), "python")),
        "query-in-c": (Program(_OURS), Program(_IN_C.format(peers.compiled("query", cache)))),
    }
    for size in SMALL:
        path = cache / f"small-{size}"
        path.write_bytes(texts.dump("maps", size, "plain"))
        records = f"import procmaps; [*procmaps.load({str(path)!r})]"
        found[f"first-{size}"] = (Program(records), ATTRS)
    return found


_OURS = f"""
import procmaps
querier = procmaps.Querier()
address = procmaps.maps()[0].start
for _ in range({QUERIES}):
    querier.query(address)
"""

_IN_C = f"""
import ctypes, os
library = ctypes.CDLL({{!r}})
library.queries.argtypes = ctypes.c_int, ctypes.c_uint64, ctypes.c_long
file = os.open("/proc/self/maps", os.O_RDONLY)
address = int(os.read(file, 64).partition(b"-")[0], 16)
if library.queries(file, address, {QUERIES}) != {QUERIES}:
    sys.exit("a query failed")
"""


def ratios(
    cache: Path, rounds: int, found: Callable[[Path], dict[str, tuple[Program, Program]]] = programs
) -> dict[str, Ratio]:
    """Return by key the time of the first program of each pair, divided by that of the second."""
    environment = {
        name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    environment["PYTHONPATH"] = str(HERE.parent)
    pairs = found(cache)
    for pair in pairs.values():
        for program in pair:
            program.seconds(environment)  # writes the byte code
    result: dict[str, Ratio] = {}
    for key, (ours, other) in pairs.items():
        measured: list[float] = []
        for _ in range(rounds):
            nothing = NOTHING.seconds(environment)
            one, two = ours.seconds(environment), other.seconds(environment)
            measured.append((one - nothing) / (two - nothing))
        result[key] = Ratio.of(measured)
    return result
