"""What a case is made of: names, virtual memory areas, and the definition of a case."""

from __future__ import annotations

import base64
import itertools
from typing import Any

import attrs

Json = dict[str, Any]

PAGE = 0x1000
DELETED = b" (deleted)"
OCTAL = rb"\012"

_LONG = 1000
"""Bytes from which on a text stands in the JSON once only, as base64."""

# --- names ----------------------------------------------------------------------------------------


@attrs.frozen
class Reading:
    """An original that prints as a column does, other than the most likely one."""

    policy: str
    path: bytes
    deleted: bool


@attrs.frozen
class Column:
    """A name column: its bytes, the kind of memory, and what else the JSON form says of it."""

    raw: bytes
    kind: str
    more: Json = attrs.field(factory=dict[str, Any])
    interpretations: tuple[Reading, ...] = ()

    def json(self) -> Json:
        """The member ``name`` of a record."""
        return {"kind": self.kind, **text(self.raw), **self.more}


def text(raw: bytes) -> Json:
    """Bytes in JSON: base64, and the same to read where it is not too long."""
    coded = {"base64": base64.b64encode(raw).decode("ascii")}
    return coded if len(raw) > _LONG else coded | {"text": raw.decode("utf-8", "backslashreplace")}


NONE = Column(b"", "anonymous")
HEAP = Column(b"[heap]", "heap")
STACK = Column(b"[stack]", "stack")


def anon(label: bytes) -> Column:
    """Private memory with a label: "[anon:%s]"."""
    return Column(b"[anon:%s]" % label, "anon", {"label": text(label)})


def shmem(label: bytes) -> Column:
    """Shared memory with a label: "[anon_shmem:%s]"."""
    return Column(b"[anon_shmem:%s]" % label, "anon_shmem", {"label": text(label)})


def special(kind: str, raw: bytes | None = None) -> Column:
    """A fixed name that the kernel gives."""
    return Column(raw if raw is not None else b"[%s]" % kind.encode(), kind)


def thread_stack(tid: int) -> Column:
    """A thread's stack: "[stack:%d]"."""
    return Column(b"[stack:%d]" % tid, "thread_stack", {"tid": tid})


def unlike(raw: bytes) -> Column:
    """A column that means nothing known."""
    return Column(raw, "other")


def path(original: bytes, *, unlinked: bool = False, escaped: bool = True) -> Column:
    """A file as d_path() and mangle_path() print it."""
    return _backed("file", original, unlinked=unlinked, escaped=escaped)


def kernel_file(kind: str, original: bytes) -> Column:
    """A file of the kernel's own, always unlinked: "/dev/zero (deleted)"."""
    return _backed(kind, original, unlinked=True)


def labelled(kind: str, before: bytes, label: bytes, *, unlinked: bool = True) -> Column:
    """A kernel's file that a program has named: memfd, ashmem, dmabuf."""
    column = _backed(kind, before + label, unlinked=unlinked)
    return attrs.evolve(column, more=column.more | {"label": text(_escape(label))})


def memfd(label: bytes) -> Column:
    """memfd_create(): "/memfd:%s (deleted)"."""
    return labelled("memfd", b"/memfd:", label)


def sysv(key: int) -> Column:
    """A System V segment: "/SYSV%08x (deleted)"."""
    column = _backed("sysv", b"/SYSV%08x" % key, unlinked=True)
    return attrs.evolve(column, more=column.more | {"key": key})


def anon_inode(label: bytes) -> Column:
    """A file without a path: "anon_inode:%s"."""
    return Column(b"anon_inode:" + label, "anon_inode", {"label": text(label)})


def socket(number: int) -> Column:
    """A mapped socket: "socket:[%lu]"."""
    return Column(b"socket:[%d]" % number, "socket", {"number": str(number)})


def _escape(raw: bytes) -> bytes:
    r"""mangle_path(s, p, "\n"), fs/seq_file.c: a newline becomes \012, nothing else changes."""
    return raw.replace(b"\n", OCTAL)


def _backed(kind: str, original: bytes, *, unlinked: bool, escaped: bool = True) -> Column:
    # d_path(), fs/d_path.c: " (deleted)" is appended where the file is unlinked.
    raw = (_escape(original) if escaped else original) + (DELETED if unlinked else b"")
    likely, *others = _readings(raw, escaped=escaped)
    more: Json = {"deleted": raw.endswith(DELETED), "escaped": escaped}
    if kind == "file" and len(raw) <= _LONG:
        more = {"path": text(likely.path)} | more
    return Column(raw, kind, more, tuple(others))


def _readings(raw: bytes, *, escaped: bool) -> list[Reading]:
    """Every original that prints as *raw*: newlines first, the kernel's own (deleted) first."""
    found: list[Reading] = []
    shapes = [(raw, False)]
    if raw.endswith(DELETED):
        shapes.insert(0, (raw[: -len(DELETED)], True))
    for printed, deleted in shapes:
        parts = printed.split(OCTAL) if escaped else [printed]
        for joints in itertools.product((b"\n", OCTAL), repeat=len(parts) - 1):
            made = parts[0] + b"".join(j + p for j, p in zip(joints, parts[1:], strict=True))
            # The policy names what this reading differs in from the likely one.
            policy = "octal-ambiguous" if deleted == shapes[0][1] else "deleted-ambiguous"
            found.append(Reading(policy, made, deleted))
    return found


# --- mappings -------------------------------------------------------------------------------------


@attrs.frozen
class Line:
    """A field of smaps as one kernel printed it.

    ``value`` is what was printed: a number, or the text behind the colon.
    """

    key: str
    value: int | bytes
    printed: bytes


@attrs.frozen
class Vma:
    """A virtual memory area: what struct vm_area_struct holds, as far as it is printed."""

    start: int
    end: int
    perms: str = "rw-p"
    offset: int = 0
    major: int = 0
    minor: int = 0
    inode: int = 0
    name: Column = NONE
    lines: tuple[Line, ...] | None = None
    """Its fields of smaps; None: those of the case's age."""


def file_vma(start: int, end: int, name: Column, **more: Any) -> Vma:  # noqa: ANN401 - of Vma
    """A mapping of a file on an ordinary disk."""
    facts: dict[str, Any] = {"perms": "r--p", "major": 0xFD, "minor": 1, "inode": 787324}
    return Vma(start, end, name=name, **(facts | more))


# --- cases ----------------------------------------------------------------------------------------


@attrs.frozen
class Case:
    """A case: its dumps, the records that they were printed from, and what the manifest says."""

    group: str
    name: str
    shows: str
    source: str
    texts: dict[str, bytes]
    records: list[Json]
    producer: str = "linux"
    since: str = ""
    until: str = ""
    tags: tuple[str, ...] = ()
    either: tuple[Json, ...] = ()
    interpretations: tuple[Json, ...] = ()
    invalid_lines: dict[str, list[Json]] = attrs.field(factory=dict[str, list[Json]])
