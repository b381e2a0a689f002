"""The page of the matrix in a real browser: tables, sorting, links, sections, narrow screens."""

from __future__ import annotations

import re
from typing import Any

import pytest

from corpus.tools.matrix import expected, probes, read_peers
from corpus.tools.matrix.installing import ROOT
from procmaps.check import cases
from tests.corpus.peers import browser

PAGE = (ROOT / "docs" / "generated" / "matrix.html").read_text("utf-8")
NARROW, WIDE = 400, 1280

TABLES = """
const cells = (table, column) =>
  [...document.querySelectorAll(`#${table} tbody tr`)].map(row => row.cells[column].textContent);
const press = (table, column) =>
  document.querySelectorAll(`#${table} thead button`)[column].click();
// Without the word after the title that marks an idiom.
const titles = () => [...document.querySelectorAll('#ranking tbody th a')].map(a => a.textContent);
const found = { parsers: titles() };
found.eager = document.querySelectorAll('#matrix td').length;
press('ranking', 2);
found.ascending = cells('ranking', 2).map(Number);
press('ranking', 2);
found.descending = cells('ranking', 2).map(Number);
found.order = titles();
found.shades = [likelyShare(1, 1), likelyShare(3, 3), likelyShare(14, 17), likelyShare(53, 53)];
found.share = [...document.querySelectorAll('#grid td.share a')].map(link => link.textContent);
await go('every');
press('matrix', 1);
found.sorted = document.querySelector('#matrix th[aria-sort]').textContent;
found.link = document.querySelector('#matrix td.cell a').getAttribute('href');
await go(found.link);
found.panel = document.getElementById('detail').innerText;
found.dump = document.getElementById('dump').textContent;
document.querySelector('#detail .close').click();
await later(200);
found.closed = location.hash;
await go(document.querySelector('#names a').getAttribute('href'));
found.name = document.getElementById('detail').innerText;
return found;
"""

LAYOUT = """
const shown = () => [...document.querySelectorAll('main > section, main > header')]
  .filter(part => part.offsetParent !== null).map(part => part.id || 'header');
const overflow = () => document.documentElement.scrollWidth - innerWidth;
const cut = [], alone = {}, wide = {}, hidden = [];
for (const id of ['names', 'parsers', 'classes', 'every', 'missing']) {
  await go(id);
  alone[id] = shown();
  const nav = document.getElementById('sections').getBoundingClientRect();
  const heading = document.querySelector(`#${id} h2`).getBoundingClientRect();
  if (heading.top < Math.max(0, nav.bottom)) hidden.push(id);
  wide[id] = overflow();
  for (const head of document.querySelectorAll(`#${id} tbody th`))
    if (head.offsetParent !== null && head.scrollWidth > head.clientWidth)
      cut.push(head.textContent);
}
await go('whole');
const whole = shown();
wide.whole = overflow();
const peer = ran.find(item => Object.keys(item.failures).length);
const sheet = {};
for (const hash of [peer.name, peer.name + '/' + data.cases[Object.keys(peer.failures)[0]][0]]) {
  await go(hash);
  const box = document.getElementById('detail').getBoundingClientRect();
  const main = getComputedStyle(document.querySelector('main')).display;
  // Without the scroll bar, if there is one.
  const screen = document.documentElement.clientWidth;
  sheet[hash] = { width: box.width, screen, main, over: overflow() };
}
return { cut, hidden, alone, wide, whole, sheet, inner: innerWidth };
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return browser.run(PAGE, TABLES, tmp_path_factory.mktemp("tables"), width=WIDE)


@pytest.fixture(scope="module", params=[NARROW, WIDE])
def layout(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    width: int = request.param
    return browser.run(PAGE, LAYOUT, tmp_path_factory.mktemp("layout"), width=width)


def test_every_parser_that_was_run_has_a_row_the_best_first(found: dict[str, Any]) -> None:
    results = expected.known(cases.load())
    assert found["parsers"] == [row.peer.title for row in results.ranked()]


def test_a_heading_sorts_in_both_directions(found: dict[str, Any]) -> None:
    assert found["ascending"] == sorted(found["ascending"])
    assert found["descending"] == sorted(found["ascending"], reverse=True)
    assert found["ascending"] != found["descending"]
    assert found["order"] != found["parsers"]


def test_the_ranking_shows_how_much_was_asked(found: dict[str, Any]) -> None:
    results = expected.known(cases.load())
    printed_by_kernels = results.by_likely()["kernels"]
    assert dict(zip(found["order"], found["descending"], strict=True)) == {
        row.peer.title: row.tally(printed_by_kernels).asked for row in results.ran
    }


def test_each_share_has_what_was_asked_and_few_dumps_are_no_dark_colour(
    found: dict[str, Any],
) -> None:
    assert found["share"]
    assert all(re.fullmatch(r"\d+/\d+", text) for text in found["share"])
    one, three, most, all_of_many = found["shades"]
    assert one < three < most < all_of_many


def test_a_heading_of_the_matrix_sorts_by_its_parser(found: dict[str, Any]) -> None:
    assert found["sorted"] == found["parsers"][0]


def test_the_largest_table_is_drawn_when_it_is_needed(found: dict[str, Any]) -> None:
    assert found["eager"] == 0


def test_a_cell_opens_the_case_its_smallest_dump_and_the_command(found: dict[str, Any]) -> None:
    link = str(found["link"])
    name, _, identity = link.removeprefix("#").partition("/")
    case = next(case for case in cases.load() if case.id == identity)
    (peer,) = read_peers.load([name])
    assert identity in expected.load(peer).fails
    command = f"python -m corpus.tools.matrix try {name} {identity}"
    for text in (peer.title, identity, case.shows, "Expected", "Got", command):
        assert text in found["panel"]
    assert found["dump"]


def test_closing_the_panel_returns_to_the_section_that_it_was_opened_from(
    found: dict[str, Any],
) -> None:
    assert found["closed"] == "#every"


def test_a_card_opens_the_name_and_the_command(found: dict[str, Any]) -> None:
    command = re.search(r"python -m corpus\.tools\.matrix try (\S+) probes/(\S+)", found["name"])
    assert command
    (peer,) = read_peers.load([command[1]])
    tried = expected.load(peer).probes[command[2]]
    assert tried.caused
    name = next(p for p in probes.load() if p.id == command[2].rpartition(".")[0])
    assert peer.title in found["name"]
    assert tried.how in found["name"]
    assert name.printed_for in found["name"]


def test_a_section_renders_alone_by_its_anchor(layout: dict[str, Any]) -> None:
    assert layout["alone"] == {section: [section] for section in layout["alone"]}
    assert layout["whole"] == ["header", *layout["alone"]]
    assert layout["hidden"] == []


def test_nothing_is_wider_than_the_screen(layout: dict[str, Any]) -> None:
    assert {place: over for place, over in layout["wide"].items() if over > 0} == {}
    assert [place for place, sheet in layout["sheet"].items() if sheet["over"] > 0] == []


def test_no_name_is_cut(layout: dict[str, Any]) -> None:
    assert layout["cut"] == []


def test_on_a_narrow_screen_the_panel_is_a_sheet_of_its_own(layout: dict[str, Any]) -> None:
    narrow = layout["inner"] == NARROW
    for sheet in layout["sheet"].values():
        assert (sheet["main"] == "none") == narrow
        assert (sheet["width"] == sheet["screen"]) == narrow
