"""``procmaps find``: the questions, the conditions, and what is said about the rest."""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from procmaps.cli import find_output
from procmaps.cli.find_output import MappingReport
from procmaps.errors import AccessDenied, KernelThread
from procmaps.live.gaps import Gap
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import FilePath
from procmaps.records.perms import Perms
from procmaps.search import finding
from procmaps.search.found import FoundMapping, FoundMappings
from tests.cli.conftest import Process, Run

PID = str(os.getpid())
CODE = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC


@pytest.fixture
def code() -> Iterator[None]:
    """Map code in memory, private and shared."""
    private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    with mmap.mmap(-1, 1 << 20, flags=private, prot=CODE), mmap.mmap(-1, 1 << 21, prot=CODE):
        yield


@pytest.mark.usefixtures("code")
def test_ready_questions(run: Run) -> None:
    wx = run("find", "--wx", PID)
    assert wx.exit_code == 0
    heading, *lines = wx.stdout.splitlines()
    assert heading.split() == ["pid", "command", "address", "size", "perms", "name"]
    assert {tuple(line.split())[3:] for line in lines} >= {
        ("1.0M", "rwxp"),
        ("2.0M", "rwxs", "/dev/zero", "(deleted)"),
    }
    assert all(line.split()[0] == PID for line in lines)
    anonymous = run("find", "--anon-exec", "--min-size", "2M", PID)
    assert "/dev/zero (deleted)\n" in anonymous.stdout
    assert "  1.0M  " not in anonymous.stdout


def test_deleted_code_is_found(run: Run, tmp_path: Path) -> None:
    library = tmp_path / "lib\x1b[2Jhostile.so.1"
    library.write_bytes(bytes(mmap.PAGESIZE))
    with library.open("rb") as file:
        memory = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ | mmap.PROT_EXEC)
    library.unlink()
    found = run("find", "--deleted", PID)
    by_name = run("find", "--lib", "lib*hostile", "--fail-if-found", PID)
    memory.close()
    assert f"  r-xs   deleted  {tmp_path}/lib\\x1b[2Jhostile.so.1 (deleted)\n" in found.stdout
    assert by_name.exit_code == 1
    assert len(by_name.stdout.splitlines()) == 2


def test_a_memfd_with_code_is_found(run: Run) -> None:
    descriptor = os.memfd_create("payload")
    os.ftruncate(descriptor, mmap.PAGESIZE)
    with mmap.mmap(descriptor, 0, prot=mmap.PROT_READ | mmap.PROT_EXEC):
        found = run("find", "--memfd-exec", "--label", "payload", "--json", PID)
    os.close(descriptor)
    (each,) = json.loads(found.stdout)["found"]
    assert each["mapping"]["name"]["kind"] == "memfd"
    assert "state" not in each


def test_nothing_found_is_no_error(run: Run) -> None:
    found = run("find", "--lib", "no such library", "--fail-if-found", PID)
    assert (found.exit_code, found.stdout) == (0, "")
    assert found.stderr == "procmaps: no mapping of 1 process matches\n"


def test_processes_are_listed_for_other_programs(run: Run) -> None:
    assert run("find", "--kind", "stack", "--pids", PID).stdout == f"{PID}\n"
    assert run("find", "--near-limit", "--percent", "0", "-l", PID).stdout == f"{PID}\n"


def test_build_ids_are_a_column(run: Run) -> None:
    lines = run("find", "--lib", "libc", "--build-ids", PID).stdout.splitlines()
    heading = lines[0].split("  ")
    assert "build id" in heading
    build_id = lines[1].split()[5]
    assert run("find", "--build-id", build_id[:12], "--pids", PID).stdout == f"{PID}\n"


def test_near_the_limit(run: Run) -> None:
    found = run("find", "--near-limit", PID)
    limit = int(Path("/proc/sys/vm/max_map_count").read_text())
    assert found.stderr == f"procmaps: none of 1 process is near vm.max_map_count, {limit}\n"
    heading, line, _, last = run("find", "--near-limit", "--percent", "0", PID).stdout.splitlines()
    assert heading.split() == ["pid", "mappings", "used", "command"]
    assert line.split()[0] == PID
    assert last == f"vm.max_map_count is {limit}"


