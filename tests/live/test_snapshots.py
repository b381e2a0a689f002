"""Whole maps of running processes, and every reason why there are none."""

from __future__ import annotations

import mmap
import os
import pickle
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import procmaps
from procmaps.errors import (
    AccessDenied,
    FileMissing,
    KernelThread,
    LiveError,
    MainThreadEnded,
    NoSuchProcess,
    NotProcfs,
    ProcessGone,
    Zombie,
)
from procmaps.live.anon_names import address_of
from procmaps.live.proc_file import Target
from procmaps.live.reading import drain, is_complete, open_target
from procmaps.live.snapshots import TORN, first_whole, is_torn
from tests.live.children import AsNobody, Spawn

LINE = b"00400000-00401000 r-xp 00000000 08:01 1                                  /bin/x\n"
REPEATED = LINE + LINE
WAIT_AND_OBEY = "for line in sys.stdin.buffer:\n    obey(line.rstrip())"


def test_this_process_is_seen_as_the_kernel_prints_it() -> None:
    with mmap.mmap(-1, 3 * mmap.PAGESIZE) as memory:
        snapshot = procmaps.maps()
        place = address_of(memory)
        found = snapshot.mapping_at(place)
    assert snapshot.kind == "maps"
    assert not snapshot.problems
    assert found
    assert found.end >= place + 3 * mmap.PAGESIZE
    assert found.usage is None


def test_a_frozen_child_reads_the_same_by_every_way(spawn: Spawn) -> None:
    child = spawn("print('ready', flush=True)")
    child.freeze()
    text = Path(f"/proc/{child.pid}/maps").read_bytes()
    maps, smaps = procmaps.maps(child.pid), procmaps.smaps(child.pid)
    assert procmaps.dumps(maps) == text
    assert [(m.start, m.end, m.perms, m.name) for m in smaps] == [
        (m.start, m.end, m.perms, m.name) for m in maps
    ]
    rss = [m.usage.rss for m in smaps if m.usage and m.usage.rss is not None]
    (rollup,) = procmaps.rollup(child.pid)
    assert rollup.usage
    assert rollup.usage.rss == sum(rss)
    assert (rollup.start, rollup.name.kind) == (maps[0].start, "rollup")


def test_a_large_map_comes_whole(spawn: Spawn) -> None:
    child = spawn("memory = alternating(6000)\nprint('ready', flush=True)")
    child.freeze()
    snapshot = procmaps.maps(child.pid)
    assert len(snapshot) > 6000
    assert procmaps.dumps(snapshot) == Path(f"/proc/{child.pid}/maps").read_bytes()


def test_a_thread_has_the_maps_of_its_process(spawn: Spawn) -> None:
    child = spawn(
        "import threading\n"
        "go = threading.Event()\n"
        "thread = threading.Thread(target=go.wait, daemon=True); thread.start()\n"
        "print(thread.native_id, flush=True)"
    )
    child.freeze()
    tid = int(child.said)
    assert list(procmaps.maps(child.pid, tid=tid)) == list(procmaps.maps(child.pid))
    assert len(procmaps.smaps(child.pid, tid=tid)) == len(procmaps.smaps(child.pid))
    assert list(procmaps.rollup(child.pid, tid=tid)) == list(procmaps.rollup(child.pid))


# --- another procfs root --------------------------------------------------------------------------


def _tree(root: Path, text: bytes, file: str = "maps") -> Path:
    (root / "1234").mkdir()
    (root / "1234" / file).write_bytes(text)
    return root


def test_another_root_is_read_instead(tmp_path: Path) -> None:
    (found,) = procmaps.maps(1234, root=_tree(tmp_path, LINE))
    assert found.name.raw == b"/bin/x"


def test_an_empty_map_without_a_known_cause_is_an_empty_snapshot(tmp_path: Path) -> None:
    assert len(procmaps.maps(1234, root=_tree(tmp_path, b""))) == 0


