"""The table "Where other tools are wrong" of docs/memory.md: each row is reproduced here."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

import procmaps
from procmaps.usage import Family, account, processes
from tests.live.children import Child, Spawn
from tests.live.conftest import children_of_tests
from tests.live.test_process_groups import CLONE_VM
from tests.support.checkout import ROOT

KB = 1024
PAGES = 8192
"""Pages that a process touches: enough to be distinguished from noise."""

PSUTIL = ROOT / ".cache" / "psutil==7.2.2"


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start Python children; see `Spawn`."""
    with children_of_tests() as start:
        yield start


def program(name: str, package: str) -> str:
    """Return the path of a program. Skip the test without it."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name}; run apt-get install {package}")
    return found


def smem(*columns: str) -> dict[int, list[int]]:
    """Return the columns of each process that smem shows, in kB."""
    command = [program("smem", "smem"), "-H", "-c", " ".join(("pid", *columns))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    rows = (list(map(int, line.split())) for line in done.stdout.splitlines())
    return {pid: figures for pid, *figures in rows}


TOUCH = f"""
memory = mmap.mmap(-1, {PAGES} * PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
memory.write(b"x" * {PAGES} * PAGE)
"""


def test_smem_loses_a_process_with_a_name_that_is_not_utf_8(spawn: Spawn) -> None:
    plain = spawn(TOUCH + "print('ready', flush=True)")
    hostile = spawn(
        TOUCH + "file = os.memfd_create(b'\\xff'.decode('utf-8', 'surrogateescape'))\n"
        "os.ftruncate(file, PAGE)\nlabelled = mmap.mmap(file, PAGE)\nprint('ready', flush=True)"
    )
    shown = smem("pss")
    assert plain.pid in shown
    assert hostile.pid not in shown
    (ours,) = processes([hostile.pid])
    assert ((ours.usage and ours.usage.pss) or 0) > PAGES * 4 * KB
    found = account(procmaps.smaps(hostile.pid), "label")
    assert found.find(b"\xff") is not None


FORK = (
    TOUCH
    + """
reader, writer = os.pipe()
pid = os.fork()
if pid == 0:
    libc.prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG
    os.write(writer, b"x")
    import signal
    signal.pause()
os.read(reader, 1)
print(pid, flush=True)
"""
)


def forked(spawn: Spawn) -> tuple[Child, int]:
    parent = spawn(FORK)
    return parent, int(parent.said)


def test_a_sum_of_uss_says_little_after_a_fork(spawn: Spawn) -> None:
    parent, child = forked(spawn)
    shown = smem("uss")
    assert shown[parent.pid][0] + shown[child][0] < PAGES * 4
    unique = Family.of([parent.pid, child]).unique
    assert unique.value is not None
    # What no other process maps: at most this, and the touched pages are part of it.
    assert unique.value + unique.bound > PAGES * 4 * KB


def test_a_sum_of_rss_counts_shared_pages_twice(spawn: Spawn) -> None:
    parent, child = forked(spawn)
    command = [program("ps", "procps"), "-o", "rss=", "-p", f"{parent.pid},{child}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert sum(map(int, done.stdout.split())) > 2 * PAGES * 4
    total = Family.of([parent.pid, child]).account.total.usage
    assert (total.pss or 0) < 2 * PAGES * 4 * KB


def test_smem_counts_one_address_space_twice(spawn: Spawn) -> None:
    child = spawn(TOUCH + CLONE_VM)
    twin = int(child.said)
    try:
        shown = smem("pss")
        family = Family.of([child.pid, twin])
    finally:
        os.kill(twin, signal.SIGKILL)
    assert min(shown[child.pid][0], shown[twin][0]) > PAGES * 4
    assert family.twins == {twin: child.pid}
    assert (family.account.total.usage.pss or 0) < 2 * PAGES * 4 * KB


def test_pmap_shows_two_files_of_one_name_alike(spawn: Spawn, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "lib.so").write_bytes(bytes(4096))
    child = spawn(
        f"kept = [mmap.mmap(os.open(f'{tmp_path}/{{each}}/lib.so', os.O_RDONLY), PAGE,"
        " prot=mmap.PROT_READ) for each in 'ab']\nprint('ready', flush=True)"
    )
    done = subprocess.run(
        [program("pmap", "procps"), "-X", str(child.pid)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [line.split()[-1] for line in done.stdout.splitlines()[1:] if "lib.so" in line] == (
        ["lib.so"] * 2
    )
    found = account(procmaps.smaps(child.pid), "file")
    for folder in ("a", "b"):
        assert found.find(os.fsencode(tmp_path / folder / "lib.so")) is not None


HTOPRC = """\
htop_version=3.2.2
config_reader_min_version=3
fields=0 119 39 1
screen:Main=PID M_PSS M_RESIDENT Command
"""


def test_htop_shows_0_for_a_refused_pss(spawn: Spawn, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root has processes that another user may not read")
    htop = program("htop", "htop")
    child = spawn(TOUCH + "print('ready', flush=True)")
    settings = tmp_path / "htoprc"
    settings.write_text(HTOPRC)
    for folder in (tmp_path, *tmp_path.parents):
        folder.chmod(folder.stat().st_mode | 0o055)
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 120, 0, 0))
    with subprocess.Popen(
        [htop, "-C", "-p", str(child.pid)], stdin=theirs, stdout=theirs, stderr=theirs,
        env={"TERM": "xterm", "HTOPRC": str(settings), "HOME": str(tmp_path)},
        user=65534, group=65534, extra_groups=[],
    ) as running:  # fmt: skip
        try:
            row = screen_row(ours, child.pid)
        finally:
            running.kill()
            os.close(theirs)
    os.close(ours)
    pss, resident = row
    assert pss == 0
    assert resident > PAGES * 4


def screen_row(terminal: int, pid: int) -> tuple[int, int]:
    """Return the two numbers after the process ID on a terminal, without its escapes."""
    seen = b""
    for _ in range(200):
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, seen[-1000:]
        seen += os.read(terminal, 65536)
        plain = re.sub(rb"\x1b(\[[0-9;?]*[a-zA-Z]|\([B0]|=)", b"", seen)
        if found := re.search(rb"\b%d +([0-9]+) +([0-9]+) " % pid, plain):
            return int(found[1]), int(found[2])
    pytest.fail(f"no row of process {pid} in {seen[-1000:]!r}")


# --- psutil ---------------------------------------------------------------------------------------


def psutil(folder: Path, code: str) -> str:
    """Return what *code* prints, with psutil reading the procfs *folder*; ``p`` is process 17."""
    if not PSUTIL.exists():
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(PSUTIL)]
        subprocess.run([*command, PSUTIL.name], check=True, timeout=300)
    prelude = (
        f"import sys\nsys.path.insert(0, {str(PSUTIL)!r})\nimport psutil\n"
        f"psutil.PROCFS_PATH = {str(folder)!r}\np = psutil.Process(17)\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", prelude + code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def procfs(tmp_path: Path) -> Path:
    """A procfs with process 17, which has what psutil reads of any process."""
    folder = tmp_path / "17"
    folder.mkdir()
    fields = " ".join(["S", "1", *["0"] * 17, "1000", *["0"] * 29])
    (folder / "stat").write_text(f"17 (server) {fields}\n")
    (folder / "statm").write_text("600 2 0 0 0 0 0\n")
    (tmp_path / "stat").write_text("cpu  1 1 1 1\nbtime 1700000000\n")
    return tmp_path


HUGETLB = (
    "400000000000-400000200000 rw-p 00000000 00:0f 7                          /anon_hugepage\n"
    "Size:               2048 kB\nRss:                   8 kB\nPss:                   8 kB\n"
    "Shared_Clean:          0 kB\nShared_Dirty:          0 kB\nPrivate_Clean:         0 kB\n"
    "Private_Dirty:         8 kB\nReferenced:            0 kB\nAnonymous:             0 kB\n"
    "Shared_Hugetlb:        0 kB\nPrivate_Hugetlb:    2048 kB\nSwap:                  0 kB\n"
)


def test_psutil_adds_hugetlb_pages_to_uss(procfs: Path) -> None:
    (procfs / "17" / "smaps").write_text(HUGETLB)
    (procfs / "17" / "smaps_rollup").write_text(HUGETLB)
    uss, pss = psutil(procfs, "i = p.memory_full_info()\nprint(i.uss, i.pss)").split()
    assert (int(uss), int(pss)) == (2056 * KB, 8 * KB)
    total = account(procmaps.loads(HUGETLB), ()).total
    assert total.figure("uss").value == 8 * KB
    assert total.figure("hugetlb").value == 2048 * KB


def test_psutil_says_0_for_a_process_without_memory(procfs: Path) -> None:
    """As of a kernel thread: its smaps is empty, and its smaps_rollup cannot be opened."""
    (procfs / "17" / "smaps").write_text("")
    printed = psutil(procfs, "i = p.memory_full_info()\nprint(i.uss, i.pss, i.swap)")
    assert printed == "0 0 0"
    nothing = account(procmaps.loads(b""), ()).total
    assert nothing.figure("pss").state == "absent"


def test_psutil_trims_names(procfs: Path) -> None:
    text = HUGETLB.replace("/anon_hugepage", "/srv/data ")
    (procfs / "17" / "smaps").write_text(text)
    printed = psutil(procfs, "print(ascii([m.path for m in p.memory_maps()]))")
    assert printed == "['/srv/data']"
    assert procmaps.loads(text)[0].path == b"/srv/data "


def test_the_page_has_a_row_for_each_test() -> None:
    page = (ROOT / "docs" / "memory.md").read_text("utf-8")
    section = page.split("## Where other tools are wrong", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"`(test_\w+)`", section)
    tests = re.findall(
        r"^def (test_(?!the_page)\w+)", Path(__file__).read_text("utf-8"), re.MULTILINE
    )
    assert sorted(rows) == sorted(tests)
