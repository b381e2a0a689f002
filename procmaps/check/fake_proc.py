"""A folder laid out like ``/proc``, with one process whose files are the dumps of a case."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import attrs

from procmaps.check.whole_files import naming
from procmaps.formats.file_kinds import FILE_KINDS, FileKind

PID: Final = 4242
"""The process in the folder, unless the dumps cover a real one (`procmaps.check.proc_overlay`)."""

# Tools read these, too. The numbers are those of an idle process; proc(5) explains the fields.
_PROCESS_FILES = {
    "cmdline": b"decoy\0",
    "comm": b"decoy\n",
    "stat": b"%d (decoy) S 1 %d %d 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 100 8388608 256 "
    b"18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
    % (PID, PID, PID),
    "statm": b"2048 256 128 8 0 64 0\n",
    "status": b"Name:\tdecoy\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t%d\nNgid:\t0\nPid:\t%d\n"
    b"PPid:\t1\nTracerPid:\t0\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t64\nThreads:\t1\n"
    % (PID, PID),
}
_ROOT_FILES = {
    "stat": b"cpu  1 0 1 100 0 0 0 0 0 0\ncpu0 1 0 1 100 0 0 0 0 0 0\nbtime 1700000000\n"
    b"processes 1\nprocs_running 1\nprocs_blocked 0\n",
    "meminfo": b"MemTotal:        8000000 kB\nMemFree:         4000000 kB\n"
    b"MemAvailable:    6000000 kB\nBuffers:          100000 kB\nCached:          500000 kB\n"
    b"SwapTotal:             0 kB\nSwapFree:              0 kB\n",
    "version": b"Linux version 6.12.0 (builder@example) (gcc) #1 SMP\n",
    "uptime": b"1000.00 900.00\n",
}

_PLACEHOLDER = re.compile(r"\{(maps|smaps|smaps_rollup|root|pid)\}")


@attrs.frozen
class FakeProc:
    """A folder like ``/proc`` that contains one process."""

    root: Path
    pid: int

    def path(self, kind: FileKind) -> Path:
        """Return the path of the dump of this kind."""
        return self.root / str(self.pid) / kind

    def fill_in(self, command: Sequence[str]) -> list[str]:
        """Return *command* with its placeholders replaced."""
        values: dict[str, str] = {kind: str(self.path(kind)) for kind in FILE_KINDS}
        values |= {"root": str(self.root), "pid": str(self.pid)}
        return [_PLACEHOLDER.sub(lambda match: values[match[1]], word) for word in command]


@contextmanager
def fake_proc(dumps: Mapping[FileKind, bytes], pid: int = PID) -> Generator[FakeProc, None, None]:
    """Provide *dumps* as the files of process *pid* until the block ends.

    Raises `OSError` that names the folder, for instance if the disk is full.
    """
    with tempfile.TemporaryDirectory(prefix="procmaps-check-") as folder:
        proc = FakeProc(Path(folder), pid)
        with naming(proc.root):
            _fill(proc, dumps)
        yield proc


def _fill(proc: FakeProc, dumps: Mapping[FileKind, bytes]) -> None:
    process_folder = proc.root / str(proc.pid)
    process_folder.mkdir()
    for name, content in _ROOT_FILES.items():
        (proc.root / name).write_bytes(content)
    for name, content in _PROCESS_FILES.items():
        (process_folder / name).write_bytes(content)
    for kind, content in dumps.items():
        proc.path(kind).write_bytes(content)


def placeholders(command: Sequence[str]) -> frozenset[str]:
    """Return the placeholders in *command*: a subset of maps, smaps, smaps_rollup, root, pid."""
    return frozenset(match[1] for word in command for match in _PLACEHOLDER.finditer(word))
