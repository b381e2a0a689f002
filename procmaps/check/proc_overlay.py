"""A dump over the ``/proc`` of a decoy process, for tools that read nothing else.

The tool runs in a mount namespace of its own, where the dump is bound over the decoy's file; nobody
else sees it. That needs root (CAP_SYS_ADMIN); without it every case is *not run*.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from procmaps.check.subprocesses import end, run, start

FAILED: Final = 125
"""The status with which the script below says that it could not bind."""

_MARK: Final = b"procmaps check: cannot bind"

# As few words as possible between the mounts and the tool; `exec` leaves no shell in between.
# gdb, perf and others read the first thread's file, which shows the same memory.
_SCRIPT: Final = f"""
pid=$1 dumps=$2; shift 2
for file in maps smaps smaps_rollup; do
  [ -e "$dumps/$file" ] || continue
  for place in "/proc/$pid" "/proc/$pid/task/$pid"; do
    [ -e "$place/$file" ] || continue
    mount --bind "$dumps/$file" "$place/$file" || {{ echo '{_MARK.decode()}' >&2; exit {FAILED}; }}
  done
done
exec "$@"
"""

_TIMEOUT = 10.0
_UNSHARE = ("unshare", "--mount", "--propagation", "private")


def command(inner: Sequence[str], dumps: Path, pid: int) -> list[str]:
    """*inner*, to be run where the files of the folder *dumps* cover those of process *pid*."""
    return [*_UNSHARE, "sh", "-c", _SCRIPT, "overlay", str(pid), str(dumps), *inner]


def failed(status: int, stderr: bytes) -> bool:
    """Whether a command made by `command` ended because nothing could be bound."""
    return status == FAILED and _MARK in stderr


def obstacle() -> str:
    """Why no overlay can be made here; empty where one can."""
    for program in ("unshare", "mount"):
        if shutil.which(program) is None:
            return f"the program {program} is missing (Debian: util-linux, mount)"
    with decoy() as pid:
        # The decoy's own comm serves as the file to bind: nothing of it is changed.
        script = f"mount --bind /proc/{pid}/comm /proc/{pid}/maps"
        ended = run([*_UNSHARE, "sh", "-c", script], b"", timeout=_TIMEOUT)
    if ended.status or ended.timed_out:
        return f"a private mount over /proc needs root (CAP_SYS_ADMIN): {ended.how}"
    return ""


@contextmanager
def decoy() -> Generator[int, None, None]:
    """A process that sleeps until the block ends; its pid."""
    process = start(["sleep", "100000"], stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        end(process)
