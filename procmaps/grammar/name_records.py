"""The records of names, by the terminal of ``grammar/name.lark`` that matched the column."""

from __future__ import annotations

from collections.abc import Callable

from procmaps.grammar.parsed_line import MAX_U64
from procmaps.records import names

Build = Callable[[bytes, bytes, bool], names.Name]
"""Takes the name column, the group that its terminal captured, and whether the producer escapes
newlines. Returns the record."""


def _build_socket(raw: bytes, number: int) -> names.Name:
    """Return a socket; an inode has 64 bits, so no kernel prints a larger number."""
    return names.Socket(raw, number) if number <= MAX_U64 else names.UnknownName(raw)


BUILDS: dict[str, Build] = {
    "HEAP": lambda raw, _, __: names.Heap(raw),
    "STACK": lambda raw, _, __: names.Stack(raw),
    "THREAD_STACK": lambda raw, tid, _: names.ThreadStack(raw, int(tid)),
    "ANON": lambda raw, label, _: names.AnonName(raw, label),
    "OPEN_LABEL": lambda raw, _, __: names.UnknownName(raw),
    "ANON_SHMEM": lambda raw, label, _: names.AnonShmemName(raw, label),
    "SYSV": lambda raw, key, escaped: names.SysV(raw, int(key, 16), escaped=escaped),
    "MEMFD": lambda raw, label, escaped: names.Memfd(raw, label, escaped=escaped),
    "ASHMEM": lambda raw, label, escaped: names.Ashmem(raw, label, escaped=escaped),
    "DMABUF": lambda raw, label, escaped: names.DmaBuf(raw, label, escaped=escaped),
    "ANON_INODE": lambda raw, label, _: names.AnonInode(raw, label),
    "SOCKET": lambda raw, number, _: _build_socket(raw, int(number)),
    "FILE": lambda raw, _, escaped: names.FilePath(raw, escaped=escaped),
    "OTHER": lambda raw, _, __: names.UnknownName(raw),
}
"""By terminal of ``grammar/name.lark``, except the fixed names, which have rules of their own."""


def build_name(
    rule: str, terminal: str, raw: bytes, captured: bytes, *, escaped: bool
) -> names.Name:
    """Return the record of the column *raw*, which *terminal* of *rule* matched.

    An empty column has no terminal.
    """
    if not raw:
        return names.Unnamed()
    if rule == "special":
        return names.Special(raw, terminal.lower())
    if rule == "kernel_file":
        return names.KernelFile(raw, terminal.lower(), escaped=escaped)
    return BUILDS[terminal](raw, captured, escaped)
