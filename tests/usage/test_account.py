"""`account`: keys, trees, the three states of a figure, and errors."""

from __future__ import annotations

import errno
import os
import pickle
import subprocess
import sys

import pytest

import procmaps
from procmaps import AccessDenied, NoFigures, NoSuchProcess, ReadFailed, loads
from procmaps.usage import FIGURES, Account, Gap, account, account_to_json
from tests.live.children import AsNobody

SMAPS = loads(
    b"00400000-00402000 r-xp 00000000 08:02 1 /bin/app\nRss: 8 kB\nPss: 4 kB\n"
    b"00402000-00403000 rw-p 00000000 00:00 0\nRss: 4 kB\nPss: 4 kB\n"
    b"01000000-01004000 rw-p 00000000 00:00 0 [heap]\nRss: 16 kB\nPss: 16 kB\n"
    b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0 [anon: glibc: malloc arena]\n"
    b"Rss: 4 kB\nPss: 4 kB\n"
    b"7f0000001000-7f0000002000 rw-p 00000000 00:00 0 [anon: glibc: pthread stack: 12]\n"
    b"Rss: 4 kB\nPss: 4 kB\n"
    b"7f0000003000-7f0000004000 rw-p 00000000 00:00 0 [anon: glibc: pthread stack: 13]\n"
    b"Rss: 4 kB\nPss: 4 kB\n"
)


