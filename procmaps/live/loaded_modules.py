"""The modules of a running process: `process_modules`."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import BinaryIO, Final

import attrs

from procmaps.errors import (
    BackingRefused,
    ExtraMissing,
    InvalidArchive,
    InvalidElf,
    MappingGone,
    NoBacking,
)
from procmaps.live.backing import Backing
from procmaps.live.backing_routes import How
from procmaps.live.backing_search import BackingSearch
from procmaps.live.build_id import build_id_of
from procmaps.live.loaded_image import in_order_of_likeness
from procmaps.live.loaded_module import LoadedModule
from procmaps.live.present_mapping import present_mapping
from procmaps.live.proc_file_path import Pid, ProcFile, Root, root_path
from procmaps.live.process_snapshots import RETRIES, first_untorn
from procmaps.live.read_proc_file import open_file, read_text
from procmaps.mapped_files.archive_member import Archive, ArchiveMember, is_archive
from procmaps.mapped_files.elf_layout import ElfLayout, read_elf
from procmaps.mapped_files.grouping import modules
from procmaps.mapped_files.module import Module
from procmaps.mapped_files.window import Window
from procmaps.records.file_key import FileKey, file_key
from procmaps.records.mapping import Mapping
from procmaps.snapshots.loading import loads
from procmaps.snapshots.problem import Problem
from procmaps.snapshots.snapshot import Snapshot

_ELF: Final = b"\x7fELF"


class LoadedModules(tuple[LoadedModule, ...]):  # noqa: SLOT001 - a tuple can have no other slots
    """The modules of a process, by address.

    problems   Lines of its maps that could not be read, and torn texts: `Snapshot.problems`.
    """

    problems: Sequence[Problem] = ()


def process_modules(pid: Pid, *, root: Root = "/proc") -> LoadedModules:
    """Return every file that process *pid* has mapped, by address, with what its headers say.

    Each file is opened as `open_backing` does; where that fails, `LoadedModule.problems` has the
    reason. Libraries in a ZIP archive are modules of their own. Without the extra ``elf`` the
    headers are missing, and a problem says so; build IDs need no extra. What is wrong with the maps
    themselves is in `LoadedModules.problems`.

    Raises `ProcessGone` if the process ends or replaces its program meanwhile, and what
    `procmaps.maps` raises.
    """
    return modules_of_files(pid, None, root=root)


def modules_of_files(
    pid: Pid, wanted: Container[FileKey] | None, *, root: Root = "/proc"
) -> LoadedModules:
    """Return the modules as `process_modules` does; with *wanted*, only those of these files."""
    file = ProcFile(pid, "maps", None, root_path(root))
    with open_file(file) as handle:

        def read() -> Snapshot:
            handle.seek(0)
            return loads(read_text(handle, file), errors="collect")

        snapshot = first_untorn(read, RETRIES)
        found = LoadedModules(read_modules(file, snapshot, read, wanted))
    found.problems = snapshot.problems
    return found


def read_modules(
    file: ProcFile,
    snapshot: Snapshot,
    read: Callable[[], Snapshot],
    wanted: Container[FileKey] | None = None,
) -> tuple[LoadedModule, ...]:
    """Return the files that *snapshot* has, by address, with what their headers say.

    *snapshot* was read from *file*, and *read* reads it again from the same open file: what has
    changed meanwhile is a problem of its module. With *wanted*, only these files are opened and
    returned. Raises what *read* raises, such as `ProcessGone`.
    """
    by_file = {
        key: parts for key, parts in _by_file(snapshot).items() if wanted is None or key in wanted
    }
    contents = {key: _read(file, parts) for key, parts in by_file.items()}

    def member_of(mapping: Mapping) -> ArchiveMember | None:
        content = contents.get(file_key(mapping))
        return None if content is None else content.members.get(mapping.start)

    found = modules(snapshot, member_of=member_of)
    again = read()
    return tuple(
        _loaded(each, contents[key], again, file)
        for each in found
        if (key := file_key(each.mappings[0])) in contents
    )


@attrs.frozen
class _Headers:
    """What the headers of one ELF file, or member of an archive, say."""

    layout: ElfLayout | None = None
    build_id: bytes | None = None
    problems: tuple[str, ...] = ()


@attrs.define
class _Content:
    """What one file says of the mappings of it."""

    how: How | None = None
    problems: tuple[str, ...] = ()
    members: dict[int, ArchiveMember] = attrs.field(factory=dict[int, ArchiveMember])
    """The member of the archive by the start of a mapping."""
    headers: dict[ArchiveMember | None, _Headers] = attrs.field(
        factory=dict[ArchiveMember | None, _Headers]
    )


def _by_file(snapshot: Snapshot) -> dict[FileKey, list[Mapping]]:
    found: dict[FileKey, list[Mapping]] = {}
    for mapping in snapshot:
        if mapping.has_file:
            found.setdefault(file_key(mapping), []).append(mapping)
    return found


def _read(file: ProcFile, mappings: list[Mapping]) -> _Content:
    """Read the headers of the file of *mappings*."""
    try:
        opened = BackingSearch(file, mappings[0], in_order_of_likeness(mappings)).find(memory=True)
    except (BackingRefused, NoBacking) as error:
        return _Content(problems=(str(error),))
    with opened:
        content = _Content(opened.how)
        if not opened.exact:
            content.problems = (f"only an image: {opened.evidence}",)
        try:
            _examine(opened, mappings, content)
        except OSError as error:
            content.problems += (f"the file cannot be read: {error.strerror or error}",)
        return content


def _examine(opened: Backing, mappings: list[Mapping], content: _Content) -> None:
    stream: BinaryIO = opened.file
    if is_archive(stream):
        try:
            archive = Archive(stream)
        except InvalidArchive as error:
            content.problems += (str(error),)
            return
        for mapping in mappings:
            if member := archive.member_at(mapping.offset):
                content.members[mapping.start] = member
        for member in dict.fromkeys(content.members.values()):
            content.headers[member] = _headers(stream, member.offset, member.size)
        return
    content.headers[None] = _headers(stream, 0, None)
    if not opened.exact:
        content.headers[None] = attrs.evolve(content.headers[None], build_id=opened.build_id)


def _headers(stream: BinaryIO, offset: int, size: int | None) -> _Headers:
    window = Window(stream, offset, size)

    def read(position: int, length: int) -> bytes:
        window.seek(position)
        return window.read(length)

    if read(0, len(_ELF)) != _ELF:
        return _Headers()
    build_id = build_id_of(read, sections=True)
    try:
        return _Headers(read_elf(stream, offset=offset, size=size), build_id)
    except (InvalidElf, ExtraMissing) as error:
        return _Headers(None, build_id, (str(error),))


def _loaded(module: Module, content: _Content, again: Snapshot, file: ProcFile) -> LoadedModule:
    headers = content.headers.get(module.member, _Headers())
    problems = (*content.problems, *headers.problems)
    try:
        present_mapping(module.mappings[0], again, file)
    except MappingGone as error:
        problems += (str(error),)
    layout = headers.layout
    bias = None if layout is None else layout.bias(module)
    return LoadedModule(module, content.how, headers.build_id, layout, bias, problems)
