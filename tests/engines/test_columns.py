"""The columns of a snapshot are read-only views of the engine's buffers."""

from __future__ import annotations

import copy
from array import array
from typing import cast

import attrs
import pytest

from procmaps import Snapshot, loads
from procmaps.engines import columns as columns_module
from procmaps.engines.columns import Columns, gather
from procmaps.engines.engine_selection import why_not_native
from procmaps.engines.usage_block_table import MISSING

TEXT = (
    b"1000-2000 rw-p 00000000 00:00 0 [heap]\nRss: 4 kB\nVmFlags: rd wr \n"
    b"2000-3000 r--p 00001000 08:01 7 /a\n"
)
ARRAYS = (
    "line_offset", "start", "end", "perms", "offset", "major", "minor", "inode", "name_index",
    "flags_index",
)  # fmt: skip


@pytest.fixture
def snapshot() -> Snapshot:
    return loads(TEXT)


@pytest.mark.parametrize("name", ARRAYS)
def test_no_item_of_a_column_can_be_changed(snapshot: Snapshot, name: str) -> None:
    column = getattr(snapshot.columns, name)
    with pytest.raises(TypeError, match=r"^cannot modify read-only memory$"):
        column[0] = 1


def test_no_item_of_a_usage_column_can_be_changed(snapshot: Snapshot) -> None:
    with pytest.raises(TypeError, match=r"^cannot modify read-only memory$"):
        snapshot.columns.usage["rss"][0] = 1
    assert not hasattr(snapshot.columns.usage, "__setitem__")


@pytest.mark.parametrize("field", attrs.fields(Columns), ids=lambda field: field.name)
def test_no_column_can_be_replaced(snapshot: Snapshot, field: attrs.Attribute[object]) -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(snapshot.columns, field.name, None)


def test_texts_and_ranges_are_tuples(snapshot: Snapshot) -> None:
    assert snapshot.columns.names == (b"", b"[heap]", b"/a")
    assert snapshot.columns.flags == (b" rd wr ",)
    assert snapshot.columns.unparsed == ()


def test_only_a_field_of_a_mapping_makes_a_text_smaps(snapshot: Snapshot) -> None:
    header, field = b"1000-2000 rw-p 00000000 00:00 0 \n", b"Rss: 4 kB\n"
    assert snapshot.kind == "smaps"
    for text in (header, field + header):
        assert loads(text, errors="collect").kind == "maps"


def test_columns_have_a_number_for_each_mapping(snapshot: Snapshot) -> None:
    columns = snapshot.columns
    assert len(columns) == 2
    assert columns.start.tolist() == [0x1000, 0x2000]
    assert columns.line_offset.tolist() == [0, TEXT.index(b"2000-3000")]
    assert [columns.names[index] for index in columns.name_index] == [b"[heap]", b"/a"]
    assert columns.usage["rss"].tolist() == [4096, 2**64 - 1]
    assert columns.flags_index.tolist() == [0, 2**32 - 1]


def test_flags_after_the_last_line_of_flags_are_absent() -> None:
    entry = b"1000-2000 rw-p 00000000 00:00 0 \nRss: %d kB\n"
    columns = loads(entry % 4 + b"VmFlags: rd \n" + entry % 8 + entry % 12).columns
    assert columns.flags_index.tolist() == [0, 2**32 - 1, 2**32 - 1]


def test_columns_are_compared_by_identity(snapshot: Snapshot) -> None:
    """Two million numbers are not compared by chance, and columns can be keys."""
    assert copy.copy(snapshot.columns) != snapshot.columns
    assert {snapshot.columns: 1}[snapshot.columns] == 1


def test_repr_has_no_buffers(snapshot: Snapshot) -> None:
    assert "Buffers" not in repr(snapshot.columns)
    assert "start=" in repr(snapshot.columns)


def test_views_share_the_memory_of_the_buffers(snapshot: Snapshot) -> None:
    """A view that exports the array keeps it from being resized, so it is no copy."""
    assert snapshot.columns.start.nbytes == 16
    buffer = cast("array[int]", snapshot.columns.start.obj)
    with pytest.raises(BufferError):
        buffer.append(1)


def test_columns_can_be_copied(snapshot: Snapshot) -> None:
    """`copy.deepcopy` uses the protocol of pickle."""
    columns = copy.deepcopy(snapshot.columns)
    assert columns.end.tolist() == [0x2000, 0x3000]
    assert columns.usage["rss"].tolist() == [4096, 2**64 - 1]


@pytest.mark.parametrize("engine", ["python", "native"])
def test_a_row_after_the_end_of_a_short_column_has_no_number(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "native" and (missing := why_not_native()):
        pytest.skip(f"the native scanner was not built: {missing}")
    monkeypatch.setattr(columns_module, "engine", lambda: engine)
    found = gather(array("Q", [5, 6]), array("I", [1, 0, 2, 3, 1]))
    assert [*found] == [6, 5, MISSING, MISSING, 6]