STAT = b"1234 (a) R (b) R 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0\n"


@pytest.mark.parametrize(
    ("stat", "status", "error"),
    [
        (STAT, b"Name:\ta\nVmSize:\t       0 kB\nVmLck:\n", None),
        (STAT, b"Name:\ta\nVmSize:\t      40 kB\nVmLck:\n", ProcessGone),
        (STAT, b"Name:\ta\\nVmSize:\t      40 kB\nThreads:\t1\n", ProcessGone),
        (STAT.replace(b") R 1", b") X 1"), b"Name:\ta\n", Zombie),
        (STAT.replace(b"4194304", b"2129984"), b"Name:\ta\n", KernelThread),
    ],
    ids=["nothing mapped", "another program", "exiting", "dead", "kernel thread"],
)
def test_an_empty_map_has_its_cause_in_stat_and_status(
    tmp_path: Path, stat: bytes, status: bytes, error: type[LiveError] | None
) -> None:
    root = _tree(tmp_path, b"")
    (root / "1234" / "stat").write_bytes(stat)
    (root / "1234" / "status").write_bytes(status)
    if error is None:
        assert len(procmaps.maps(1234, root=root)) == 0
        return
    with pytest.raises(error) as caught:
        procmaps.maps(1234, root=root)
    assert type(caught.value) is error


def test_the_parser_s_options_reach_it(tmp_path: Path) -> None:
    root = _tree(tmp_path, LINE + b"rubbish\n")
    with pytest.raises(procmaps.ParseError):
        procmaps.maps(1234, root=root)
    snapshot = procmaps.maps(1234, root=root, errors="collect", dialect="linux")
    assert [problem.kind for problem in snapshot.problems] == ["unparsed"]
    assert str(snapshot.dialect) == "linux"


@pytest.mark.parametrize("there", [True, False])
def test_a_root_without_processes_is_no_procfs(tmp_path: Path, there: bool) -> None:
    root = tmp_path if there else tmp_path / "nowhere"
    with pytest.raises(NotProcfs) as caught:
        procmaps.maps(1, root=root)
    assert str(caught.value) == (
        f"cannot read {root}/1/maps: {root} is not a procfs mount: it contains no process "
        "directories. Pass the mount point as root (usually /proc)."
    )
    assert isinstance(caught.value, FileNotFoundError)


def test_a_kernel_without_the_file_is_told_from_a_missing_process(tmp_path: Path) -> None:
    root = _tree(tmp_path, LINE)
    with pytest.raises(FileMissing) as caught:
        procmaps.rollup(1234, root=root)
    assert str(caught.value) == (
        f"cannot read {root}/1234/smaps_rollup: process 1234 exists, but this kernel has no such "
        "file. smaps needs CONFIG_PROC_PAGE_MONITOR; smaps_rollup also needs Linux 4.14. maps "
        "always exists."
    )


# --- processes that cannot be read ----------------------------------------------------------------

Read = Callable[[int], object]

EVERY_WAY: dict[str, tuple[Read, str]] = {
    "maps": (procmaps.maps, "maps"),
    "smaps": (procmaps.smaps, "smaps"),
    "rollup": (procmaps.rollup, "smaps_rollup"),
    "query": (lambda pid: procmaps.query(pid, 0x1000, or_next=True), "maps"),
}
every_way = pytest.mark.parametrize(("read", "file"), EVERY_WAY.values(), ids=EVERY_WAY)


@every_way
def test_a_process_that_has_ended_does_not_exist(read: Read, file: str) -> None:
    with subprocess.Popen(["/bin/true"]) as process:
        pass
    with pytest.raises(NoSuchProcess) as caught:
        read(process.pid)
    assert str(caught.value) == (
        f"cannot read /proc/{process.pid}/{file}: there is no process {process.pid}. It has "
        "ended, or it has this ID only in another PID namespace, or the procfs hides it (mount "
        "option hidepid=)."
    )
    assert isinstance(caught.value, ProcessLookupError)
    assert caught.value.filename == f"/proc/{process.pid}/{file}"


