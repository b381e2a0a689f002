r"""Which reading of a name is the true one: asked of the running system.

The text of ``maps`` leaves two things open (`procmaps.records.names`). A newline or the four
characters
``\\012``: ``map_files`` and ``PROCMAP_QUERY`` give the name unescaped. Unlinked, or named
`` (deleted)``: both append that like ``maps`` does, so the file itself has to be looked at.
"""

# ruff: noqa: PTH115, PTH116, PTH120 - names are bytes, which pathlib does not take

from __future__ import annotations

import os
from pathlib import Path

import attrs

from procmaps.live.proc_file import Pid, Target
from procmaps.live.querying import query
from procmaps.live.snapshots import Root
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import (
    DELETED,
    NEWLINE,
    AnonName,
    FileBacked,
    FilePath,
    Interpretation,
    LabelledFile,
    Name,
    ThreadStack,
)


@attrs.frozen
class Resolution:
    """The reading that is true; or that it could not be settled, and why."""

    reading: Interpretation | None
    """One of ``mapping.name.interpretations()``, its ``reason`` being the evidence; None: not
    settled."""
    reason: str
    """How it was settled, or what kept it from being."""


@attrs.frozen
class _Evidence:
    """A step of the way: what was found, and by what."""

    value: bytes
    by: str


def resolve(mapping: Mapping, pid: Pid = "self", *, root: Root = "/proc") -> Resolution:
    """Settle what *mapping*, just read from process *pid*, is really named.

    Names are compared with what the process has mapped now; a mapping that has changed since it was
    read is not settled. Root is not needed for newlines; for `` (deleted)`` it helps, because only
    CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN may follow the links in ``map_files``.

    Raises what `procmaps.maps` raises on opening.
    """
    name = mapping.name
    if isinstance(name, ThreadStack):
        return _thread_stack(mapping)
    if not isinstance(name, FileBacked | AnonName):
        (only,) = name.interpretations()
        return _settled(only.kind, only.value, only.reason, deleted=only.deleted)
    target = Target(pid, "maps", None, os.fspath(root))
    try:
        if isinstance(name, AnonName):
            return _label(mapping, name, target)
        original = _original(mapping, target)
        return _backed(mapping, name, original, target)
    except _Unsettled as error:
        return Resolution(None, str(error))


class _Unsettled(Exception):
    """It cannot be settled, and why."""


def _settled(kind: str, value: bytes, reason: str, *, deleted: bool) -> Resolution:
    return Resolution(Interpretation(kind, value, reason, deleted), reason)


def _thread_stack(mapping: Mapping) -> Resolution:
    device = mapping.inode or mapping.device != Device(0, 0)
    kind = "other" if device else ThreadStack.KIND
    what = "a device file, since device and inode are not 0" if device else "a thread's stack"
    return _settled(kind, mapping.name.raw, what, deleted=False)


def _label(mapping: Mapping, name: AnonName, target: Target) -> Resolution:
    """A label that ends in <fault>, or one that an old Android kernel could not read on."""
    *others, label = name.interpretations()
    if not others:
        return _settled(label.kind, label.value, label.reason, deleted=False)
    answer = query(target.pid, mapping.start, root=target.root)
    if answer is None or answer.mapping.name != name:
        raise _Unsettled("this label is not there any more")
    if answer.method != "ioctl":
        raise _Unsettled("an old Android kernel prints <fault> where it cannot read the label")
    reason = "the kernel answers PROCMAP_QUERY: it is too young to read labels from the program"
    return _settled(label.kind, label.value, reason, deleted=False)


# --- newline or \012 ------------------------------------------------------------------------------


def _original(mapping: Mapping, target: Target) -> _Evidence:
    """The name as it was before escaping."""
    link = _link(mapping, target)
    try:
        found = _Evidence(os.readlink(link), "its link in map_files")
    except OSError as error:
        # Denied, or too long a path, or not mapped in exactly this range any more, or a kernel
        # without map_files (before 4.3 only with CONFIG_CHECKPOINT_RESTORE).
        found = _by_query(mapping, target, error)
    printed = found.value.replace(b"\n", NEWLINE) if _escaped(mapping.name) else found.value
    if printed != mapping.name.raw:
        raise _Unsettled(f"by {found.by} something else is mapped there by now")
    return found


