"""Queries in C make the right record of any answer, also of one that no kernel here gives."""

from __future__ import annotations

import errno
import os
import pickle
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from procmaps import Device, Mapping, Perms, QueryResult
from procmaps.records import storage

pytestmark = [
    pytest.mark.skipif(
        storage.KernelQuery is None,
        reason="the extension was not built, or PROCMAPS_ENGINE asks for records in Python",
    ),
    pytest.mark.slow,
]

SOURCE = Path(__file__).with_name("answering_ioctl.c")

LAYOUT = struct.Struct("=i9Q4I2Q")
"""The errno, then ``struct procmap_query``, include/uapi/linux/fs.h, Linux 6.11."""


def answer(
    start: int = 0x1000, end: int = 0x2000, flags: int = 5, page: int = 4096, offset: int = 0,
    inode: int = 0, device: tuple[int, int] = (0, 0), name: bytes = b"", build_id: bytes = b"",
    error: int = 0, name_size: int | None = None, id_size: int | None = None,
) -> bytes:  # fmt: skip
    """Return what the replacement of ioctl() reads: the kernel counts a final NUL of the name."""
    text = name + b"\0" if name else b""
    sizes = (len(text) if name_size is None else name_size,
             len(build_id) if id_size is None else id_size)  # fmt: skip
    numbers = (LAYOUT.size - 4, 0, 0, start, end, flags, page, offset, inode)
    return LAYOUT.pack(error, *numbers, *device, *sizes, 0, 0) + text + build_id


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("ioctl") / "answering_ioctl.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", SOURCE, "-o", built], check=True)  # noqa: S607
    return built


def results(library: Path, *answers: bytes) -> list[Any]:
    """Return what a query makes of each answer. A query that keeps the lock waits for ever."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.live.answered_queries"],
        input=pickle.dumps([*answers]),
        env={**os.environ, "LD_PRELOAD": str(library)},
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    found: list[Any] = pickle.loads(done.stdout)  # noqa: S301 - made by our own program
    return found


EDGES = (0, 1, 2**63, 2**64 - 3, 2**64 - 2, 2**64 - 1)
"""A cell contains a number below 2**64 - 2, and an object from there on."""


def test_numbers_of_any_size_are_kept(library: Path) -> None:
    answers = [answer(edge, edge, 5, edge, edge, edge, (edge >> 32, edge >> 33)) for edge in EDGES]
    for edge, found in zip(EDGES, results(library, *answers), strict=True):
        mapping = found.mapping
        numbers = (mapping.start, mapping.end, mapping.offset, mapping.inode, found.page_size)
        assert numbers == (edge,) * 5
        assert mapping.device == Device(edge >> 32, edge >> 33)
        assert mapping.usage is None


def test_names_flags_and_build_ids_are_those_of_the_answer(library: Path) -> None:
    long = b"/" + b"x" * 4094
    answers = [
        answer(flags=flags, name=name, build_id=build_id)
        for flags, name, build_id in [
            (0x0, b"", b""),
            (0xF, b"/a b", b"\0" * 20),
            (0x29, long, b"i" * 64),
            (0x7, b"/a\nb", b""),
        ]
    ]  # fmt: skip
    assert results(library, *answers) == [
        made("---p", b"", None),
        made("rwxs", b"/a b", bytes(20)),
        made("r--s", long, b"i" * 64),
        made("rwxp", b"/a\nb", None),
    ]


def made(perms: str, name: bytes, build_id: bytes | None) -> QueryResult:
    """Return the result of an answer; the name's record is its bytes, as `make` asks for."""
    record: Any = name
    mapping = Mapping(0x1000, 0x2000, Perms.from_text(perms), 0, Device(0, 0), 0, record)
    return QueryResult(mapping, name, 4096, build_id, "ioctl")


def test_an_error_or_an_answer_that_is_too_long_gives_none(library: Path) -> None:
    """Python asks again, and reports it."""
    unusual = [
        answer(error=errno.ENOENT),
        answer(error=errno.EINTR),
        answer(name_size=4097),
        answer(name_size=2**32 - 1),
        answer(id_size=65),
    ]
    assert results(library, *unusual, answer()) == [*(None,) * 5, made("r-xp", b"", None)]
