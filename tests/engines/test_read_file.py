"""A file is read whole, whatever its size says; an error comes with the bytes before it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from threading import Thread

import pytest

from procmaps.engines import read_file
from procmaps.engines.engine_selection import why_not_native

LONG = bytes(range(256)) * 40_000
"""Enough for the native reader to ask for huge pages."""

NATIVE = pytest.param(
    "native",
    marks=pytest.mark.skipif(
        why_not_native() is not None, reason="the native scanner was not built: no C compiler"
    ),
)


@pytest.fixture(params=[NATIVE, "chunks"])
def read(request: pytest.FixtureRequest) -> read_file.Read:
    if request.param == "chunks":
        return read_file.read_chunks
    from procmaps.engines import _scanner  # noqa: PLC0415 - only where it was built

    return _scanner.read


@pytest.fixture
def long(tmp_path: Path) -> Iterator[int]:
    path = tmp_path / "long"
    path.write_bytes(LONG)
    with FileIO(path) as file:
        yield file.fileno()


@pytest.mark.parametrize(
    ("capacity", "min_read"),
    [
        (len(LONG), 0),
        (len(LONG) + 1, 0),
        (len(LONG) - 1, 0),
        (len(LONG) // 3, 0),
        (1, 0),
        (1, 1),
        (len(LONG), len(LONG)),
        (8192, 4096),
    ],
)
def test_reads_everything_whatever_size_was_expected(
    read: read_file.Read, long: int, capacity: int, min_read: int
) -> None:
    assert read(long, capacity, min_read) == (LONG, 0)


def test_reads_from_the_position_of_the_file(read: read_file.Read, long: int) -> None:
    os.lseek(long, len(LONG) - 3, os.SEEK_SET)
    assert read(long, len(LONG), 0) == (LONG[-3:], 0)
    assert read(long, len(LONG), 0) == (b"", 0)


def test_joins_the_chunks_of_a_pipe(read: read_file.Read) -> None:
    out, into = os.pipe()
    chunks = [b"x" * size for size in (1, 4096, 8191, 3, 70_000)]

    def write() -> None:
        for chunk in chunks:
            os.write(into, chunk)
        os.close(into)

    writer = Thread(target=write)
    writer.start()
    assert read(out, read_file.INITIAL_CAPACITY, read_file.MIN_READ) == (b"".join(chunks), 0)
    writer.join()
    os.close(out)


def test_returns_the_errno_and_the_bytes_before_it(read: read_file.Read, tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    assert read(folder, 10, 0) == (b"", errno.EISDIR)
    os.close(folder)


def test_error_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"text")
    with FileIO(str(path), "r+") as file:
        assert read_file.read_all(file) == (b"text", None)
    with FileIO(str(path), "a") as file:
        text, error = read_file.read_all(file)
    assert (text, str(error)) == (b"", f"[Errno 9] Bad file descriptor: '{path}'")


@pytest.mark.skipif(
    why_not_native() is not None, reason="the native scanner was not built: no C compiler"
)
@pytest.mark.parametrize(("capacity", "min_read"), [(0, 0), (1, 2), (1, -1)])
def test_rejects_a_capacity_below_one_or_min_read(capacity: int, min_read: int) -> None:
    from procmaps.engines import _scanner  # noqa: PLC0415 - only where it was built

    with pytest.raises(ValueError, match=r"^capacity must be at least 1 and at least min_read$"):
        _scanner.read(0, capacity, min_read)
