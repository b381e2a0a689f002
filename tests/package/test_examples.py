"""The programs in docs/examples run, and print what their first line says."""

from __future__ import annotations

import ast
import mmap
import os
import subprocess
import sys
from pathlib import Path

import pytest

import procmaps
from tests.support.checkout import ROOT

EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.py"))
MOST_LINES = 10
"""Lines of code, imports and blank lines apart."""


def run(name: str, *arguments: object) -> str:
    """Run one example and return what it prints."""
    ran = subprocess.run(
        [sys.executable, ROOT / "docs" / "examples" / name, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_is_short(example: Path) -> None:
    body = ast.parse(example.read_text("utf-8")).body[1:]
    code = [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom)]
    lines = {
        number
        for node in code
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    assert 0 < len(lines) <= MOST_LINES


def test_libc_base() -> None:
    (base,) = {
        hex(m.start) for m in procmaps.maps() if m.path and b"/libc.so" in m.path and not m.offset
    }
    assert run("libc_base.py", os.getpid()) == f"{base}\n"


def test_writable_code() -> None:
    with mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC):
        lines = run("writable_code.py").splitlines()
    assert any(line.startswith(f"{os.getpid()} ") and " rwx" in line for line in lines)


def test_writable_code_escapes_names(tmp_path: Path) -> None:
    path = tmp_path / "code\x1bhostile"
    path.write_bytes(bytes(4096))
    prot = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    with path.open("rb") as file:
        memory = mmap.mmap(file.fileno(), 4096, flags=mmap.MAP_PRIVATE, prot=prot)
    printed = run("writable_code.py")
    memory.close()
    assert f" rwxp {tmp_path}/code\\x1bhostile>\n" in printed


def test_pss_by_library() -> None:
    lines = run("pss_by_library.py").splitlines()
    sizes = [int(line.split()[0]) for line in lines]
    assert sizes == sorted(sizes, reverse=True)
    assert any("libc.so" in line for line in lines)


def test_backtrace() -> None:
    text = next(m for m in procmaps.maps() if m.path and b"/libc.so" in m.path and m.perms.execute)
    printed = run("backtrace.py", os.getpid(), hex(text.start + 0x123))
    assert f"+{text.offset + 0x123:#x} " in printed
    assert "libc.so" in printed


def test_heap_growth() -> None:
    child = "import time\nkept = []\nwhile True: kept.append(bytes(10_000)); time.sleep(0.001)"
    # Python's own allocator takes memory by mmap, malloc takes it from the heap.
    environment = {**os.environ, "PYTHONMALLOC": "malloc"}
    with subprocess.Popen([sys.executable, "-c", child], env=environment) as process:
        try:
            printed = run("heap_growth.py", process.pid, 1)
        finally:
            process.kill()
    assert int(printed.removesuffix(" bytes\n")) > 10_000


def test_read_label() -> None:
    if not procmaps.naming_supported():
        assert run("read_label.py", os.getpid(), "no such label") == ""
        return
    with procmaps.named_mmap(b"example", 4096) as memory:
        memory[:5] = b"hello"
        assert run("read_label.py", os.getpid(), "example").startswith("hello")


def test_deleted_libraries(tmp_path: Path) -> None:
    library = tmp_path / "lib\x1bhostile.so"
    library.write_bytes(bytes(4096))
    with library.open("rb") as file:
        memory = mmap.mmap(file.fileno(), 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)
    library.unlink()
    printed = run("deleted_libraries.py")
    memory.close()
    assert f"{os.getpid()} {tmp_path}/lib\\x1bhostile.so\n" in printed


def test_difference(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"1000-2000 rw-p 00000000 00:00 0 \n2000-3000 rw-p 00000000 00:00 0 \n")
    new.write_bytes(b"1000-2000 rw-p 00000000 00:00 0 \n3000-4000 rw-p 00000000 00:00 0 \n")
    assert [line[:17] for line in run("difference.py", old, new).splitlines()] == [
        "- 00002000-00003000"[:17],
        "+ 00003000-00004000"[:17],
    ]


def test_difference_escapes_names(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"")
    new.write_bytes(b"1000-2000 r--p 00000000 00:00 7 /a\x1b\xff\n")
    assert run("difference.py", old, new).endswith(" /a\\x1b\\xff\n")
