"""Queries answered in C: the same results as in Python, and None for everything unusual."""

from __future__ import annotations

import gc
import mmap
import os
import pickle
import sys
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from procmaps import Device, FilePath, Mapping, MappingFilter, Perms, Querier, QueryResult
from procmaps.live.query_ioctl import PROCMAP_QUERY
from procmaps.records import storage
from tests.live.children import Child
from tests.live.ioctl import needs_ioctl
from tests.live.queries_in_c import make

if TYPE_CHECKING:
    from procmaps.records._storage import KernelQuery

pytest.importorskip("procmaps.records._storage", reason="the extension was not built")
pytestmark = pytest.mark.skipif(
    storage.KernelQuery is None, reason="PROCMAPS_ENGINE asks for records in Python"
)


ANYTHING = MappingFilter(0)
RESULT = [field.name for field in attrs.fields(QueryResult)]


def ask(query: KernelQuery[Any], address: Any = 0, require: Any = 0) -> object:  # noqa: ANN401
    """Ask for the first mapping from *address* on."""
    return query.find(address, *(True,), require, *(False,))


def walk(
    querier: Querier, require: MappingFilter = ANYTHING, *, build_id: bool = False
) -> list[QueryResult]:
    found: list[QueryResult] = []
    address = 0
    while answer := querier.query(address, or_next=True, require=require, build_id=build_id):
        found.append(answer)
        address = answer.mapping.end
    return found


@needs_ioctl
@pytest.mark.parametrize("build_id", [False, True])
@pytest.mark.parametrize("require", [0, *MappingFilter, MappingFilter(0x2F)])
def test_c_and_python_give_equal_results(
    require: int, build_id: bool, frozen: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Querier(frozen.pid) as first, Querier(frozen.pid) as second:
        monkeypatch.setattr(second, "_in_c", None)
        found = walk(first, MappingFilter(require), build_id=build_id)
        wanted = walk(second, MappingFilter(require), build_id=build_id)
    assert found == wanted
    for one, other in zip(found, wanted, strict=True):
        assert repr(one) == repr(other)
        assert hash(one) == hash(other)
        assert attrs.asdict(one) == attrs.asdict(other)
        assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - made here
        assert one.mapping.usage is None
        assert one.method == other.method


@needs_ioctl
def test_a_result_is_frozen_and_has_no_other_attribute() -> None:
    with Querier() as querier:
        found = querier.query(0, or_next=True)
    assert found
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        found.page_size = 1  # type: ignore[misc]
    assert not hasattr(found, "__dict__")


@needs_ioctl
def test_more_names_than_are_remembered_are_right() -> None:
    kept: list[mmap.mmap] = []
    with Querier() as querier:
        for number in range(4200):
            file = os.memfd_create(str(number))
            os.truncate(file, mmap.PAGESIZE)
            kept.append(mmap.mmap(file, mmap.PAGESIZE, mmap.MAP_SHARED, mmap.PROT_READ))
            os.close(file)
        names = [each.mapping.name for each in walk(querier)]
    wanted = {f"/memfd:{number} (deleted)".encode() for number in range(4200)}
    assert wanted <= {name.raw for name in names}
    for each in kept:
        each.close()


@needs_ioctl
def test_queries_keep_no_memory() -> None:
    with Querier() as querier:
        results = walk(querier, build_id=True)
        address = results[0].mapping.start
        shared = (Mapping, QueryResult, results[0].mapping.name, results[0].mapping.device, None)
        references = [*map(sys.getrefcount, shared)]
        tracemalloc.start()
        try:
            for _ in range(2000):
                querier.query(address)
            for _ in range(20):
                walk(querier, build_id=True)
            used, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        grown = [
            now - then for now, then in zip(map(sys.getrefcount, shared), references, strict=True)
        ]
    assert max(grown) < 1000
    assert used < 20_000


@needs_ioctl
def test_queriers_that_are_gone_keep_no_memory() -> None:
    """Each refers to classes, permissions, its last name and its last device."""

    def count(repetitions: int) -> list[int]:
        for _ in range(repetitions):
            with Querier() as querier:
                assert querier.query(0, or_next=True)
        gc.collect()
        values = (Mapping, QueryResult, Device, FilePath, Perms, bytes)
        return [*map(sys.getrefcount, values)]

    count(5)
    before, after = count(5), count(205)
    assert max(now - then for now, then in zip(after, before, strict=True)) < 50


def test_a_file_without_the_ioctl_gives_none(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    with path.open() as file:
        assert ask(make(file=file.fileno())) is None
    assert ask(make(file=-1)) is None


@pytest.mark.parametrize(
    ("address", "require"),
    [(-1, 0), (1 << 64, 0), (True, 0), (None, 0), ("0", 0), (0, -1), (0, None)],
)
def test_impossible_arguments_give_none(address: object, require: object) -> None:
    with Path("/proc/self/maps").open("rb") as file:
        assert ask(make(file=file.fileno()), address, require) is None


def test_rejects_another_number_of_arguments() -> None:
    with pytest.raises(TypeError, match="takes address, or_next, require and build_id"):
        make().find(0)  # type: ignore[call-arg]


@needs_ioctl
@pytest.mark.parametrize("maker", ["make_device", "make_name"])
def test_an_error_of_a_function_is_raised(maker: str) -> None:
    def fail(*_: object) -> None:
        raise LookupError(maker)

    with Querier(method="ioctl") as querier:
        assert querier.query(0, or_next=True)  # so that the kernel has the ioctl
    with Path("/proc/self/maps").open("rb") as file, pytest.raises(LookupError, match=maker):
        ask(make(file=file.fileno(), **{maker: fail}))


def test_no_query_reaches_a_file_that_took_the_number_of_a_closed_one() -> None:
    querier = Querier()
    querier.close()
    with Path("/proc/self/maps").open("rb"), pytest.raises(ValueError, match="closed file"):
        querier.query(0, or_next=True)


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"request": PROCMAP_QUERY + (1 << 16)}, ValueError, "of a structure of 104 bytes"),
        ({"perms": ()}, ValueError, "perms must have 16 items"),
        ({"mapping_fields": ()}, ValueError, "must have 8 fields"),
        ({"result_fields": ()}, ValueError, "must have 5 fields"),
        ({"mapping": QueryResult}, TypeError, "is no field of"),
        ({"mapping_fields": (int.real,) * 8}, TypeError, "is no field of"),
        ({"file": "0"}, TypeError, "int"),
    ],
)
def test_rejects_what_it_cannot_use(
    changed: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make(**changed)
