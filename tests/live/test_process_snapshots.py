"""Whole maps of running processes, and every reason why they cannot be read."""

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
from procmaps.live.proc_file_path import ProcFile
from procmaps.live.process_snapshots import first_untorn, is_torn
from procmaps.live.read_proc_file import is_complete, open_file, read_text
from procmaps.snapshots.problems import DISORDER
from tests.live.children import AsNobody, Spawn

LINE = b"00400000-00401000 r-xp 00000000 08:01 1                                  /bin/x\n"
REPEATED = LINE + LINE
WAIT_AND_OBEY = "for line in sys.stdin.buffer:\n    obey(line.rstrip())"


def test_maps_without_a_pid_reads_this_process() -> None:
    with mmap.mmap(-1, 3 * mmap.PAGESIZE) as memory:
        snapshot = procmaps.maps()
        address = address_of(memory)
        found = snapshot.mapping_at(address)
    assert snapshot.kind == "maps"
    assert not snapshot.problems
    assert found
    assert found.end >= address + 3 * mmap.PAGESIZE
    assert found.usage is None


Address = tuple[int, int, procmaps.Perms, procmaps.Name]


def _lines(snapshot: procmaps.Snapshot) -> list[Address]:
    """The properties of a stopped process that nothing changes. Its usage is none of them."""
    return [(m.start, m.end, m.perms, m.name) for m in snapshot]


def _rss(snapshot: procmaps.Snapshot) -> int:
    return sum(m.usage.rss for m in snapshot if m.usage and m.usage.rss is not None)


def test_maps_smaps_and_rollup_of_a_stopped_process_agree(spawn: Spawn) -> None:
    # Without huge pages the kernel can only take pages away from a stopped process.
    child = spawn("libc.prctl(41, 1, 0, 0, 0)  # PR_SET_THP_DISABLE\nprint('ready', flush=True)")
    child.freeze()
    text = Path(f"/proc/{child.pid}/maps").read_bytes()
    maps, before = procmaps.maps(child.pid), procmaps.smaps(child.pid)
    (rollup,) = procmaps.rollup(child.pid)
    after = procmaps.smaps(child.pid)
    assert procmaps.dumps(maps) == text
    assert _lines(before) == _lines(maps)
    assert rollup.usage
    assert rollup.usage.rss
    assert _rss(before) >= rollup.usage.rss >= _rss(after)
    assert (rollup.start, rollup.name.kind) == (maps[0].start, "rollup")


def test_a_large_map_is_read_completely(spawn: Spawn) -> None:
    child = spawn("memory = alternating(6000)\nprint('ready', flush=True)")
    child.freeze()
    snapshot = procmaps.maps(child.pid)
    assert len(snapshot) > 6000
    assert procmaps.dumps(snapshot) == Path(f"/proc/{child.pid}/maps").read_bytes()


def test_a_thread_has_the_memory_of_its_process(spawn: Spawn) -> None:
    size = 1 << 20
    child = spawn(
        "import threading\n"
        f"memory = mmap.mmap(-1, {size}, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        f"memory.write(b'x' * {size})\n"
        "go = threading.Event()\n"
        "thread = threading.Thread(target=go.wait, daemon=True); thread.start()\n"
        "print(thread.native_id, address(memory), flush=True)"
    )
    child.freeze()
    tid, address = map(int, child.said.split())
    for read in (procmaps.maps, procmaps.smaps, procmaps.rollup):
        assert _lines(read(child.pid, tid=tid)) == _lines(read(child.pid))
    found = procmaps.smaps(child.pid, tid=tid).overlapping(address, address + size)
    usages = [mapping.usage for mapping in found if mapping.usage]
    private = sum((usage.private_dirty or 0) + (usage.swap or 0) for usage in usages)
    assert private >= size
    (rollup,) = procmaps.rollup(child.pid, tid=tid)
    assert rollup.usage
    assert (rollup.usage.private_dirty or 0) + (rollup.usage.swap or 0) >= size


# --- another procfs root --------------------------------------------------------------------------


