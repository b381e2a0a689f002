"""``procmaps modules``: tables, JSON, filters, and files that cannot be read."""

from __future__ import annotations

import json
import mmap
import os
from pathlib import Path

import pytest

import procmaps
from procmaps.live import backing_search
from procmaps.live.backing_routes import Route
from tests.cli.conftest import Run
from tests.live.conftest import children_of_tests
from tests.live.library_loading import LOAD, PAGES, write_archive
from tests.mapped_files.elf_files import BUILD_ID, LIBRARY, LIBRARY_SIZE, elf, note

DUMP = b"""\
00400000-00401000 r--p 00000000 fe:00 5                          /lib/a (deleted)
00401000-00402000 r-xp 00001000 fe:00 5                          /lib/a (deleted)
00404000-00405000 rw-p 00002000 fe:00 5                          /lib/a (deleted)
00500000-00501000 r--p 00020000 fe:00 6                          /x\x1b.apk
00501000-00502000 r-xp 00021000 fe:00 6                          /x\x1b.apk
00600000-00601000 r--p 00000000 fe:00 5                          /lib/a (deleted)
00700000-00701000 r--p 00000000 fe:00 7                          /data
00800000-00801000 rw-p 00000000 00:00 0                          [heap]
"""


def test_a_dump_has_a_line_for_each_file(run: Run) -> None:
    result = run("modules", "-", stdin=DUMP)
    assert result.stdout == (
        "standard input  4 modules\n\n"
        "base    size  text           build id  name\n"
        "400000   20k  401000-402000  ·         /lib/a (deleted)  1 gap\n"
        "500000    8k  501000-502000  ·         /x\\x1b.apk  at 0x20000 in the file\n"
        "600000    4k  ·              ·         /lib/a (deleted)  copy 2\n"
        "700000    4k  ·              ·         /data\n"
    )
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--executable",), ["400000", "500000"]),
        (("--name", "a"), ["400000", "600000"]),
        (("--name", "/lib/*", "--name", "data"), ["400000", "600000", "700000"]),
        (("--name", "nothing"), []),
    ],
)
def test_filters(run: Run, options: tuple[str, ...], names: list[str]) -> None:
    result = run("modules", "--json", *options, "-", stdin=DUMP)
    assert [each["base"][2:] for each in json.loads(result.stdout)["modules"]] == names


def test_json_has_what_is_known(run: Run) -> None:
    first, *_ = json.loads(run("modules", "--json", "-", stdin=DUMP).stdout)["modules"]
    assert first["text"] == {"start": "0x401000", "end": "0x402000"}
    assert first["gaps"] == [{"start": "0x402000", "end": "0x404000"}]
    assert (first["deleted"], first["copy"], first["inode"]) == (True, 0, "5")
    assert {"build_id", "bias", "how", "problems"}.isdisjoint(first)


def test_a_process_has_build_ids(run: Run) -> None:
    result = run("modules", "--json", "--executable", str(os.getpid()))
    found = json.loads(result.stdout)["modules"]
    expected = [each for each in procmaps.process_modules("self") if each.module.text]
    assert [each["start"] for each in found] == [hex(each.module.start) for each in expected]
    assert [each.get("build_id") for each in found] == [
        each.build_id.hex() if each.build_id else None for each in expected
    ]
    assert all(each["how"] for each in found)
    table = run("modules", "self").stdout
    assert all(each["build_id"] in table for each in found if "build_id" in each)


def test_what_cannot_be_read_is_reported(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_route: Route) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(backing_search, "open_route", refuse)
    path = tmp_path / "file"
    path.write_bytes(b"x" * 5000)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ):
        result = run("modules", "--name", "file", "self")
    assert result.exit_code == 1
    assert "image from memory" in result.stdout
    assert result.stderr.startswith(f"procmaps: {path}: only an image: put together from 8192")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("4294967295",), 2, "there is no process 4294967295"),
        (("--dialect", "linux", "self"), 2, "--dialect is for dumps"),
        (("missing.txt",), 2, "cannot read missing.txt"),
    ],
)
def test_bad_input(run: Run, arguments: tuple[str, ...], code: int, message: str) -> None:
    result = run("modules", *arguments)
    assert (result.exit_code, message in result.stderr) == (code, True)


def test_a_damaged_dump_is_shown_and_reported(run: Run) -> None:
    result = run("modules", "-", stdin=DUMP + b"x\n")
    assert result.exit_code == 1
    assert "4 modules" in result.stdout
    assert "1 problem in standard input" in result.stderr


@PAGES
def test_a_library_in_an_archive_has_one_name_everywhere(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "base.apk"
    text = elf(LIBRARY, LIBRARY_SIZE, notes=note())
    offset = write_archive(path, {"lib/one.so": text})["lib/one.so"]
    with children_of_tests() as spawn:
        child = spawn(f"{LOAD}\nprint(hex(load(sys.argv[1], {offset})), flush=True)", str(path))
        listed = run("modules", "--name", "*one.so", str(child.pid)).stdout
        located = run("addr", str(child.pid), child.said.decode()).stdout
    for printed in (listed, located):
        assert printed.endswith(f"  {BUILD_ID.hex()}  {path}!/lib/one.so\n"), printed