def _escaped(name: Name) -> bool:
    return not isinstance(name, FileBacked) or name.escaped


def _link(mapping: Mapping, target: Target) -> bytes:
    """``map_files/START-END``: hexadecimal without the padding of ``maps``."""
    return f"{target.process}/map_files/{mapping.start:x}-{mapping.end:x}".encode()


def _by_query(mapping: Mapping, target: Target, cause: OSError) -> _Evidence:
    answer = query(target.pid, mapping.start, root=target.root)
    if answer is None or (answer.mapping.start, answer.mapping.end) != (mapping.start, mapping.end):
        raise _Unsettled("nothing is mapped in exactly this range any more")
    if answer.unescaped_name is None:
        raise _Unsettled(
            rf"\012 stays open: map_files cannot be read ({os.strerror(cause.errno or 0)}) and the "
            "kernel does not answer PROCMAP_QUERY"
        )
    by = "PROCMAP_QUERY" if answer.method == "ioctl" else r"the text, which has no \012 in it"
    return _Evidence(answer.unescaped_name, by)


# --- the kernel's own object or a file; unlinked or not -------------------------------------------


def _backed(mapping: Mapping, name: FileBacked, original: _Evidence, target: Target) -> Resolution:
    if not isinstance(name, FilePath) and mapping.device not in _mounted(target):
        value = name.raw
        if isinstance(name, LabelledFile):
            tail = len(DELETED) if name.deleted else 0
            head = len(name.raw) - len(name.label) - tail
            value = original.value[head : len(original.value) - tail]
        reason = f"{original.by}; no mounted file system has device {mapping.device}"
        return _settled(name.kind, value, reason, deleted=next(name.interpretations()).deleted)
    if not name.deleted:
        return _settled("file", original.value, original.by, deleted=False)
    deleted, why = _unlinked(mapping, original.value, target)
    value = original.value.removesuffix(DELETED) if deleted else original.value
    return _settled("file", value, f"{original.by}; {why}", deleted=deleted)


def _mounted(target: Target) -> set[Device]:
    """The devices of every mounted file system that this process or that one can see."""
    devices: set[Device] = set()
    for path in (f"{target.root}/self/mountinfo", f"{target.process}/mountinfo"):
        try:
            lines = Path(path).read_bytes().split(b"\n")
        except OSError as error:
            raise _Unsettled(f"an object of the kernel's own or a file: {error}") from error
        for line in lines:
            if line:  # "ID PARENT MAJOR:MINOR ROOT …", show_mountinfo(), fs/proc_namespace.c
                major, minor = line.split(b" ", 3)[2].split(b":")
                devices.add(Device(int(major), int(minor)))
    return devices


def _unlinked(mapping: Mapping, path: bytes, target: Target) -> tuple[bool, str]:
    """Whether the file that *path*, which ends in `` (deleted)``, stands for has been unlinked."""
    try:
        mapped = os.stat(_link(mapping, target))
    except OSError:
        mapped = None  # following the link takes a capability; device and inode are left to compare
    if mapped and mapped.st_nlink == 0:
        return True, "the file has no name left in any directory"
    device = mapped.st_dev if mapped else os.makedev(mapping.device.major, mapping.device.minor)
    inode = mapped.st_ino if mapped else mapping.inode
    replaced = False
    for top in (b"", f"{target.process}/root".encode()):  # d_path() starts from the reader's root
        try:
            there = os.stat(top + path, follow_symlinks=False)
        except FileNotFoundError:
            there = None
        except OSError as error:
            raise _Unsettled(f"deleted or so named: {error}") from error
        if there and (there.st_dev, there.st_ino) == (device, inode):
            return False, "the same file bears this very name"
        replaced = replaced or _on_device(top + os.path.dirname(path), device)
    if replaced:
        return True, "its directory has no such file of that name"
    raise _Unsettled(
        "deleted or so named: the directory of that name is not on the device of the mapped file, "
        "so looking there says nothing"
    )


def _on_device(directory: bytes, device: int) -> bool:
    try:
        return os.stat(directory).st_dev == device
    except OSError:
        return False
