"""What procfs says of a process, for grouping by command or user."""

from __future__ import annotations

import re
from pathlib import Path

import attrs

_KB = 1024

_SIZE = re.compile(rb"^(Vm[A-Z][A-Za-z]*):[\t ]*([0-9]+) kB$", re.MULTILINE)
"""A line that ``task_mem()``, fs/proc/task_mmu.c, prints. A ``comm`` cannot forge one, because
``proc_task_name()`` escapes its newlines."""


@attrs.frozen
class ProcessFacts:
    """A process.

    pid       Its ID.
    command   Its ``comm``, at most 15 bytes; None if it has ended or may not be read.
    user      The user ID that owns its folder in procfs; None likewise.
    """

    pid: int
    command: bytes | None
    user: int | None


def process_facts(pid: int, root: str) -> ProcessFacts:
    """Return the facts of a process in the procfs at *root*.

    Anyone may read them, unless procfs was mounted with ``hidepid=1`` or a security module forbids
    it.
    """
    folder = Path(root, str(pid))
    try:
        command = (folder / "comm").read_bytes().removesuffix(b"\n")
        return ProcessFacts(pid, command, folder.stat().st_uid)
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return ProcessFacts(pid, None, None)


def status_sizes(pid: int, root: str) -> dict[str, int]:
    """Return ``VmSize``, ``VmRSS`` … of ``status``, in bytes; none if there is no such process.

    A kernel thread has none, and nor has a process of others with ``hidepid=1``.
    """
    try:
        text = Path(root, str(pid), "status").read_bytes()
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return {}
    return {key.decode("ascii"): int(value) * _KB for key, value in _SIZE.findall(text)}