def test_a_thread_that_has_ended_does_not_exist() -> None:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    # join() returns a little before the kernel has let go of the number
    while Path(f"/proc/self/task/{thread.native_id}").exists():
        os.sched_yield()
    with pytest.raises(NoSuchProcess, match=f"no thread {thread.native_id} of the calling process"):
        procmaps.maps(tid=thread.native_id)


@every_way
def test_a_zombie_has_no_map_any_more(read: Read, file: str, spawn: Spawn) -> None:
    child = spawn("open('/proc/self/comm', 'w').write(') Z (')\nprint('ready', flush=True)")
    child.kill(collect=False)
    with pytest.raises(Zombie) as caught:
        read(child.pid)
    assert str(caught.value) == (
        f"cannot read /proc/{child.pid}/{file}: process {child.pid} () Z () is a zombie. It "
        "has ended and has no memory map any more; only its exit status is left for its parent "
        "to collect."
    )


@every_way
def test_a_process_whose_main_thread_has_ended_names_one_that_runs_on(
    read: Read, file: str, spawn: Spawn
) -> None:
    child = spawn(
        "import threading\n"
        "open('/proc/self/comm', 'w').write('main')\n"
        "thread = threading.Thread(target=sys.stdin.read)\n"
        "thread.start()\n"
        "print(thread.native_id, flush=True)",
        wait="libc.pthread_exit(None)",
    )
    while Path(f"/proc/{child.pid}/maps").read_bytes():
        os.sched_yield()
    thread = int(child.said)
    with pytest.raises(MainThreadEnded) as caught:
        read(child.pid)
    assert str(caught.value) == (
        f"cannot read /proc/{child.pid}/{file}: the main thread of process {child.pid} (main) has "
        "ended, so that file is empty. Other threads still run and have the memory map: pass the "
        f"ID of one of them, {thread}, in place of the process ID."
    )
    assert isinstance(caught.value, ProcessLookupError)
    assert read(thread)


def _kernel_threads_visible() -> bool:
    try:
        return Path("/proc/2/comm").read_bytes() == b"kthreadd\n"
    except OSError:
        return False


@pytest.mark.xfail(
    not _kernel_threads_visible(),
    run=False,
    reason="kernel threads are not visible in this PID namespace",
)
@every_way
def test_a_kernel_thread_never_has_a_map(read: Read, file: str) -> None:
    with pytest.raises(KernelThread) as caught:
        read(2)
    assert str(caught.value) == (
        f"cannot read /proc/2/{file}: process 2 (kthreadd) is a kernel thread. It runs "
        "inside the kernel and has no memory map; skip it."
    )


@every_way
def test_another_user_s_process_is_denied(read: Read, file: str, as_nobody: AsNobody) -> None:
    pid = os.getpid() if os.geteuid() == 0 else 1
    with pytest.raises(AccessDenied) as caught:
        as_nobody(lambda: read(pid))
    user = 65534 if os.geteuid() == 0 else os.geteuid()
    assert str(caught.value) == (
        f"cannot read /proc/{pid}/{file}: process {pid} belongs to user 0, but the caller is "
        f"user {user}. Run as that user or as root, or with CAP_SYS_PTRACE in the user namespace "
        "of that process. (A process that is not dumpable, after a set-user-ID program or "
        "prctl(PR_SET_DUMPABLE), requires the capability even from its owner; yama's "
        "ptrace_scope makes no difference here.)"
    )
    assert isinstance(caught.value, PermissionError)


def test_denied_to_the_owner_does_not_blame_the_owner() -> None:
    text = str(AccessDenied("process 9", "/proc/9/maps", 7, 7))
    assert text.startswith("cannot read /proc/9/maps: user 7 may not inspect process 9. Run as")