def outline(found: Account) -> list[tuple[int, object, int | None]]:
    """Return depth, name and Rss in kB of every group."""
    return [
        (depth, group.name, None if group.usage.rss is None else group.usage.rss // 1024)
        for depth, group in found.total.walk()
    ]


def test_labels_are_exact() -> None:
    assert outline(account(SMAPS, "label")) == [
        (0, None, 28),
        (0, b" glibc: malloc arena", 4),
        (0, b" glibc: pthread stack: 12", 4),
        (0, b" glibc: pthread stack: 13", 4),
    ]


def test_groups_are_folded_and_placed_in_a_tree() -> None:
    assert outline(account(SMAPS, "group")) == [
        (0, None, 20),
        (0, b"glibc", 12),
        (1, b"pthread stack", 8),
        (1, b"malloc arena", 4),
        (0, b"/bin/app", 8),
    ]


def test_owners_are_allocators_files_and_kinds() -> None:
    assert outline(account(SMAPS, "owner")) == [
        (0, "heap", 16),
        (0, b"glibc", 12),
        (0, b"/bin/app", 8),
        (0, "anonymous", 4),
    ]


def test_a_chain_of_keys_is_a_tree() -> None:
    assert outline(account(SMAPS, ("kind", "label", "perms"))) == [
        (0, "heap", 16),
        (1, None, 16),
        (2, "rw-p", 16),
        (0, "anon", 12),
        (1, b" glibc: malloc arena", 4),
        (2, "rw-p", 4),
        (1, b" glibc: pthread stack: 12", 4),
        (2, "rw-p", 4),
        (1, b" glibc: pthread stack: 13", 4),
        (2, "rw-p", 4),
        (0, "file", 8),
        (1, None, 8),
        (2, "r-xp", 8),
        (0, "anonymous", 4),
        (1, None, 4),
        (2, "rw-p", 4),
    ]


def test_find_follows_names() -> None:
    found = account(SMAPS, ("kind", "group"))
    stacks = found.find("anon", b"glibc", b"pthread stack")
    assert stacks
    assert (stacks.mappings, stacks.size, stacks.usage.rss) == (2, 8192, 8192)
    assert found.find("anon", b"nothing") is None


def test_no_key_is_the_total_alone() -> None:
    found = account(SMAPS, ())
    assert (found.groups, found.total.mappings) == ((), 6)


# --- absent, refused and zero ---------------------------------------------------------------------


def test_absent_and_zero_differ() -> None:
    total = account(loads(b"1000-2000 rw-p 00000000 00:00 0\nRss: 0 kB\n")).total
    assert (total.figure("rss").value, total.figure("rss").state) == (0, "complete")
    assert (total.figure("pss").value, total.figure("pss").state) == (None, "absent")
    assert (total.usage.rss, total.usage.pss, total.usage.uss) == (0, None, None)
    assert total.figures == ("rss",)


def test_a_figure_that_some_mappings_lack_is_partial() -> None:
    total = account(
        loads(
            b"1000-2000 rw-p 00000000 00:00 0\nRss: 4 kB\nPss: 4 kB\n"
            b"2000-3000 rw-p 00000000 00:00 0\nRss: 4 kB\n"
        )
    ).total
    figure = total.figure("pss")
    assert (figure.value, figure.state, figure.absent) == (4096, "partial", 1)


def denied(pid: int) -> tuple[int, AccessDenied]:
    return pid, AccessDenied(f"process {pid}", f"/proc/{pid}/smaps", 0, 1000)


def test_refused_processes_are_counted_and_kept() -> None:
    pid = 2**22 + 1
    found = account([(2**22, SMAPS), denied(pid)], "process")
    assert found.gaps == (Gap(*denied(pid)),)
    refused = found.find(pid)
    assert refused
    assert (refused.refused, refused.mappings) == (1, 0)
    assert refused.figure("pss").state == "refused"
    assert found.total.figure("pss").state == "partial"
    assert found.total.figure("pss").refused == 1


def test_a_process_whose_file_cannot_be_opened_is_missing_too() -> None:
    pid = 2**22
    failed = ReadFailed(f"process {pid}", f"/proc/{pid}/smaps", errno.EMFILE)
    found = account([(pid, failed), (pid + 1, SMAPS)])
    assert found.total.figure("rss").state == "partial"
    assert account_to_json(found)["gaps"] == [
        {"pid": pid, "reason": "failed", "message": str(failed)}
    ]


def test_only_refused_processes_leave_nothing_but_a_refusal() -> None:
    total = account([denied(2**22)]).total
    assert {total.figure(name).state for name in FIGURES} == {"refused"}


def test_an_ended_process_is_a_gap_and_no_refusal() -> None:
    pid = 2**22
    gone = NoSuchProcess(f"process {pid}", f"/proc/{pid}/smaps")
    found = account([(pid, gone)], "process")
    assert found.gaps == (Gap(pid, gone),)
    assert (found.total.refused, found.groups) == (0, ())


def test_the_kernel_refuses_figures_of_other_users(as_nobody: AsNobody) -> None:
    own = os.getpid()
    if os.geteuid() != 0:
        pytest.skip("only root has processes that a child without rights may not read")
    found = as_nobody(
        lambda: account(procmaps.iter_snapshots([own], "smaps", errors="collect"), "process")
    )
    assert found.total.figure("rss").state == "refused"
    (gap,) = found.gaps
    assert isinstance(gap.error, AccessDenied)


# --- processes ------------------------------------------------------------------------------------


def test_commands_and_users_are_those_of_procfs() -> None:
    command = [sys.executable, "-I", "-S", "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        try:
            found = account(
                procmaps.iter_snapshots([child.pid], "smaps", errors="collect"),
                ("user", "command", "process"),
            )
        finally:
            child.kill()
    ((user, command_group, process),) = (
        (one, two, three) for one in found.groups for two in one.groups for three in two.groups
    )
    assert user.name == os.geteuid()
    assert isinstance(command_group.name, bytes)
    assert process.name == child.pid


# --- errors ---------------------------------------------------------------------------------------


def test_maps_has_no_figures() -> None:
    snapshot = loads(b"1000-2000 rw-p 00000000 00:00 0 [heap]\n")
    with pytest.raises(NoFigures) as caught:
        account(snapshot)
    assert caught.value == NoFigures(1)
    assert "Collect /proc/PID/smaps" in str(caught.value)
    sizes = account(snapshot, "kind", sizes_only=True)
    assert (sizes.total.size, sizes.total.usage.size, sizes.total.figures) == (4096, None, ())


def test_a_rollup_without_fields_has_no_figures() -> None:
    snapshot = loads(b"1000-2000 ---p 00000000 00:00 0 [rollup]\n")
    assert snapshot.kind == "smaps_rollup"
    for source in (snapshot, snapshot[:]):
        with pytest.raises(NoFigures):
            account(source, "kind")
        assert account(source, "kind", sizes_only=True).total.size == 4096


def test_an_empty_text_is_an_empty_account() -> None:
    assert account(loads(b"")).total.mappings == 0


def test_a_rollup_is_one_record() -> None:
    text = b"1000-9000 ---p 00000000 00:00 0 [rollup]\nRss: 8 kB\nPss: 5 kB\nPss_Anon: 5 kB\n"
    total = account(loads(text)).total
    assert (total.usage.pss, total.usage.pss_anon, total.figure("pss").bound) == (5120, 5120, 1024)


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ("labels", "unknown key 'labels'; known are: group, owner, kind, label"),
        (("kind", "kind"), "the key 'kind' is given twice"),
    ],
)
def test_rejects_unknown_and_repeated_keys(by: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        account(SMAPS, by)  # type: ignore[arg-type]


def test_rejects_other_sources() -> None:
    with pytest.raises(TypeError, match=r"found a Snapshot in the list$"):
        account([SMAPS])  # type: ignore[list-item]


def test_rejects_unknown_figures() -> None:
    with pytest.raises(KeyError):
        account(SMAPS).total.figure("vss")


def test_an_account_can_be_pickled() -> None:
    found = account([(2**22, SMAPS), denied(2**22 + 1)], ("process", "group"))
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - made here


NEW_FIELD = procmaps.loads(
    b"1000-2000 rw-p 00000000 00:00 0 [heap]\nRss: 8 kB\nNew_Pages:       4 kB\nShade: red\n"
    b"2000-3000 rw-p 00000000 00:00 0 [stack]\nRss: 4 kB\nNew_Pages:      12 kB\n"
)


@pytest.mark.parametrize("source", [NEW_FIELD, NEW_FIELD[:]])
def test_unknown_fields_are_summed_only_if_asked_for(
    source: procmaps.Snapshot | procmaps.Mappings,
) -> None:
    assert account(source, "kind").total.unknown == {}
    found = account(source, "kind", unknown=True)
    assert found.total.unknown == {b"New_Pages": 16384}
    assert {group.name: group.unknown for group in found.groups} == {
        "heap": {b"New_Pages": 4096}, "stack": {b"New_Pages": 12288},
    }  # fmt: skip
    record = account_to_json(found)["total"]
    assert isinstance(record, dict)
    key = {"text": "New_Pages", "base64": "TmV3X1BhZ2Vz"}
    assert record["unknown"] == [{"key": key, "value": 16384}]
