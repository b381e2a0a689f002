"""A file is read whole, whatever it says of its size, and with what was read before an error."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from threading import Thread

import pytest

from procmaps.engines import read_file
from procmaps.engines.selection import why_not_native

LONG = bytes(range(256)) * 40_000
"""More than the native reader takes large pages for."""

NATIVE = pytest.param(
    "native",
    marks=pytest.mark.skipif(why_not_native() is not None, reason="there is no C compiler here"),
)


@pytest.fixture(params=[NATIVE, "pieces"])
def read(request: pytest.FixtureRequest) -> read_file.Read:
    if request.param == "pieces":
        return read_file.read_pieces
    from procmaps.engines import _scanner  # noqa: PLC0415 - only where it was built

    return _scanner.read


@pytest.fixture
def long(tmp_path: Path) -> Iterator[int]:
    path = tmp_path / "long"
    path.write_bytes(LONG)
    with FileIO(path) as file:
        yield file.fileno()


@pytest.mark.parametrize(
    ("room", "least"),
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
def test_all_of_it_is_read_whatever_was_expected(
    read: read_file.Read, long: int, room: int, least: int
) -> None:
    assert read(long, room, least) == (LONG, 0)


def test_reading_begins_where_the_file_stands(read: read_file.Read, long: int) -> None:
    os.lseek(long, len(LONG) - 3, os.SEEK_SET)
    assert read(long, len(LONG), 0) == (LONG[-3:], 0)
    assert read(long, len(LONG), 0) == (b"", 0)


def test_what_comes_in_pieces_is_one_text(read: read_file.Read) -> None:
    out, into = os.pipe()
    pieces = [b"x" * size for size in (1, 4096, 8191, 3, 70_000)]

    def write() -> None:
        for piece in pieces:
            os.write(into, piece)
        os.close(into)

    writer = Thread(target=write)
    writer.start()
    assert read(out, read_file.ROOM, read_file.LEAST) == (b"".join(pieces), 0)
    writer.join()
    os.close(out)


def test_an_error_comes_with_what_was_read(read: read_file.Read, tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    assert read(folder, 10, 0) == (b"", errno.EISDIR)
    os.close(folder)


def test_the_error_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"text")
    with FileIO(str(path), "r+") as file:
        assert read_file.read_all(file) == (b"text", None)
    with FileIO(str(path), "a") as file:
        text, error = read_file.read_all(file)
    assert (text, str(error)) == (b"", f"[Errno 9] Bad file descriptor: '{path}'")


@pytest.mark.skipif(why_not_native() is not None, reason="there is no C compiler here")
@pytest.mark.parametrize(("room", "least"), [(0, 0), (1, 2), (1, -1)])
def test_there_must_be_room(room: int, least: int) -> None:
    from procmaps.engines import _scanner  # noqa: PLC0415 - only where it was built

    with pytest.raises(ValueError, match=r"^room: at least one byte, and \*least\* of them$"):
        _scanner.read(0, room, least)
