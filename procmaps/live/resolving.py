r"""The original name of a mapping, found out on the running system.

The text of ``maps`` is ambiguous in two ways (`procmaps.records.names`):

* ``\\012`` is a newline or those four characters. ``map_files`` and ``PROCMAP_QUERY`` have the name
  unescaped.
* `` (deleted)`` is appended to an unlinked file, or is part of its name. Both sources above append
  it, too, so the file itself has to be examined.
"""

# ruff: noqa: PTH115, PTH116, PTH120 - names are bytes, which pathlib does not accept

from __future__ import annotations

import os
from pathlib import Path

import attrs

from procmaps.live.proc_file_path import Pid, ProcFile, Root, root_path
from procmaps.live.querier import query
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
    """The right interpretation of a name, if it could be found out."""

    interpretation: Interpretation | None
    """One of ``mapping.name.interpretations()`` with the evidence as its ``reason``, or None."""
    reason: str
    """The evidence, or why there is none."""


@attrs.frozen
class _Original:
    """A name before escaping."""

    value: bytes
    source: str
    """Where it was read, in words."""


def resolve(pid: Pid, mapping: Mapping, *, root: Root = "/proc") -> Resolution:
    """Find out the original name of *mapping*, which was just read from process *pid*.

    The name is compared with what the process has mapped now, so a mapping that has changed since
    is not resolved. Newlines need no privilege. For `` (deleted)`` root helps: following the links
    in ``map_files`` takes CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN.

    Raises what `procmaps.maps` raises when it opens the file.
    """
    file = ProcFile(pid, "maps", None, root_path(root))
    if not isinstance(mapping, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"expected a Mapping, not {type(mapping).__name__}")
    name = mapping.name
    if isinstance(name, ThreadStack):
        return _thread_stack(mapping)
    if not isinstance(name, FileBacked | AnonName):
        (only,) = name.interpretations()
        return _resolved(only.kind, only.value, only.reason, deleted=only.deleted)
    try:
        if isinstance(name, AnonName):
            return _label(mapping, name, file)
        original = _original(mapping, file)
        return _file_backed(mapping, name, original, file)
    except _Unresolved as error:
        return Resolution(None, str(error))


class _Unresolved(Exception):
    """The reason why a name cannot be resolved. Never leaves this module."""


def _resolved(kind: str, value: bytes, reason: str, *, deleted: bool) -> Resolution:
    return Resolution(Interpretation(kind, value, reason, deleted), reason)


def _thread_stack(mapping: Mapping) -> Resolution:
    is_file = mapping.inode or mapping.device != Device(0, 0)
    kind = "other" if is_file else ThreadStack.KIND
    reason = "a device file, since device and inode are not 0" if is_file else "a thread's stack"
    return _resolved(kind, mapping.name.raw, reason, deleted=False)


def _label(mapping: Mapping, name: AnonName, file: ProcFile) -> Resolution:
    """Resolve a label that may end in ``<fault>``, which old Android kernels print."""
    *others, label = name.interpretations()
    if not others:
        return _resolved(label.kind, label.value, label.reason, deleted=False)
    found = query(file.pid, mapping.start, root=file.root)
    if found is None or found.mapping.name != name:
        raise _Unresolved("the mapping does not have this label any more")
    if found.method != "ioctl":
        raise _Unresolved("<fault> may be from an old Android kernel that could not read the label")
    reason = "a kernel with PROCMAP_QUERY is too new to read labels from the program's memory"
    return _resolved(label.kind, label.value, reason, deleted=False)


# --- newline or \012 ------------------------------------------------------------------------------


def _original(mapping: Mapping, file: ProcFile) -> _Original:
    """Return the name before escaping, from ``map_files`` or by a query."""
    try:
        found = _Original(os.readlink(_link(mapping, file)), "the link in map_files")
    except OSError as error:
        # Access denied, a path that is too long, no mapping of exactly this range any more, or a
        # kernel without map_files (before 4.3 it needs CONFIG_CHECKPOINT_RESTORE).
        found = _by_query(mapping, file, error)
    printed = found.value.replace(b"\n", NEWLINE) if _escaped(mapping.name) else found.value
    if printed != mapping.name.raw:
        raise _Unresolved(f"according to {found.source}, something else is mapped there now")
    return found


