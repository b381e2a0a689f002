"""Real embedded dumps: every mapping is recovered. They are read from where they lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from procmaps.extraction import extract

MISCOUNTED = {
    # LVM prints "start - end", with spaces around the dash, for the areas that it locks; the index
    # counts only the lines without. Four listings of 101 lines each.
    "linux-raid.vger.kernel.org.0__83d468cb7a70.quoted": 404,
    # Six mappings are broken between device and inode, so that no single line holds one.
    "linux-arm-kernel.lists.infradead.org.0__8447e8715a09.quoted": 30,
}
"""Files whose number of mappings the index has wrong, the right number, and why."""


@pytest.fixture
def embedded(shared_dumps: Path) -> Path:
    """The folder of real dumps inside other text."""
    return shared_dumps / "embedded"


def indexed(folder: Path) -> dict[str, int]:
    """How many mappings the index says that each file holds."""
    rows = (folder.parent / "index.tsv").read_text("utf-8").split("\n")
    cells = (row.split("\t") for row in rows if row.startswith("embedded/"))
    return {row[0].removeprefix("embedded/"): int(row[5]) for row in cells}


def test_every_mapping_of_the_real_ones_is_recovered(embedded: Path) -> None:
    expected = indexed(embedded) | MISCOUNTED
    assert expected.keys() == {place.name for place in embedded.iterdir()}
    for name, count in expected.items():
        dumps = extract((embedded / name).read_bytes())
        assert sum(len(dump.entries) for dump in dumps) == count, name
        for dump in dumps:
            assert not dump.unread, (name, dump.unread)
            assert not [p for p in dump.snapshot.problems if p.kind == "unparsed"], name
            assert dump.declared in (None, len(dump.entries)), name


def test_nothing_is_left_of_what_was_around_them(embedded: Path) -> None:
    for place in embedded.iterdir():
        for dump in extract(place.read_bytes()):
            for mapping in dump.snapshot:
                assert mapping.name.kind != "other" or mapping.name.raw in KNOWN, mapping.name


KNOWN = {b"cppbench_server_main", b"[kuserhelpers]"}
"""Names that no rule knows and that stand so in the originals: a profile names the program without
its folder, a tombstone the ARM helper page, which the kernel calls [vectors]."""
