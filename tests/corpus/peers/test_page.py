"""The page of the matrix in a real browser: its tables, sorting, and links."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from corpus.tools.matrix import expected, read_peers
from corpus.tools.matrix.installing import ROOT
from procmaps.check import cases

PAGE = ROOT / "docs" / "generated" / "matrix.html"
CHROMIUM = shutil.which("chromium")

# Runs in the page. It leaves its findings in the document, so that --dump-dom prints them.
PROBE = """
<script>
const cells = (table, column) =>
  [...document.querySelectorAll(`#${table} tbody tr`)].map(row => row.cells[column].textContent);
const press = (table, column) =>
  document.querySelectorAll(`#${table} thead button`)[column].click();
const found = { parsers: cells('parsers', 0), shown: document.getElementById('count').textContent };
press('parsers', 2);
found.ascending = cells('parsers', 2).map(Number);
press('parsers', 2);
found.descending = cells('parsers', 2).map(Number);
found.order = cells('parsers', 0);
press('matrix', 1);
found.sorted = document.querySelector('#matrix th[aria-sort]').textContent;
const link = document.querySelector('#matrix td.cell a');
found.link = link.getAttribute('href');
location.hash = found.link;
setTimeout(() => {
  found.panel = document.getElementById('detail').innerText;
  found.dump = document.getElementById('dump').textContent;
  const pre = document.createElement('pre');
  pre.id = 'probe';
  pre.textContent = JSON.stringify(found);
  document.body.append(pre);
}, 500);
</script>
</body>
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if CHROMIUM is None:
        pytest.skip("no chromium; run apt-get install chromium")
    folder = tmp_path_factory.mktemp("browser")
    copy = folder / "matrix.html"
    copy.write_text(PAGE.read_text().replace("</body>", PROBE))
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", f"--user-data-dir={folder / 'profile'}",
            "--virtual-time-budget=10000", "--dump-dom", copy.as_uri(),
        ],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    probe = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout, re.DOTALL)
    assert probe, done.stderr[-2000:]
    result: dict[str, Any] = json.loads(unescape(probe[1]))
    return result


def test_every_parser_that_was_run_has_a_row(found: dict[str, Any]) -> None:
    assert sorted(found["parsers"]) == sorted(
        peer.title for peer in read_peers.load() if not peer.reason
    )


def test_a_heading_sorts_in_both_directions(found: dict[str, Any]) -> None:
    assert found["ascending"] == sorted(found["ascending"])
    assert found["descending"] == sorted(found["ascending"], reverse=True)
    assert found["ascending"] != found["descending"]
    assert found["order"] != found["parsers"]


def test_a_heading_of_the_matrix_sorts_by_its_parser(found: dict[str, Any]) -> None:
    assert found["sorted"] == found["parsers"][0]


def test_a_cell_opens_the_case_and_its_smallest_dump(found: dict[str, Any]) -> None:
    link = str(found["link"])
    name, _, identity = link.removeprefix("#").partition("/")
    case = next(case for case in cases.load() if case.id == identity)
    (peer,) = read_peers.load([name])
    assert identity in expected.load(peer).fails
    for text in (peer.title, identity, case.shows, "Expected", "Got"):
        assert text in found["panel"]
    assert found["dump"]


def test_the_figures_match_the_expected_files() -> None:
    data = json.loads(
        re.search(r'type="application/json">(.*?)</script>', PAGE.read_text(), re.DOTALL)[1]  # type: ignore[index]
    )
    identities = [case[0] for case in data["cases"]]
    assert identities == [case.id for case in cases.load()]
    for entry in data["peers"]:
        (peer,) = read_peers.load([entry["name"]])
        known = expected.load(peer)
        assert {identities[int(n)] for n in entry.get("failures", {})} == set(known.fails)
        assert entry.get("cells", "").count("p") == known.passes


def test_the_page_loads_no_other_file() -> None:
    text = Path(PAGE).read_text()
    assert not re.findall(
        r'(?:src|href)="(?!matrix\.md)[^"#]', text.partition("application/json")[0]
    )
