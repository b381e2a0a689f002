"""``procmaps addr``: places of addresses, and what symbolizers are given."""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import shlex
from pathlib import Path

import pytest

import procmaps
from procmaps.cli import addr_output
from procmaps.errors import NoBacking
from procmaps.records.mapping import Mapping
from tests.cli.conftest import Run

PID = str(os.getpid())
READ = ctypes.cast(ctypes.CDLL(None).read, ctypes.c_void_p).value or 0
HEAP = next(each for each in procmaps.maps() if each.name.kind == "stack")


def test_a_process(run: Run) -> None:
    found = run("addr", PID, hex(READ), f"{READ + 1:X}")
    assert (found.exit_code, found.stderr) == (0, "")
    heading, first, second = found.stdout.splitlines()
    assert heading.split() == ["address", "perms", "offset", "elf", "build", "id", "name"]
    (place,) = procmaps.locate("self", [READ])
    assert place.build_id is not None
    assert place.path is not None
    assert first.split() == [
        hex(READ),
        "r-xp",
        hex(place.offset or 0),
        hex(place.virtual_address or 0),
        place.build_id.hex(),
        os.fsdecode(place.path),
    ]
    assert second.split()[0] == hex(READ + 1)


def test_a_backtrace_on_standard_input(run: Run) -> None:
    trace = b"#0  0x%016x in read (fd=0x1)\n#1 main.c:3\n" % READ
    found = run("addr", "--json", PID, stdin=trace)
    (place,) = json.loads(found.stdout)["locations"]
    assert place["address"] == hex(READ)
    assert found.stderr == "procmaps: 1 of 2 lines has no address\n"
    nothing = run("addr", PID, stdin=b"main.c:3\n")
    assert nothing.exit_code == 2
    assert nothing.stderr.startswith("procmaps: no address on standard input: a line has one alone")


def test_each_symbolizer_gets_what_it_takes(run: Run) -> None:
    (place,) = procmaps.locate("self", [READ])
    path, address = os.fsdecode(place.path or b""), hex(place.virtual_address or 0)
    again = hex((place.virtual_address or 0) + 4)
    commands = {
        "llvm-symbolizer": f'"{path}" {address}\n"{path}" {again}\n',
        "addr2line": f"addr2line -a -f -C -i -e {shlex.quote(path)} {address} {again}\n",
        "eu-addr2line": f"eu-addr2line -a -f -C -i -e {shlex.quote(path)} {address} {again}\n",
        "blazecli": f"blazecli symbolize elf --path {shlex.quote(path)} {address} {again}\n",
        "debuginfod": f"debuginfod-find debuginfo {(place.build_id or b'').hex()}\n",
    }
    for tool, expected in commands.items():
        found = run("addr", "--for", tool, PID, hex(READ), hex(READ + 4))
        assert (found.stdout, found.stderr, found.exit_code) == (expected, "", 0)


@pytest.mark.parametrize("tool", ["addr2line", "debuginfod"])
def test_addresses_without_a_symbol_are_listed(run: Run, tool: str) -> None:
    found = run("addr", "--for", tool, PID, hex(HEAP.end - 1), hex(READ), "0x1")
    assert found.exit_code == 1
    assert len(found.stdout.splitlines()) == 1
    without, outside = found.stderr.splitlines()
    assert without.startswith(f"procmaps: {HEAP.end - 1:#x} has no ")
    assert "[stack]+0x" in without
    assert outside.startswith("procmaps: no mapping contains 0x1: it is 0x")


def test_a_name_cannot_forge_a_command(run: Run, tmp_path: Path) -> None:
    libc = next(each for each in procmaps.maps() if each.path and b"/libc.so" in each.path)
    for name, is_usable in (("a b;'$(id)", True), ("a\nb", False), ('a"b', False)):
        path = tmp_path / name
        path.write_bytes(Path(os.fsdecode(libc.path or b"")).read_bytes())
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as memory,
        ):
            start = next(m.start for m in procmaps.maps() if m.path == os.fsencode(path))
            found = run("addr", "--for", "addr2line", PID, hex(start + 64))
            assert memory[:4] == b"\x7fELF"
        if is_usable:
            assert shlex.split(found.stdout)[-2:] == [str(path), "0x40"]
        else:
            assert (found.stdout, found.exit_code) == ("", 1)
            assert "cannot be printed in one line" in found.stderr
            assert found.stderr.count("\n") == 1


