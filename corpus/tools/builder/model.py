"""The parts of a case: names, virtual memory areas, and the case itself."""

from __future__ import annotations

import base64
import itertools
from typing import Any, Literal

import attrs

Json = dict[str, Any]

PAGE = 0x1000
DELETED = b" (deleted)"
OCTAL = rb"\012"

_LONG = 1000
"""Longer texts are written as base64 only, in bytes."""

# --- names ----------------------------------------------------------------------------------------


@attrs.frozen
class Interpretation:
    """Another original name that prints the same, less likely than the first."""

    policy: str
    path: bytes
    deleted: bool


@attrs.frozen
class Column:
    """A name column: its bytes, the kind of memory, and further members of the JSON form."""

    raw: bytes
    kind: str
    more: Json = attrs.field(factory=dict[str, Any])
    interpretations: tuple[Interpretation, ...] = ()

    def json(self) -> Json:
        """Return the member ``name`` of a record."""
        return {"kind": self.kind, **text(self.raw), **self.more}


def text(raw: bytes) -> Json:
    """Return bytes for JSON: base64, and readable text if they are not too long."""
    coded = {"base64": base64.b64encode(raw).decode("ascii")}
    return coded if len(raw) > _LONG else coded | {"text": raw.decode("utf-8", "backslashreplace")}


NONE = Column(b"", "anonymous")
HEAP = Column(b"[heap]", "heap")
STACK = Column(b"[stack]", "stack")


def anon(label: bytes) -> Column:
    """Return the name of private memory with a label: "[anon:%s]"."""
    return Column(b"[anon:%s]" % label, "anon", {"label": text(label)})


def shmem(label: bytes) -> Column:
    """Return the name of shared memory with a label: "[anon_shmem:%s]"."""
    return Column(b"[anon_shmem:%s]" % label, "anon_shmem", {"label": text(label)})


def special(kind: str, raw: bytes | None = None) -> Column:
    """Return a fixed name that the kernel sets."""
    return Column(raw if raw is not None else b"[%s]" % kind.encode(), kind)


def thread_stack(tid: int) -> Column:
    """Return the name of a thread's stack: "[stack:%d]"."""
    return Column(b"[stack:%d]" % tid, "thread_stack", {"tid": tid})


def unknown(raw: bytes) -> Column:
    """Return a column of unknown meaning."""
    return Column(raw, "other")


def path(original: bytes, *, unlinked: bool = False, escaped: bool = True) -> Column:
    """Return a file's path as d_path() and mangle_path() print it."""
    return _backed("file", original, unlinked=unlinked, escaped=escaped)


def kernel_file(kind: str, original: bytes) -> Column:
    """Return the name of a kernel-internal file, always unlinked: "/dev/zero (deleted)"."""
    return _backed(kind, original, unlinked=True)


def labelled(kind: str, before: bytes, label: bytes, *, unlinked: bool = True) -> Column:
    """Return the name of a kernel-internal file with a label: memfd, ashmem, dmabuf."""
    column = _backed(kind, before + label, unlinked=unlinked)
    return attrs.evolve(column, more=column.more | {"label": text(_escape(label))})


def memfd(label: bytes) -> Column:
    """Return the name of a memfd: "/memfd:%s (deleted)"."""
    return labelled("memfd", b"/memfd:", label)


def sysv(key: int) -> Column:
    """Return the name of a System V segment: "/SYSV%08x (deleted)"."""
    column = _backed("sysv", b"/SYSV%08x" % key, unlinked=True)
    return attrs.evolve(column, more=column.more | {"key": key})


def anon_inode(label: bytes) -> Column:
    """Return the name of a file without a path: "anon_inode:%s"."""
    return Column(b"anon_inode:" + label, "anon_inode", {"label": text(label)})


def socket(number: int) -> Column:
    """Return the name of a mapped socket: "socket:[%lu]"."""
    return Column(b"socket:[%d]" % number, "socket", {"number": str(number)})


