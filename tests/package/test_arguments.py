"""Arguments of the wrong type are errors that say what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import procmaps
from procmaps._arguments import as_address, as_bytes, as_count, as_path


def first_chunk(source: str) -> procmaps.Snapshot:
    return next(procmaps.iterload(source))


def render_nothing(producer: procmaps.Producer) -> bytes:
    return procmaps.render([], producer)


WRONG: list[tuple[Callable[..., object], object, str]] = [
    (procmaps.loads, 3, "expected bytes or str, not int"),
    (procmaps.loads, None, "expected bytes or str, not NoneType"),
    (procmaps.explain, 3, "expected bytes or str, not int"),
    (procmaps.extract, 3, "expected bytes or str, not int"),
    (procmaps.label_error, ["x"], "expected bytes or str, not list"),
    (procmaps.path_name, Path("/x"), "expected bytes or str, not PosixPath"),
    (procmaps.load, 3, "expected a path or a binary file object, not int"),
    (
        first_chunk,
        3,
        "expected a path or a binary file object, not int",
    ),
    (procmaps.dumps, b"", "expected a Snapshot, not bytes"),
    (procmaps.render, "x", "expected an iterable of Mapping, not of str"),
    (render_nothing, 5, "expected a Producer or its name, not int"),
    (as_path, 3, "expected a path (str, bytes or os.PathLike), not int"),
    (as_address, "0x7f00", "expected an address (int), not str"),
    (as_address, 1.5, "expected an address (int), not float"),
]


@pytest.mark.parametrize(
    ("function", "value", "message"), WRONG, ids=[f"{f.__name__}-{v!r}" for f, v, _ in WRONG]
)
def test_wrong_type_is_a_type_error(
    function: Callable[..., object], value: object, message: str
) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        function(value)


def test_as_bytes_accepts_every_kind_of_text() -> None:
    texts = (b"\xff", bytearray(b"\xff"), memoryview(b"\xff"), "\udcff")
    assert [as_bytes(text) for text in texts] == [b"\xff"] * 4


def test_as_path_keeps_the_bytes_of_a_name() -> None:
    assert [as_path(path) for path in (b"/\xff", "/\udcff", Path("/\udcff"))] == [
        Path("/\udcff")
    ] * 3


def test_as_address_accepts_every_integer_type() -> None:
    class Address:
        def __index__(self) -> int:
            return 0x7F00

    assert as_address(Address()) == as_address(0x7F00) == 0x7F00


class Index:
    """A number that is no ``int``, as NumPy has."""

    def __index__(self) -> int:
        return 3


def test_a_count_is_an_integer_that_is_large_enough() -> None:
    assert as_count("rows", 3, least=3) == 3
    assert as_count("rows", Index(), least=3) == 3
    with pytest.raises(ValueError, match=r"^rows must be an integer from 4, not 3$"):
        as_count("rows", 3, least=4)
    with pytest.raises(ValueError, match=r"^rows must be an integer from 4 or None, not 3$"):
        as_count("rows", 3, least=4, alternative="None")
    for wrong in (True, 3.5, "3", None):
        with pytest.raises(TypeError, match=r"^rows must be an integer from 0, not "):
            as_count("rows", wrong, least=0)
