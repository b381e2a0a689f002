"""The files of Python in a guest. The tests of booted kernels run it."""

from __future__ import annotations

import marshal
import os
import struct
import sys
from importlib.util import MAGIC_NUMBER
from types import CodeType

import pytest

from kernel.lab import native, python
from kernel.lab.architectures import ARCHITECTURES
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


def test_rejects_another_architecture() -> None:
    here = os.uname().machine
    other = ARCHITECTURES["s390x" if here != "s390x" else "x86_64"]
    with pytest.raises(LabError) as caught:
        python.entries(other)
    assert str(caught.value) == f"this Python runs on {here}, not on {other.name}"