def test_denied_to_root_does_not_send_for_root() -> None:
    assert str(AccessDenied("process 1", "/proc/1/maps", 0, 0)) == (
        "cannot read /proc/1/maps: user 0 may not inspect process 1. Root needs CAP_SYS_PTRACE "
        "in the user namespace of that process; containers often lack it. (A process that is not "
        "dumpable, after a set-user-ID program or prctl(PR_SET_DUMPABLE), requires the capability "
        "even from its owner; yama's ptrace_scope makes no difference here.)"
    )


# --- processes that go away while they are read ---------------------------------------------------


@pytest.mark.parametrize("collect", [True, False])
def test_an_end_in_mid_read_is_not_taken_for_the_end_of_the_map(
    collect: bool, spawn: Spawn
) -> None:
    child = spawn("memory = alternating(3000)\nprint('ready', flush=True)")
    target = Target(child.pid, "maps")
    with open_target(target) as file:
        assert file.read(100)
        child.kill(collect=collect)
        with pytest.raises(ProcessGone) as caught:
            drain(file, target)
    size = len(caught.value.partial)
    assert 0 < size < 8192
    assert caught.value.partial.endswith(b"\n")
    assert str(caught.value) == (
        f"cannot read all of /proc/{child.pid}/maps: process {child.pid} ended or replaced its "
        f"program (execve(2)) during the read. The first {size} bytes are in this error's "
        "`partial`. If the process still exists, read again."
    )


def test_an_exec_in_mid_read_is_not_taken_for_the_end_of_the_map(spawn: Spawn) -> None:
    code = "memory = alternating(3000)\nprint('ready', flush=True)"
    child = spawn(code, wait="sys.stdin.buffer.raw.read(1)\nos.execv('/bin/cat', ['cat'])")
    target = Target(child.pid, "maps")
    with open_target(target) as file:
        assert file.read(100)
        assert child.tell(b"xhello") == b"hello"  # it is cat that answers
        with pytest.raises(ProcessGone):
            drain(file, target)
    assert b"/cat" in procmaps.dumps(procmaps.maps(child.pid))


def test_gone_before_the_first_byte_says_what_became_of_it(spawn: Spawn) -> None:
    child = spawn("print('ready', flush=True)")
    target = Target(child.pid, "maps")
    with open_target(target) as file:
        child.kill(collect=False)
        with pytest.raises(Zombie):
            drain(file, target)
        child.process.wait()
        file.seek(0)
        with pytest.raises(NoSuchProcess):
            drain(file, target)


def test_gone_after_the_last_byte_is_noticed_too(spawn: Spawn) -> None:
    child = spawn("print('ready', flush=True)")
    target = Target(child.pid, "maps")
    with open_target(target) as file:
        assert is_complete(file, target)
        child.kill(collect=False)
        assert not is_complete(file, target)
        child.process.wait()
        assert not is_complete(file, target)


def test_a_rollup_of_a_process_that_has_just_ended_is_a_zombie_s(spawn: Spawn) -> None:
    child = spawn("print('ready', flush=True)")
    target = Target(child.pid, "smaps_rollup")
    with open_target(target) as file:
        child.kill(collect=False)
        with pytest.raises(Zombie):
            drain(file, target)


# --- torn reads -----------------------------------------------------------------------------------