def test_a_named_process_that_cannot_be_read_is_an_error(run: Run) -> None:
    found = run("find", "--wx", "2147483647")
    assert found.exit_code == 2
    assert found.stderr.count("there is no process 2147483647") == 1
    assert run("find", "--wx", "nobody").stderr == "procmaps: nobody is not a process ID\n"


def fake(monkeypatch: pytest.MonkeyPatch, result: FoundMappings) -> None:
    """Let every search have *result*."""

    def search(*_: object, **__: object) -> FoundMappings:
        return result

    monkeypatch.setattr(finding, "find_mappings", search)


KERNEL = KernelThread("process 2", "/proc/2/maps", "kthreadd")
DENIED = AccessDenied("process 1", "/proc/1/maps", 0, 65534)


def test_processes_that_were_not_searched_are_listed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(monkeypatch, FoundMappings((), 2, (Gap(2, KERNEL), Gap(1, DENIED)), {9: 7, 8: 7}))
    everywhere = run("find", "--wx")
    assert everywhere.exit_code == 0
    assert everywhere.stderr == (
        "procmaps: no mapping of 2 processes matches\n"
        "procmaps: searched once, for they share an address space: 9 (as 7), 8 (as 7)\n"
        "procmaps: 1 process could not be read: permission denied; run as root or as their user "
        "(PID 1)\n"
    )
    named = run("find", "--wx", "1", "2")
    assert named.exit_code == 2
    assert "cannot read /proc/1/maps" in named.stderr
    assert "kernel thread" not in named.stderr
    record = json.loads(run("find", "--wx", "--json").stdout)
    assert [(gap["pid"], gap["reason"]) for gap in record["gaps"]] == [
        (2, "memoryless"),
        (1, "refused"),
    ]
    assert record["twins"] == [{"pid": 9, "same_as": 7}, {"pid": 8, "same_as": 7}]


def test_names_and_commands_cannot_control_a_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = b"/a\x1b]0;title\x07\n\xff"
    name = FilePath(hostile)
    mapping = Mapping(4096, 8192, Perms.from_text("r-xp"), 0, Device(8, 1), 7, name)
    fake(monkeypatch, FoundMappings((FoundMapping(1, mapping, "replaced"),), 1))

    def command(_: int) -> bytes:
        return b"\x1b[2J\n"

    monkeypatch.setattr(find_output, "command_of", command)
    printed = run("find", "--wx").stdout
    assert printed.splitlines()[1] == (
        r"  1  \x1b[2J\x0a  00001000-00002000    4k  r-xp   replaced  /a\x1b]0;title\x07\x0a\xff"
    )


def test_a_narrow_terminal_shortens_names(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for line in run("find", "--lib", "libc", PID).stdout.splitlines()[1:]:
        assert line.endswith("…/libc.so.6")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give a condition, such as --lib libssl or --wx"),
        (("--wx", "--deleted"), "--deleted cannot be used with --wx: ask one question at a time."),
        (("--wx", "--perms", "r"), "--wx cannot be used with --perms"),
        (("--near-limit", "--lib", "x"), "--near-limit cannot be used with --lib"),
        (("--wx", "--percent", "3"), "--percent needs --near-limit"),
        (("--pids", "--json", "--wx"), "--pids cannot be used with --json"),
        (("--min-size", "4q"), "'4q' is not a size; give bytes or a unit, such as 65536 or 64k"),
        (("--build-id", "zz"), "a build ID must be pairs of hexadecimal digits, not 'zz'"),
        (("--device", "\x1bz"), r"invalid device"),
        (("--kind", "pile"), "unknown kind 'pile'"),
        (("--file", "/no/such\x1bfile"), r"cannot read /no/such\x1bfile: No such file"),
    ],
)
def test_wrong_usage_is_refused(run: Run, arguments: tuple[str, ...], message: str) -> None:
    found = run("find", *arguments)
    assert found.exit_code == 2
    assert message in found.stderr
    assert "\x1b" not in found.stderr


def test_a_report_without_a_state_has_no_column_for_it() -> None:
    assert MappingReport(FoundMappings((), 0), build_ids=False).pids == ()


def test_other_users_processes_are_listed(process: Process) -> None:
    ran = process("find", "--kind", "vdso", "--json")
    record = json.loads(ran.stdout)
    assert os.getpid() in {each["pid"] for each in record["found"]}
    assert {"refused", "failed", "memoryless", "ended"} >= {gap["reason"] for gap in record["gaps"]}