def _tree(root: Path, text: bytes, file: str = "maps") -> Path:
    (root / "1234").mkdir()
    (root / "1234" / file).write_bytes(text)
    return root


def test_root_selects_another_procfs(tmp_path: Path) -> None:
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
def test_stat_and_status_explain_an_empty_map(
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


def test_errors_and_dialect_are_passed_to_loads(tmp_path: Path) -> None:
    root = _tree(tmp_path, LINE + b"rubbish\n")
    with pytest.raises(procmaps.ParseError):
        procmaps.maps(1234, root=root)
    snapshot = procmaps.maps(1234, root=root, errors="collect", dialect="linux")
    assert [problem.kind for problem in snapshot.problems] == ["unparsed"]
    assert str(snapshot.dialect) == "linux"


@pytest.mark.parametrize("there", [True, False])
def test_rejects_a_root_without_processes(tmp_path: Path, there: bool) -> None:
    root = tmp_path if there else tmp_path / "nowhere"
    with pytest.raises(NotProcfs) as caught:
        procmaps.maps(1, root=root)
    assert str(caught.value) == (
        f"cannot read {root}/1/maps: {root} is not a procfs mount: it contains no process "
        "directories. Pass the mount point as root (usually /proc)."
    )
    assert isinstance(caught.value, FileNotFoundError)


def test_a_missing_file_is_not_a_missing_process(tmp_path: Path) -> None:
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

READERS: dict[str, tuple[Read, str]] = {
    "maps": (procmaps.maps, "maps"),
    "smaps": (procmaps.smaps, "smaps"),
    "rollup": (procmaps.rollup, "smaps_rollup"),
    "query": (lambda pid: procmaps.query(pid, 0x1000, or_next=True), "maps"),
}
every_reader = pytest.mark.parametrize(("read", "file"), READERS.values(), ids=READERS)


@every_reader
def test_an_ended_process_does_not_exist(read: Read, file: str) -> None:
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


def test_an_ended_thread_does_not_exist() -> None:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    # join() returns a little before the kernel has let go of the number
    while Path(f"/proc/self/task/{thread.native_id}").exists():
        os.sched_yield()
    with pytest.raises(NoSuchProcess, match=f"no thread {thread.native_id} of the calling process"):
        procmaps.maps(tid=thread.native_id)


@every_reader
def test_a_zombie_has_no_map(read: Read, file: str, spawn: Spawn) -> None:
    child = spawn("open('/proc/self/comm', 'w').write(') Z (')\nprint('ready', flush=True)")
    child.kill(collect=False)
    with pytest.raises(Zombie) as caught:
        read(child.pid)
    assert str(caught.value) == (
        f"cannot read /proc/{child.pid}/{file}: process {child.pid} () Z () is a zombie. It "
        "has ended and has no memory map any more; only its exit status is left for its parent "
        "to collect."
    )


@every_reader
def test_an_ended_main_thread_is_reported_with_a_running_thread(
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
        f"ID of one of them, {thread}, instead of the process ID."
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
@every_reader
def test_a_kernel_thread_has_no_map(read: Read, file: str) -> None:
    with pytest.raises(KernelThread) as caught:
        read(2)
    assert str(caught.value) == (
        f"cannot read /proc/2/{file}: process 2 (kthreadd) is a kernel thread. It runs "
        "inside the kernel and has no memory map; skip it."
    )


@every_reader
def test_access_to_another_users_process_is_denied(
    read: Read, file: str, as_nobody: AsNobody
) -> None:
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


def test_a_denial_to_the_owner_does_not_mention_another_user() -> None:
    text = str(AccessDenied("process 9", "/proc/9/maps", 7, 7))
    assert text.startswith("cannot read /proc/9/maps: user 7 may not inspect process 9. Run as")


def test_a_denial_to_root_does_not_advise_to_run_as_root() -> None:
    assert str(AccessDenied("process 1", "/proc/1/maps", 0, 0)) == (
        "cannot read /proc/1/maps: user 0 may not inspect process 1. Root needs CAP_SYS_PTRACE "
        "in the user namespace of that process; containers often lack it. (A process that is not "
        "dumpable, after a set-user-ID program or prctl(PR_SET_DUMPABLE), requires the capability "
        "even from its owner; yama's ptrace_scope makes no difference here.)"
    )


# --- processes that end while they are read ---------------------------------------------------


@pytest.mark.parametrize("collect", [True, False])
def test_a_process_that_ends_during_a_read_is_reported(collect: bool, spawn: Spawn) -> None:
    child = spawn("memory = alternating(3000)\nprint('ready', flush=True)")
    file = ProcFile(child.pid, "maps")
    with open_file(file) as handle:
        assert handle.read(100)
        child.kill(collect=collect)
        with pytest.raises(ProcessGone) as caught:
            read_text(handle, file)
    size = len(caught.value.partial)
    assert 0 < size < 8192
    assert caught.value.partial.endswith(b"\n")
    assert str(caught.value) == (
        f"cannot read all of /proc/{child.pid}/maps: process {child.pid} ended or replaced its "
        f"program (execve(2)) during the read. The first {size} bytes are in this error's "
        "`partial`. If the process still exists, read again."
    )


def test_an_exec_during_a_read_is_reported(spawn: Spawn) -> None:
    code = "memory = alternating(3000)\nprint('ready', flush=True)"
    child = spawn(code, wait="sys.stdin.buffer.raw.read(1)\nos.execv('/bin/cat', ['cat'])")
    file = ProcFile(child.pid, "maps")
    with open_file(file) as handle:
        assert handle.read(100)
        assert child.tell(b"xhello") == b"hello"  # cat answers
        with pytest.raises(ProcessGone):
            read_text(handle, file)
    assert b"/cat" in procmaps.dumps(procmaps.maps(child.pid))


def test_an_end_before_the_first_byte_has_its_cause(spawn: Spawn) -> None:
    child = spawn("print('ready', flush=True)")
    file = ProcFile(child.pid, "maps")
    with open_file(file) as handle:
        child.kill(collect=False)
        with pytest.raises(Zombie):
            read_text(handle, file)
        child.process.wait()
        handle.seek(0)
        with pytest.raises(NoSuchProcess):
            read_text(handle, file)


def test_an_end_after_the_last_byte_is_noticed(spawn: Spawn) -> None:
    child = spawn("print('ready', flush=True)")
    file = ProcFile(child.pid, "maps")
    with open_file(file) as handle:
        assert is_complete(handle, file)
        child.kill(collect=False)
        assert not is_complete(handle, file)
        child.process.wait()
        assert not is_complete(handle, file)


def test_an_empty_rollup_is_that_of_a_zombie(spawn: Spawn) -> None:
    child = spawn("print('ready', flush=True)")
    file = ProcFile(child.pid, "smaps_rollup")
    with open_file(file) as handle:
        child.kill(collect=False)
        with pytest.raises(Zombie):
            read_text(handle, file)


# --- torn reads -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["overlap", "backward"])
def test_a_merge_between_two_reads_is_reported(kind: str, spawn: Spawn) -> None:
    """The kernel continues with the mapping that contains the next address (``m_start()``)."""
    code = (
        "memory = alternating(2000)\n"
        "def obey(line):\n"
        "    start, access = line.split(b' ')\n"
        "    protect(int(start, 16), PAGE, int(access))\n"
        "    print('done', flush=True)\n"
        "print(hex(address(memory)), flush=True)"
    )
    child = spawn(code, wait=WAIT_AND_OBEY)
    first = int(child.said, 16)
    file = ProcFile(child.pid, "maps")
    with open_file(file) as handle:
        text = b""
        while True:
            text += handle.read(1 << 16)
            *_, before, last = procmaps.loads(text)
            if first < before.start < first + 1000 * mmap.PAGESIZE:
                break
        # A page that gets the access of its neighbours merges with both: the next page with the
        # last printed one, or that with the page before it.
        start, like = (last.end, last) if kind == "overlap" else (last.start, before)
        access = mmap.PROT_READ * like.perms.read | mmap.PROT_WRITE * like.perms.write
        assert child.tell(b"%x %d" % (start, access)) == b"done"
        torn = procmaps.loads(text + read_text(handle, file))
    assert is_torn(torn)
    assert [problem.kind for problem in torn.problems] == [kind]
    assert not procmaps.maps(child.pid).problems


def test_a_torn_text_is_read_again_up_to_the_limit() -> None:
    texts = [REPEATED, REPEATED, LINE, b""]
    left = iter(texts)

    def read() -> procmaps.Snapshot:
        return procmaps.loads(next(left))

    assert first_untorn(read, 1).dumps() == REPEATED
    assert list(left) == texts[2:]
    left = iter(texts)
    assert first_untorn(read, 3).dumps() == LINE
    assert list(left) == texts[3:]
    left = iter(texts)
    assert [problem.kind for problem in first_untorn(read, 0).problems] == ["repeated"]


def test_a_text_that_stays_torn_is_returned_with_its_problems(tmp_path: Path) -> None:
    snapshot = procmaps.maps(1234, root=_tree(tmp_path, REPEATED), retries=2)
    assert snapshot.dumps() == REPEATED
    assert [problem.kind for problem in snapshot.problems] == ["repeated"]


def test_every_line_parses_while_threads_change_mappings(spawn: Spawn) -> None:
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
        assert {problem.kind for problem in raw.problems} <= DISORDER
        assert is_torn(raw) == bool(raw.problems)
    child.freeze()
    assert not procmaps.maps(child.pid, retries=0).problems


# --- arguments and errors as values ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("pid", "error"),
    [
        *((pid, ValueError) for pid in (0, -1)),
        *((pid, TypeError) for pid in ("1", "thread-self", True, 1.0, None, b"self")),
    ],
)
def test_rejects_other_pids(pid: object, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        procmaps.maps(pid)  # type: ignore[arg-type]
    assert str(caught.value) == f'pid must be an integer from 1 or "self", not {pid!r}'


def test_rejects_other_tids_and_retries() -> None:
    with pytest.raises(ValueError, match=r"^tid must be an integer from 1, not 0$"):
        procmaps.maps(tid=0)
    with pytest.raises(TypeError, match=r"^tid must be an integer from 1, not 'x'$"):
        procmaps.maps(tid="x")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^retries must be an integer from 0, not -1$"):
        procmaps.maps(retries=-1)
    with pytest.raises(TypeError, match=r"^retries must be an integer from 0, not '3'$"):
        procmaps.maps(retries="3")  # type: ignore[arg-type]


def test_root_may_be_any_path(tmp_path: Path) -> None:
    root = _tree(tmp_path, LINE)
    for path in (str(root), os.fsencode(root), root):
        assert len(procmaps.maps(1234, root=path)) == 1
    with pytest.raises(
        TypeError, match=r"^expected a path \(str, bytes or os.PathLike\), not int$"
    ):
        procmaps.maps(root=5)  # type: ignore[arg-type]


def test_errors_can_be_pickled() -> None:
    error = ProcessGone("process 5", "/proc/5/maps", LINE)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made in this very line
    assert isinstance(copy, ProcessGone)
    assert isinstance(copy, LiveError)
    assert (copy.who, copy.path, copy.partial) == (error.who, error.path, LINE)
    assert (copy.errno, copy.filename) == (error.errno, "/proc/5/maps")
    assert str(copy) == str(error)
    assert copy == error


@pytest.mark.parametrize("read", [procmaps.maps, procmaps.smaps])
def test_a_torn_text_is_read_again_three_times_by_default(
    read: Callable[[], procmaps.Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[None] = []

    def torn(*_: object) -> bytes:
        reads.append(None)
        return REPEATED

    monkeypatch.setattr("procmaps.live.process_snapshots.read_text", torn)
    assert [problem.kind for problem in read().problems] == ["repeated"]
    assert len(reads) == 4