def test_a_mapping_that_grows_between_two_reads_is_reported(spawn: Spawn) -> None:
    code = (
        "memory = alternating(2000)\n"
        "def obey(line):\n"
        "    place, access = line.split(b' ')\n"
        "    protect(int(place, 16), PAGE, int(access))\n"
        "    print('done', flush=True)\n"
        "print(hex(address(memory)), flush=True)"
    )
    child = spawn(code, wait=WAIT_AND_OBEY)
    first = int(child.said, 16)
    target = Target(child.pid, "maps")
    with open_target(target) as file:
        begun = b""
        while True:
            begun += file.read(1 << 16)
            last = procmaps.loads(begun)[-1]
            if first < last.start < first + 1000 * mmap.PAGESIZE:
                break
        # The mapping behind the last one printed becomes one with it.
        access = mmap.PROT_READ * last.perms.read | mmap.PROT_WRITE * last.perms.write
        assert child.tell(b"%x %d" % (last.end, access)) == b"done"
        torn = procmaps.loads(begun + drain(file, target))
    assert is_torn(torn)
    assert {problem.kind for problem in torn.problems} <= TORN
    assert not procmaps.maps(child.pid).problems


def test_a_torn_text_is_read_again_and_the_last_one_reported() -> None:
    texts = [REPEATED, REPEATED, LINE, b""]
    left = iter(texts)

    def read() -> procmaps.Snapshot:
        return procmaps.loads(next(left))

    assert first_whole(read, 1).dumps() == REPEATED
    assert list(left) == texts[2:]
    left = iter(texts)
    assert first_whole(read, 3).dumps() == LINE
    assert list(left) == texts[3:]
    left = iter(texts)
    assert [problem.kind for problem in first_whole(read, 0).problems] == ["repeated"]


def test_what_stays_torn_is_returned_with_its_problems(tmp_path: Path) -> None:
    snapshot = procmaps.maps(1234, root=_tree(tmp_path, REPEATED), retries=2)
    assert snapshot.dumps() == REPEATED
    assert [problem.kind for problem in snapshot.problems] == ["repeated"]


def test_reading_while_threads_map_and_unmap_loses_no_line(spawn: Spawn) -> None:
    code = (
        "import threading\n"
        "memory = alternating(1500)\n"
        "start = address(memory)\n"
        "def churn(first):\n"
        "    while True:\n"
        "        for page in range(first, 1500, 7):\n"
        "            protect(start + page * PAGE, PAGE, mmap.PROT_READ)\n"
        "            mmap.mmap(-1, PAGE).close()\n"
        "            protect(start + page * PAGE, PAGE, mmap.PROT_READ | mmap.PROT_WRITE)\n"
        "for first in (1, 4):\n"
        "    threading.Thread(target=churn, args=(first,), daemon=True).start()\n"
        "print('ready', flush=True)"
    )
    child = spawn(code)
    for _ in range(40):
        raw = procmaps.maps(child.pid, retries=0)
        assert {problem.kind for problem in raw.problems} <= TORN
        assert is_torn(raw) == bool(raw.problems)
    child.freeze()
    assert not procmaps.maps(child.pid, retries=0).problems


# --- arguments and errors as values ---------------------------------------------------------------


@pytest.mark.parametrize("pid", [0, -1, True, "1", "thread-self", 1.0, None])
def test_a_pid_is_a_number_from_1_or_self(pid: object) -> None:
    with pytest.raises(ValueError) as caught:
        procmaps.maps(pid)  # type: ignore[arg-type]
    assert str(caught.value) == f'pid must be a number from 1 or "self", not {pid!r}'


def test_a_tid_and_retries_are_numbers() -> None:
    with pytest.raises(ValueError) as caught:
        procmaps.maps(tid=0)
    assert str(caught.value) == "tid must be a number from 1, not 0"
    with pytest.raises(ValueError) as caught:
        procmaps.maps(retries=-1)
    assert str(caught.value) == "retries must be 0 or more, not -1"


def test_an_error_travels_between_processes() -> None:
    error = ProcessGone("process 5", "/proc/5/maps", LINE)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made in this very line
    assert isinstance(copy, ProcessGone)
    assert isinstance(copy, LiveError)
    assert (copy.who, copy.path, copy.partial) == (error.who, error.path, LINE)
    assert (copy.errno, copy.filename) == (error.errno, "/proc/5/maps")
    assert str(copy) == str(error)
    assert copy == error
