"""The files of Python in a guest. The tests of booted kernels run it."""

from __future__ import annotations

import marshal
import os
import struct
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType

import pytest

from kernel.lab import cache, native, python
from kernel.lab.architectures import ARCHITECTURES, Architecture
from kernel.lab.debian_python import VERSION, Unpacked
from kernel.lab.errors import LabError
from kernel.lab.initramfs import Entry


@pytest.fixture(scope="module")
def entries() -> dict[bytes, Entry]:
    try:
        made = python.entries(native.architecture(), "cli", ("tests/support/examples.py",))
    except LabError as error:
        pytest.skip(f"no Python for a guest: {error}")
    return {entry.path: entry for entry in made}


def test_contains_this_interpreter_and_its_libraries(
    entries: dict[bytes, Entry],
) -> None:
    interpreter = os.fsencode(os.path.realpath(sys.executable))
    assert entries[b"bin/python3"].data == interpreter
    assert entries[interpreter[1:]].data.startswith(b"\x7fELF")
    assert any(path.endswith(b"/libc.so.6") for path in entries)
    assert any(path.rpartition(b"/")[2].startswith(b"ld-linux") for path in entries)


def test_contains_the_project_and_its_requirements(
    entries: dict[bytes, Entry],
) -> None:
    assert b"project/procmaps/__init__.py" in entries
    assert b"project/grammar/linux.lark" in entries
    assert b"project/tests/support/examples.py" in entries
    for package in (b"attrs", b"lark", b"click", b"rich"):
        assert any(path.endswith(b"/site-packages/%s/__init__.py" % package) for path in entries)
    # Of the extra for tests nothing, and nothing that a guest has no use for.
    for left_out in (b"hypothesis", b"mypy", b"test", b"tkinter"):
        assert not any(b"/" + left_out + b"/" in path for path in entries), left_out


def test_bytecode_does_not_depend_on_file_times(entries: dict[bytes, Entry]) -> None:
    cached = f"project/procmaps/live/__pycache__/anon_names.{sys.implementation.cache_tag}.pyc"
    data = entries[cached.encode()].data
    assert data[:4] == MAGIC_NUMBER
    # PEP 552: a hash in place of time and size (bit 0), not to be checked (bit 1 is clear)
    assert struct.unpack_from("<I", data, 4) == (1,)
    code = marshal.loads(data[16:])  # noqa: S302 - our own module
    assert isinstance(code, CodeType)
    assert "set_anon_name" in code.co_names


def test_folders_precede_their_contents(entries: dict[bytes, Entry]) -> None:
    seen = {b""}
    for path in entries:
        assert path.rpartition(b"/")[0] in seen, path
        seen.add(path)


def other_machine() -> Architecture:
    """Return a machine that is not this one."""
    return ARCHITECTURES["s390x" if os.uname().machine != "s390x" else "arm64"]


def test_another_machine_needs_a_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    here, other = os.uname().machine, other_machine()
    with pytest.raises(LabError) as caught:
        python.entries(other)
    assert str(caught.value) == (
        f"this Python runs on {here}, not on {other.name}: download Debian's with "
        f"`python -m kernel.lab.debian_python {other.name}`"
    )


def test_another_machine_runs_debians_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    unpacked = Unpacked.of(other_machine())
    libraries = unpacked.folder / "usr" / "lib"
    kept = unpacked.program, libraries / "libz.so.1", unpacked.folder / "lib" / "ld64.so.1"
    left_out = libraries / "libz.a", libraries / f"python{VERSION}" / "test" / "abc.py"
    for path in (*kept, *left_out):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x7fELF")
    (libraries / "libz.so").symlink_to("libz.so.1")
    (libraries / "elsewhere.so").symlink_to("/nonexistent")
    entries = {entry.path: entry for entry in python.entries(other_machine())}
    assert entries[b"bin/python3"].data == f"/usr/bin/python{VERSION}".encode()
    for path in (*kept, libraries / "libz.so"):
        assert entries[bytes(path.relative_to(unpacked.folder))].data == b"\x7fELF"
    for path in (*left_out, libraries / "elsewhere.so"):
        assert bytes(path.relative_to(unpacked.folder)) not in entries
    assert b"project/procmaps/__init__.py" in entries
    assert b"usr/lib/python3/dist-packages/attrs/__init__.py" in entries
    # No extension is of this machine.
    natives = [path for path in entries if path.endswith(b".so")]
    assert natives == [b"usr/lib/libz.so"]


def test_rejects_a_machine_without_a_python() -> None:
    with pytest.raises(LabError, match=r"^no Python is known for mips, only for arm64, "):
        python.entries(ARCHITECTURES["mips"])