def _escape(raw: bytes) -> bytes:
    r"""mangle_path(s, p, "\n"), fs/seq_file.c: a newline becomes \012, nothing else changes."""
    return raw.replace(b"\n", OCTAL)


def _backed(kind: str, original: bytes, *, unlinked: bool, escaped: bool = True) -> Column:
    # d_path(), fs/d_path.c: " (deleted)" is appended if the file is unlinked.
    raw = (_escape(original) if escaped else original) + (DELETED if unlinked else b"")
    likely, *others = _interpretations(raw, escaped=escaped)
    more: Json = {"deleted": raw.endswith(DELETED), "escaped": escaped}
    if kind == "file" and len(raw) <= _LONG:
        more = {"path": text(likely.path)} | more
    return Column(raw, kind, more, tuple(others))


def _interpretations(raw: bytes, *, escaped: bool) -> list[Interpretation]:
    """Return every original that prints as *raw*, with newlines and the kernel's mark first."""
    found: list[Interpretation] = []
    splits = [(raw, False)]
    if raw.endswith(DELETED):
        splits.insert(0, (raw[: -len(DELETED)], True))
    for printed, deleted in splits:
        parts = printed.split(OCTAL) if escaped else [printed]
        for separators in itertools.product((b"\n", OCTAL), repeat=len(parts) - 1):
            pairs = zip(separators, parts[1:], strict=True)
            original = parts[0] + b"".join(separator + part for separator, part in pairs)
            # The policy names the difference from the most likely interpretation.
            policy = "octal-ambiguous" if deleted == splits[0][1] else "deleted-ambiguous"
            found.append(Interpretation(policy, original, deleted))
    return found


# --- mappings -------------------------------------------------------------------------------------


@attrs.frozen
class FieldLine:
    """A field of smaps as one kernel printed it.

    ``value`` is the printed number, or the text after the colon.
    """

    key: str
    value: int | bytes
    printed: bytes


@attrs.frozen
class Vma:
    """A virtual memory area: the printed members of struct vm_area_struct."""

    start: int
    end: int
    perms: str = "rw-p"
    offset: int = 0
    major: int = 0
    minor: int = 0
    inode: int = 0
    name: Column = NONE
    lines: tuple[FieldLine, ...] | None = None
    """Its fields of smaps. None means those of the case's release."""


def file_vma(start: int, end: int, name: Column, **more: Any) -> Vma:  # noqa: ANN401 - of Vma
    """Return a mapping of a file on an ordinary disk."""
    defaults: dict[str, Any] = {"perms": "r--p", "major": 0xFD, "minor": 1, "inode": 787324}
    return Vma(start, end, name=name, **(defaults | more))


# --- cases ----------------------------------------------------------------------------------------

Likely = Literal["kernels", "other-systems", "hypothetical"]
"""Who prints such a dump: see `corpus.tools.builder.features.LIKELY`."""


@attrs.frozen
class Case:
    """A case: its dumps, the records that they are printed from, and its manifest entry."""

    group: str
    name: str
    shows: str
    source: str
    texts: dict[str, bytes]
    records: list[Json]
    feature: str = ""
    """A key of `corpus.tools.builder.features.FEATURES`."""
    producer: str = "linux"
    since: str = ""
    until: str = ""
    fields_of: str = ""
    """The release whose fields of smaps are printed."""
    tags: tuple[str, ...] = ()
    either: tuple[Json, ...] = ()
    interpretations: tuple[Json, ...] = ()
    invalid_lines: dict[str, list[Json]] = attrs.field(factory=dict[str, list[Json]])
    likely: Likely = "kernels"
    disputed: str = ""
    """A key of `corpus.tools.builder.features.DISPUTED`; empty if a failure is a failure."""
    control: Case | None = None
    """The same dump without the feature; None for a plain dump."""
    shown_by: tuple[str, ...] = ()
    """Regular expressions over the dump. Empty: the lines that the control does not have."""

    @property
    def id(self) -> str:
        """Group and name."""
        return f"{self.group}/{self.name}"
