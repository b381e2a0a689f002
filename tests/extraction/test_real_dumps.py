"""Recover every mapping of real embedded dumps. They are read in place, never copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from procmaps.extraction import extract

MISCOUNTED = {
    # LVM prints "start - end", with spaces around the dash, for the areas that it locks. The index
    # counts only lines without those spaces. There are four listings of 101 lines each.
    "linux-raid.vger.kernel.org.0__83d468cb7a70.quoted": 404,
    # Six mappings are broken between device and inode, so no single line contains one.
    "linux-arm-kernel.lists.infradead.org.0__8447e8715a09.quoted": 30,
}
"""Files with a wrong number of mappings in the index: the right number, and the reason."""


@pytest.fixture
def embedded(shared_dumps: Path) -> Path:
    """Return the folder of real dumps inside other text."""
    return shared_dumps / "embedded"


def indexed(folder: Path) -> dict[str, int]:
    """Return the number of mappings of each file by the index."""
    rows = (folder.parent / "index.tsv").read_text("utf-8").split("\n")
    cells = (row.split("\t") for row in rows if row.startswith("embedded/"))
    return {row[0].removeprefix("embedded/"): int(row[5]) for row in cells}


def test_recovers_every_mapping_of_real_dumps(embedded: Path) -> None:
    expected = indexed(embedded) | MISCOUNTED
    assert expected.keys() == {path.name for path in embedded.iterdir()}
    for name, count in expected.items():
        dumps = extract((embedded / name).read_bytes())
        assert sum(len(dump.mappings) for dump in dumps) == count, name
        for dump in dumps:
            assert not dump.skipped, (name, dump.skipped)
            assert not [p for p in dump.snapshot.problems if p.kind == "unparsed"], name
            assert dump.declared in (None, len(dump.mappings)), name


def test_leaves_nothing_of_the_text_around_real_dumps(embedded: Path) -> None:
    for path in embedded.iterdir():
        for dump in extract(path.read_bytes()):
            for mapping in dump.snapshot:
                assert mapping.name.kind != "other" or mapping.name.raw in KNOWN, mapping.name


KNOWN = {b"cppbench_server_main", b"[kuserhelpers]"}
"""Names in the originals that no rule knows. A profile omits the folder of its program. A tombstone
names the ARM helper page, which the kernel calls [vectors]."""