def _escaped(name: Name) -> bool:
    return not isinstance(name, FileBacked) or name.escaped


def _link(mapping: Mapping, file: ProcFile) -> bytes:
    """Return ``map_files/START-END``, in hexadecimal without the padding of ``maps``."""
    return os.fsencode(f"{file.process_folder}/map_files/{mapping.start:x}-{mapping.end:x}")


def _by_query(mapping: Mapping, file: ProcFile, cause: OSError) -> _Original:
    found = query(file.pid, mapping.start, root=file.root)
    if found is None or (found.mapping.start, found.mapping.end) != (mapping.start, mapping.end):
        raise _Unresolved("no mapping has exactly this range any more")
    if found.unescaped_name is None:
        raise _Unresolved(
            rf"\012 cannot be resolved: map_files cannot be read ({os.strerror(cause.errno or 0)}) "
            "and the kernel does not support PROCMAP_QUERY"
        )
    source = "PROCMAP_QUERY" if found.method == "ioctl" else r"the text, which contains no \012"
    return _Original(found.unescaped_name, source)


# --- kernel object or file; unlinked or not -------------------------------------------------------


def _file_backed(
    mapping: Mapping, name: FileBacked, original: _Original, file: ProcFile
) -> Resolution:
    if not isinstance(name, FilePath) and mapping.device not in _mounted_devices(file):
        value = name.raw
        if isinstance(name, LabelledFile):
            tail = len(DELETED) if name.deleted else 0
            head = len(name.raw) - len(name.label) - tail
            value = original.value[head : len(original.value) - tail]
        reason = f"{original.source}; no mounted file system has device {mapping.device}"
        return _resolved(name.kind, value, reason, deleted=next(name.interpretations()).deleted)
    if not name.deleted:
        return _resolved("file", original.value, original.source, deleted=False)
    deleted, evidence = _unlinked(mapping, original.value, file)
    value = original.value.removesuffix(DELETED) if deleted else original.value
    return _resolved("file", value, f"{original.source}; {evidence}", deleted=deleted)


def _mounted_devices(file: ProcFile) -> set[Device]:
    """Return the devices of every file system that is mounted for this process or the other."""
    devices: set[Device] = set()
    for path in (f"{file.root}/self/mountinfo", f"{file.process_folder}/mountinfo"):
        try:
            lines = Path(path).read_bytes().split(b"\n")
        except OSError as error:
            raise _Unresolved(f"kernel object or file cannot be resolved: {error}") from error
        for line in lines:
            if line:  # "ID PARENT MAJOR:MINOR ROOT …", show_mountinfo(), fs/proc_namespace.c
                major, minor = line.split(b" ", 3)[2].split(b":")
                devices.add(Device(int(major), int(minor)))
    return devices


def _unlinked(mapping: Mapping, path: bytes, file: ProcFile) -> tuple[bool, str]:
    """Return whether the file of *path*, which ends in `` (deleted)``, was unlinked, and why."""
    try:
        mapped = os.stat(_link(mapping, file))
    except OSError:
        mapped = None  # following the link takes a capability; compare device and inode
    if mapped and mapped.st_nlink == 0:
        return True, "the file has no links left"
    device = mapped.st_dev if mapped else os.makedev(mapping.device.major, mapping.device.minor)
    inode = mapped.st_ino if mapped else mapping.inode
    replaced = False
    for top in (
        b"",
        os.fsencode(f"{file.process_folder}/root"),
    ):  # d_path() starts from the reader's root
        try:
            found = os.stat(top + path, follow_symlinks=False)
        except FileNotFoundError:
            found = None
        except OSError as error:
            raise _Unresolved(f"(deleted) cannot be resolved: {error}") from error
        if found and (found.st_dev, found.st_ino) == (device, inode):
            return False, "the file with this name is the mapped one"
        replaced = replaced or _on_device(top + os.path.dirname(path), device)
    if replaced:
        return True, "its folder does not contain it under this name"
    raise _Unresolved(
        "(deleted) cannot be resolved: the folder of this name is not on the device of the mapped "
        "file"
    )


def _on_device(directory: bytes, device: int) -> bool:
    try:
        return os.stat(directory).st_dev == device
    except OSError:
        return False
