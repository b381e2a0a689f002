"""Pictures: areas are proportional, the stacks add up, and names are only text."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import procmaps
from procmaps.exports import Reading, to_html, to_svg
from procmaps.exports.charts.series import series
from procmaps.exports.charts.squarify import Rect, squarify
from procmaps.exports.charts.treemap import treemap
from procmaps.usage import account
from tests.support.dumps import SMAPS_AFTER, SMAPS_BEFORE
from tests.support.examples import examples

BOX = Rect(0, 0, 1000, 560)
BEFORE = account(procmaps.loads(SMAPS_BEFORE), ("kind", "group"))
AFTER = account(procmaps.loads(SMAPS_AFTER), ("kind", "group"))
SVG = "{http://www.w3.org/2000/svg}"

VALUES = st.lists(st.integers(1, 2**40), min_size=1, max_size=40).map(
    lambda values: sorted(values, reverse=True)
)
SIDES = st.integers(1, 2000)


def overlap(one: Rect, other: Rect) -> float:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(0.0, width) * max(0.0, height)


@given(VALUES, SIDES, SIDES)
@settings(max_examples=examples(50))
def test_areas_are_proportional_and_fill_the_rectangle(
    values: list[int], width: int, height: int
) -> None:
    box = Rect(3, 5, width, height)
    found = squarify(values, box)
    tolerance = 1e-6 * box.area
    for value, rect in zip(values, found, strict=True):
        assert rect.area == pytest.approx(value * box.area / sum(values), abs=tolerance)
        assert overlap(rect, box) == pytest.approx(rect.area, abs=tolerance)
    for number, rect in enumerate(found):
        assert all(overlap(rect, other) <= tolerance for other in found[:number])


def test_equal_values_become_squares() -> None:
    found = squarify([1, 1, 1, 1], Rect(0, 0, 100, 100))
    assert {(rect.width, rect.height) for rect in found} == {(50, 50)}


def test_nothing_to_divide() -> None:
    assert squarify([], BOX) == []
    assert squarify([1], Rect(0, 0, 0, 10)) == [Rect(0, 0, 0, 0)]


def test_a_tile_says_what_it_is_and_lies_in_its_group() -> None:
    tiles = treemap(BEFORE.total, "rss", BOX)
    titles = {tile.title.split("\n")[0]: tile for tile in tiles}
    arena = titles["anon > glibc > malloc arena"]
    assert arena.title.endswith("\n2.0M, 20.5 %, 1 mapping")
    assert arena.label.startswith("malloc arena")
    group = titles["anon > glibc"]
    assert overlap(arena.rect, group.rect) == pytest.approx(arena.rect.area)
    assert (group.group, group.depth, arena.group) == (True, 1, False)
    outermost = [tile.rect.area for tile in tiles if not tile.depth]
    assert sum(outermost) == pytest.approx(BOX.area)


def test_groups_that_cannot_be_seen_are_one() -> None:
    lines = [b"1000-2000 rw-p 00000000 00:00 0 [heap]\nRss: 900000 kB\n"]
    lines += [
        b"%x000-%x000 rw-p 00000000 00:00 0 [anon:x%c]\nRss: 1 kB\n" % (n, n + 1, 65 + n % 26)
        for n in range(2, 28)
    ]
    found = account(procmaps.loads(b"".join(lines)), "label")
    tiles = treemap(found.total, "rss", BOX)
    assert [tile.title.split("\n")[0] for tile in tiles] == ["(no label)", "26 smaller groups"]


def test_without_the_figure_there_are_no_tiles() -> None:
    assert treemap(BEFORE.total, "ksm", BOX) == []
    everything = account(procmaps.loads(SMAPS_BEFORE), ())
    (tile,) = treemap(everything.total, "rss", BOX)
    assert tile.title.startswith("everything\n9.8M, 100.0 %, 8 mappings")


def test_the_areas_add_up_to_the_total() -> None:
    readings = [Reading("a", BEFORE), Reading("b", AFTER)]
    found = series(readings, "rss", Rect(0, 0, 100, 100))
    assert [area.name for area in found.areas][:2] == ["anon > session cache", "heap"]
    assert (found.areas[0].first, found.areas[0].last) == ("2.0M", "9.5M")
    upper = found.areas[-1].points.split(" ")[:2]
    heights = [100 - float(point.split(",")[1]) for point in upper]
    top = 20 * 2**20  # the highest mark
    assert found.rows[-1].label == "20M"
    for height, each in zip(heights, (BEFORE, AFTER), strict=True):
        assert height == pytest.approx(100 * (each.total.usage.rss or 0) / top, abs=0.01)
    assert [mark.label for mark in found.marks] == ["a", "b"]


def test_readings_lie_where_their_times_are() -> None:
    readings = [Reading("x", BEFORE, time, f"{time} s") for time in (0, 1, 10)]
    found = series(readings, "rss", Rect(0, 0, 100, 100))
    assert [mark.at for mark in found.marks] == [0, 10, 100]
    backwards = [Reading("x", BEFORE, time) for time in (9, 1, 10)]
    assert [mark.at for mark in series(backwards, "rss", Rect(0, 0, 100, 100)).marks] == [
        0, 50, 100,
    ]  # fmt: skip


def test_many_groups_become_others_and_many_readings_few_marks() -> None:
    text = b"".join(
        b"%x000-%x000 rw-p 00000000 00:00 0 [anon:%s]\nRss: %d kB\n"
        % (n, n + 1, bytes([65 + n]) * 3, n * 4)
        for n in range(1, 21)
    )
    found = account(procmaps.loads(text), "label")
    readings = [Reading(str(number), found) for number in range(100)]
    drawn = series(readings, "rss", Rect(0, 0, 100, 100))
    assert [area.name for area in drawn.areas][-1] == "11 others"
    assert len(drawn.areas) == 10
    assert [mark.label for mark in drawn.marks] == ["0", "20", "40", "60", "99"]


HOSTILE = procmaps.loads(
    b"1000-2000 rw-p 00000000 00:00 0 [anon:</title></svg><script>alert(1)</script>&\"'\x1b\xff]\n"
    b"Rss: 4 kB\nPss: 4 kB\n"
    b"2000-3000 rw-p 00000000 00:00 0 [anon:\xe2\x80\xae\xef\xbf\xbf\x01]\nRss: 4 kB\nPss: 4 kB\n"
)


@pytest.mark.parametrize("count", [1, 2])
def test_hostile_labels_are_text(count: int) -> None:
    found = account(HOSTILE, "label")
    readings = [Reading("</title><script>alert(2)</script>\x1b", found)] * count
    page, picture = to_html(readings), to_svg(readings)
    root = ET.fromstring(picture)  # noqa: S314 - our own
    texts = [each.text or "" for each in root.iter()]
    assert any(r"<script>alert(1)</script>&" in text for text in texts)
    for content in (page, picture):
        assert "<script" not in content
        assert "\u202e" not in content
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", content)
        assert r"alert(1)</script>&" in unescape(content)
    assert r"\xff" in page


def test_a_page_may_load_and_run_nothing() -> None:
    page = to_html([Reading("server", BEFORE), Reading("server", AFTER)])
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in page
    assert not re.search(r"(src|href|@import|url\()", page.replace("-src", ""))
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
    assert page.count("<svg xmlns") == 2
    assert "pss: 14M, by kind, group; 8 mappings." in page
    assert "pss is up to 2048 bytes too small." in page


def test_an_absent_figure_is_said_and_no_readings_are_an_error() -> None:
    assert "ksm: not reported by this kernel" in to_html([Reading("server", BEFORE)], "ksm")
    for draw in (to_html, to_svg):
        with pytest.raises(ValueError, match="nothing to draw: expected at least one reading"):
            draw([])
        with pytest.raises(KeyError):
            draw([Reading("server", BEFORE)], "vss")


def test_a_picture_is_whole_xml_with_its_colours() -> None:
    for readings in ([Reading("a", BEFORE)], [Reading("a", BEFORE), Reading("b", AFTER)]):
        root = ET.fromstring(to_svg(readings))  # noqa: S314 - our own
        assert root.tag == f"{SVG}svg"
        style = root.find(f"{SVG}style")
        assert style is not None
        assert "prefers-color-scheme: dark" in (style.text or "")
