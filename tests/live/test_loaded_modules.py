"""Modules of running processes, with the headers of their files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import procmaps
from procmaps import ArchiveMember, LoadedModule, ProcessGone, process_modules
from procmaps.live import backing_search, loaded_modules
from tests.live.backing_ways import MAP, without
from tests.live.children import Child, Spawn
from tests.live.library_loading import LOAD, PAGES, write_archive
from tests.mapped_files.elf_files import BUILD_ID, LIBRARY, LIBRARY_SIZE, elf, note
from tests.search.fake_procfs import fake_procfs

TEXT = elf(LIBRARY, LIBRARY_SIZE, notes=note())


def module_at(child: Child, address: int) -> LoadedModule:
    (found,) = (each for each in process_modules(child.pid) if each.module.start == address)
    return found


def loaded(spawn: Spawn, path: Path, base: int = 0) -> tuple[Child, int]:
    child = spawn(f"{LOAD}\nprint(hex(load(sys.argv[1], {base})), flush=True)", str(path))
    return child, int(child.said, 16)


def check(found: LoadedModule, start: int) -> None:
    """Check what the headers say of the library, wherever it is."""
    assert (found.problems, found.build_id, found.bias) == ((), BUILD_ID, start)
    assert found.how == "map_files"
    assert found.bss == (start + 0x6100, start + 0x9000)
    assert found.relro == (start + 0x5DE0, start + 0x6000)
    assert found.module.tail
    assert found.module.tail.start == start + 0x7000
    assert found.virtual_address(start + 0x2345) == 0x2345
    assert found.virtual_address(start + 0x8FFF) == 0x8FFF  # .bss
    assert found.virtual_address(start + 0x9000) is None
    assert found.virtual_address(0) is None


@PAGES
def test_a_library_has_headers_and_addresses(spawn: Spawn, tmp_path: Path) -> None:
    path = tmp_path / "library.so"
    path.write_bytes(TEXT)
    child, start = loaded(spawn, path)
    found = module_at(child, start)
    check(found, start)
    assert found.module.path == os.fsencode(path)


@PAGES
def test_a_deleted_library_has_them_too(spawn: Spawn, tmp_path: Path) -> None:
    path = tmp_path / "library.so"
    path.write_bytes(TEXT)
    child, start = loaded(spawn, path)
    path.unlink()
    path.write_bytes(b"another file")
    check(module_at(child, start), start)


@PAGES
def test_a_library_in_an_archive_is_a_module(spawn: Spawn, tmp_path: Path) -> None:
    path = tmp_path / "base.apk"
    one, two = write_archive(path, {"lib/one.so": TEXT, "lib/two.so": TEXT}).values()
    archive = path.read_bytes()
    assert (archive.index(TEXT), archive.rindex(TEXT)) == (one, two)
    child = spawn(
        f"{LOAD}\nprint(load(sys.argv[1], {one}), load(sys.argv[1], {two}), flush=True)", str(path)
    )
    for start, name, offset in zip(
        map(int, child.said.split()), (b"lib/one.so", b"lib/two.so"), (one, two), strict=True
    ):
        found = module_at(child, start)
        check(found, start)
        assert found.module.member == ArchiveMember(name, offset, len(TEXT))
        assert (found.module.offset, found.module.base) == (offset, start)
        assert found.module.to_offset(start + 0x2345) == 0x2345


@PAGES
def test_a_damaged_archive_is_reported(spawn: Spawn, tmp_path: Path) -> None:
    path = tmp_path / "base.apk"
    path.write_bytes(b"PK\x03\x04" + bytes(4092) + TEXT)
    child, start = loaded(spawn, path, base=4096)
    found = module_at(child, start)
    assert found.problems == ("not a usable ZIP archive: File is not a zip file",)
    assert (found.layout, found.build_id, found.module.offset) == (None, None, 4096)


@PAGES
def test_without_the_file_there_is_the_image(
    spawn: Spawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "library.so"
    path.write_bytes(TEXT)
    child, start = loaded(spawn, path)
    path.unlink()
    monkeypatch.setattr(backing_search, "routes", without("map_files"))
    found = module_at(child, start)
    assert (found.how, found.build_id, found.bias) == ("memory", BUILD_ID, start)
    (problem,) = found.problems
    assert problem.startswith("only an image: put together from 28672 mapped bytes, with what was")


@PAGES
def test_a_library_that_is_only_read_has_addresses_by_offset(spawn: Spawn, tmp_path: Path) -> None:
    path = tmp_path / "library.so"
    path.write_bytes(TEXT)
    child = spawn(
        MAP.replace("PAGE,", "0,")
        + "memory = mapped(sys.argv[1]); print(hex(address(memory)), flush=True)",
        str(path),
    )
    start = int(child.said, 16)
    found = module_at(child, start)
    assert (found.bias, found.bss, found.relro) == (None, None, None)
    assert found.virtual_address(start + 0x4DE0) == 0x5DE0
    assert found.virtual_address(start + 0x5200) is None
    assert found.virtual_address(start - 1) is None


def test_without_the_extra_build_ids_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "elftools.elf.elffile", None)
    program = next(each for each in process_modules("self") if each.build_id)
    assert program.layout is None
    assert program.problems == ("this needs pyelftools: pip install pyelftools",)


def test_every_library_of_this_process_is_loaded_as_its_headers_say() -> None:
    found = process_modules("self")
    elfs = [each for each in found if each.layout]
    assert len(elfs) >= 3
    for each in elfs:
        assert each.problems == ()
        assert each.bias is not None
        assert each.layout
        for mapping in each.module.mappings:
            offset = each.module.to_offset(mapping.start)
            address = each.virtual_address(mapping.start)
            assert offset is not None
            if address is not None and each.layout.to_offset(address) is not None:
                assert each.layout.to_offset(address) == offset


def test_a_library_that_goes_meanwhile_is_reported(
    spawn: Spawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * 5000)
    child = spawn(
        MAP + "memory = mapped(sys.argv[1]); print(hex(address(memory)), flush=True)",
        str(path),
        wait="sys.stdin.readline(); memory.close(); print(flush=True); sys.stdin.read()",
    )
    original = procmaps.modules

    def late(*arguments: object, **options: object) -> object:
        child.tell(b"close it")
        return original(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(loaded_modules, "modules", late)
    found = next(e for e in process_modules(child.pid) if e.module.path == os.fsencode(path))
    assert len(found.problems) == 1
    assert "does not map the same file" in found.problems[0]


def test_a_process_that_ends_meanwhile_is_an_error(
    spawn: Spawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = spawn("print('ready', flush=True)")
    original = procmaps.modules

    def late(*arguments: object, **options: object) -> object:
        child.kill(collect=True)
        return original(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(loaded_modules, "modules", late)
    with pytest.raises((ProcessGone, procmaps.NoSuchProcess)):
        process_modules(child.pid)


def test_lines_that_cannot_be_read_are_problems(tmp_path: Path) -> None:
    text = b"rubbish\n1000-2000 rw-p 00000000 00:00 0 \n"
    found = process_modules(7, root=fake_procfs(tmp_path / "proc", {7: text}))
    assert len(found) == 0
    assert [each.raw for each in found.problems] == [b"rubbish\n"]
    assert process_modules("self").problems == ()
