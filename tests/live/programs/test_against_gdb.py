"""Modules, offsets and virtual addresses are those that GDB and readelf find.

Addresses are drawn at random from everything that is loaded. The oracle: GDB has the address of
each section in the process, and readelf its address and offset in the file.
"""

from __future__ import annotations

import os
from pathlib import Path

import procmaps
from procmaps import LoadedModule, open_backing, process_modules, read_memory
from procmaps.mapped_files.elf_layout import ElfLayout
from tests.live.programs.building import build_id


def loaded(pid: int) -> dict[bytes, LoadedModule]:
    """Return the ELF modules by path."""
    return {
        each.module.path: each
        for each in process_modules(pid)
        if each.layout and each.bias is not None and each.module.path
    }


def test_addresses_are_those_of_gdb_and_readelf(
    program: tuple[str, int], drawn: list[tuple[int, str, str, int, int]]
) -> None:
    _, pid = program
    modules = loaded(pid)
    snapshot = procmaps.maps(pid)
    for address, path, section, virtual_address, offset in drawn:
        module = modules[os.fsencode(path)]
        context = (hex(address), path, section)
        assert module.virtual_address(address) == virtual_address, context
        assert isinstance(module.layout, ElfLayout)
        if offset < 0:
            assert module.bss, context
            continue
        assert module.layout.to_offset(virtual_address) == offset, context
        place = snapshot.to_file(address)
        assert place is not None, context
        assert (place.offset, place.path) == (offset, os.fsencode(path)), context
        assert module.module.to_offset(address) == offset, context
        file = place.mapping
        assert address in snapshot.to_addresses(file.device, file.inode, offset), context
        assert address in module.module.to_addresses(offset), context


def test_bytes_that_nobody_writes_are_those_of_the_file(
    program: tuple[str, int], drawn: list[tuple[int, str, str, int, int]]
) -> None:
    _, pid = program
    snapshot = procmaps.maps(pid)
    compared = 0
    files = {path: Path(path).read_bytes() for _, path, *_ in drawn}
    for address, path, section, _, offset in drawn:
        mapping = snapshot.mapping_at(address)
        assert mapping
        if section not in {".text", ".rodata"} or offset < 0:
            continue
        length = min(64, mapping.end - address, len(files[path]) - offset)
        assert bytes(read_memory(pid, address, length)) == files[path][offset : offset + length]
        compared += 1
    assert compared > 20


def test_build_ids_are_those_of_readelf(program: tuple[str, int]) -> None:
    _, pid = program
    modules = loaded(pid)
    assert modules
    for path, module in modules.items():
        assert module.build_id == build_id(os.fsdecode(path)), path
        assert module.problems == ()


def test_the_program_has_its_width_and_its_backing(program: tuple[str, int]) -> None:
    kind, pid = program
    path = os.fsencode(Path(f"/proc/{pid}/exe").resolve())
    module = loaded(pid)[path]
    assert module.layout
    assert module.layout.bits == (32 if kind == "32-bit" else 64)
    if kind in {"32-bit", "go"}:
        assert module.bias == 0
    with open_backing(pid, module.module.mappings[0]) as backing:
        assert backing.how == "map_files"
        assert backing.file.read() == Path(os.fsdecode(path)).read_bytes()
        assert backing.build_id == build_id(os.fsdecode(path))


def test_every_mapping_of_a_file_is_reached_and_is_in_one_module(program: tuple[str, int]) -> None:
    _, pid = program
    snapshot = procmaps.maps(pid)
    found = [mapping for each in process_modules(pid) for mapping in each.module.mappings]
    assert [each for each in snapshot if each.has_file] == found