def test_a_file_that_is_refused_has_its_reason(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    error = NoBacking("process 7", "/proc/7/maps", READ, "a device is mapped there")

    def refuse(_pid: object, _mapping: Mapping) -> bytes:
        raise error

    monkeypatch.setattr(addr_output, "symbol_path", refuse)
    found = run("addr", "--for", "llvm-symbolizer", PID, hex(READ))
    assert (found.stdout, found.exit_code) == ("", 1)
    assert found.stderr == f"procmaps: {READ:#x} has no symbol: {error}\n"


def test_a_dump(run: Run, sample: Path) -> None:
    found = run("addr", str(sample), "401b20")
    assert found.stdout.splitlines()[1] == "0x401b20  r-xp   0x1b20  /usr/bin/dbus-daemon"
    from_stdin = run("addr", "-", "401b20", stdin=sample.read_bytes())
    assert from_stdin.stdout == found.stdout
    outside = run("addr", "--json", str(sample), "e02fff")
    assert outside.exit_code == 1
    (place,) = json.loads(outside.stdout)["locations"]
    assert place["above"]["distance"] == "0x1"
    assert place["below"]["name"]["text"] == "/usr/bin/dbus-daemon"


def test_names_and_lines_cannot_control_a_terminal(run: Run, tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    dump.write_bytes(b"1000-2000 r-xp 00000000 08:01 7 /a\x1b]0;t\x07\xff\nrubbish\x1b[2J\n")
    found = run("addr", str(dump), "1000", "9000")
    assert r"/a\x1b]0;t\x07\xff" in found.stdout
    assert "\x1b" not in found.stdout + found.stderr
    assert "problem in" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("self", "main"), "main is not an address: expected up to 16 hexadecimal digits"),
        (("self", "0x"), "0x is not an address"),
        (("self", ""), "'' is not an address"),
        (("self", "1_0"), "1_0 is not an address"),
        (("self", "-1"), "No such option"),
        (("self", "0x\x1b1"), r"0x\x1b1 is not an address"),
        (("self", "12345678901234567"), "is not an address"),
        (("--for", "gdb", "self", "1"), "unknown tool 'gdb'"),
        (("--for", "addr2line", "x", "1"), "--for needs a process; x is not one"),
        (("--for", "addr2line", "--json", "self", "1"), "--json cannot be used with --for"),
        (("--dialect", "linux", "self", "1"), "--dialect is for dumps"),
        (("2147483647", "1"), "there is no process 2147483647"),
        (("-",), "standard input is the dump, so give the addresses as arguments"),
        (("/no/such", "1"), "cannot read /no/such: No such file or directory"),
    ],
)
def test_wrong_usage_is_refused(run: Run, arguments: tuple[str, ...], message: str) -> None:
    found = run("addr", *arguments)
    assert found.exit_code == 2
    assert message in found.stderr
    assert "\x1b" not in found.stderr


def test_the_call_before_a_return_address_is_looked_up(run: Run) -> None:
    given = [READ, READ + 8, READ + 16]
    wanted = {
        None: given,
        "all": [each - 1 for each in given],
        "callers": [READ, READ + 7, READ + 15],
    }
    for which, addresses in wanted.items():
        option = () if which is None else ("--returns", which)
        found = run("addr", "--json", *option, PID, *map(hex, given))
        places = json.loads(found.stdout)["locations"]
        assert [each["address"] for each in places] == [*map(hex, addresses)], which
        (first,) = procmaps.locate("self", addresses[:1])
        assert places[0]["virtual_address"] == hex(first.virtual_address or 0)
    assert run("addr", "--json", "--returns", "all", PID, "0").exit_code == 1
