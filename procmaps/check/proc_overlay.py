"""Bind a dump over the ``/proc`` files of a decoy process, for tools that read nothing else.

The tool runs in a private mount namespace; no other process sees the dump. Mounting needs root
(CAP_SYS_ADMIN). Without it every case is *not run*.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from procmaps.check.processes import ProcessGroup
from procmaps.check.subprocesses import run

BIND_FAILED: Final = 125
"""Exit status of the script below if a mount fails."""

_MARK: Final = b"procmaps check: cannot bind"

# `exec` leaves no shell between the mounts and the tool.
# gdb, perf and others read the file of the first thread, which shows the same memory.
_SCRIPT: Final = f"""
pid=$1 dumps=$2; shift 2
for file in maps smaps smaps_rollup; do
  [ -e "$dumps/$file" ] || continue
  for folder in "/proc/$pid" "/proc/$pid/task/$pid"; do
    [ -e "$folder/$file" ] || continue
    mount --bind "$dumps/$file" "$folder/$file" ||
      {{ echo '{_MARK.decode()}' >&2; exit {BIND_FAILED}; }}
  done
done
exec "$@"
"""

_TIMEOUT = 10.0
_UNSHARE = ("unshare", "--mount", "--propagation", "private")


def overlay_command(inner: Sequence[str], dumps: Path, pid: int) -> list[str]:
    """Return a command that runs *inner* with the files in *dumps* over those of process *pid*."""
    return [*_UNSHARE, "sh", "-c", _SCRIPT, "overlay", str(pid), str(dumps), *inner]


def bind_failed(status: int, stderr: bytes) -> bool:
    """Whether a command made by `overlay_command` ended because a mount failed."""
    return status == BIND_FAILED and _MARK in stderr


def obstacle() -> str:
    """Return why no overlay is possible here, or an empty text if it is."""
    for program in ("unshare", "mount"):
        if shutil.which(program) is None:
            return f"the program {program} is missing (Debian: util-linux, mount)"
    with decoy() as pid:
        # Bind the decoy's own comm over its maps: this changes nothing outside the namespace.
        script = f"mount --bind /proc/{pid}/comm /proc/{pid}/maps"
        completed = run([*_UNSHARE, "sh", "-c", script], b"", timeout=_TIMEOUT)
    if completed.status or completed.timed_out:
        return f"a private mount over /proc needs root (CAP_SYS_ADMIN): {completed.reason}"
    return ""


@contextmanager
def decoy() -> Generator[int, None, None]:
    """Provide the PID of a process that sleeps until the block ends."""
    with ProcessGroup() as group:
        process = group.start(["sleep", "100000"])
        try:
            yield process.pid
        finally:
            group.end(process)
