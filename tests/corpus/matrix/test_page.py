"""docs/generated/matrix.html is current, and hostile text in it stays text."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import pytest

from corpus.tools.matrix import expected, read_peers
from corpus.tools.matrix.installing import ROOT
from corpus.tools.matrix.page import details
from corpus.tools.matrix.page.rendering import Outdated, to_html
from corpus.tools.matrix.read_peers import load
from corpus.tools.matrix.results import Finding, Results, Row, SmallestFailure, Tried
from corpus.tools.matrix.run_facts import RunFacts
from procmaps import loads
from procmaps.check import cases
from procmaps.check.cases import Case
from procmaps.check.verdicts import Difference, Verdict
from procmaps.printable import visible

PAGE = (ROOT / "docs" / "generated" / "matrix.html").read_text("utf-8")
HOSTILE = "</script><img src=x onerror=alert(1)>\"'&\x1b[31m\u202e<!--"
DUMP = b"400000-401000 r--p 00000000 fd:01 42         /opt/</script><b>\x1b\n"


RUN = RunFacts("0123456789ab", "2026-01-31", "a machine")


def test_redrawing_the_page_changes_nothing() -> None:
    assert to_html(expected.known(cases.load()), details.recorded(PAGE)) == PAGE


def test_refuses_details_of_another_run() -> None:
    recorded = details.recorded(PAGE)
    name = next(name for name, known in recorded.items() if known.failures)
    recorded[name] = attrs.evolve(recorded[name], failures={})
    with pytest.raises(Outdated, match=rf"^matrix\.html and expected\.json .* write {name}$"):
        to_html(expected.known(cases.load()), recorded)


def test_refuses_a_page_without_data() -> None:
    with pytest.raises(ValueError, match=r"^the page has no data"):
        details.recorded("<html></html>")


def test_the_latest_run_is_in_the_head_and_each_peer_has_its_own() -> None:
    peers = load(["psutil", "gdb"])
    rows = [Row(peer=peer) for peer in peers]
    earlier = attrs.evolve(RUN, commit="aaaaaaaaaaaa", date="2025-12-31")
    known = {
        peer.name: details.of_run(row, run)
        for peer, row, run in zip(peers, rows, (earlier, RUN), strict=True)
    }
    html = to_html(Results([], rows), known)
    assert "Run on 2026-01-31 from commit <code>0123456789ab</code> on a machine" in html
    again = details.recorded(html)
    assert (again["psutil"].run, again["gdb"].run) == (earlier, RUN)


def test_what_an_adapter_leaves_unjudged_is_on_the_page() -> None:
    (peer,) = load(["psutil"])
    row = Row(peer=attrs.evolve(peer, unjudged=("the offset: it does not return it",)))
    html = to_html(Results([], [row]), {"psutil": details.of_run(row, RUN)})
    found = _Elements()
    found.feed(html)
    assert json.loads(found.data)["peers"][0]["unjudged"] == ["the offset: it does not return it"]


class _Elements(HTMLParser):
    """The tags of a page, and the text of its data element."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.comments: list[str] = []
        self.text = ""
        self.data = ""
        self._in_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in_data = ("id", "data") in attrs

    def handle_endtag(self, tag: str) -> None:
        self._in_data = self._in_data and tag != "script"

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data += data
        else:
            self.text += data


def test_hostile_text_stays_text() -> None:
    peer, other = load(["psutil", "gdb"])
    case = Case(
        "labels/like-x.smaps", "smaps", DUMP, tuple(loads(DUMP)), shows=HOSTILE,
        feature="label-look-alike",
    )  # fmt: skip
    verdict = Verdict("wrong", (Difference("name", HOSTILE, HOSTILE),), detail=HOSTILE)
    failed = Row(
        peer=attrs.evolve(peer, title=HOSTILE, note=HOSTILE, language=HOSTILE, unjudged=(HOSTILE,)),
        version=HOSTILE,
        probes={"label-glibc.smaps": Tried("wrong:name", "shows", HOSTILE, caused=True)},
        verdicts={case.id: verdict},
        findings={case.id: Finding("value", HOSTILE)},
        failures={case.id: SmallestFailure(verdict, DUMP, (0,))},
    )
    absent = Row(peer=attrs.evolve(other, title=HOSTILE), reason=HOSTILE)
    html = to_html(Results([case], [failed, absent]), {"psutil": details.of_run(failed, RUN)})
    usual, found = _Elements(), _Elements()
    usual.feed(PAGE)
    found.feed(html)
    assert (set(found.tags) - set(usual.tags), found.comments) == (set(), [])
    assert HOSTILE not in found.text
    # The card of the name has the parser and its text; the list of peers that were not run.
    assert found.text.count(visible(HOSTILE)) == 4
    data: dict[str, Any] = json.loads(found.data)
    assert data["peers"][0]["title"] == data["peers"][0]["unjudged"][0] == visible(HOSTILE)
    assert data["peers"][0]["probes"]["label-glibc.smaps"] == ["shows", visible(HOSTILE)]
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_the_figures_match_the_expected_files() -> None:
    found = _Elements()
    found.feed(PAGE)
    data = json.loads(found.data)
    identities = [case[0] for case in data["cases"]]
    assert identities == [case.id for case in cases.load()]
    for entry in data["peers"]:
        (peer,) = read_peers.load([entry["name"]])
        known = expected.load(peer)
        assert {identities[int(n)] for n in entry.get("failures", {})} == set(known.fails)
        assert entry.get("cells", "").count("p") == known.passes
        caused = {key for key, tried in known.probes.items() if tried.caused}
        assert set(entry.get("probes", {})) == caused


def test_the_page_loads_no_other_file_and_links_to_files_that_exist() -> None:
    markup = PAGE.partition('<script id="data"')[0]
    assert not re.findall(r"\ssrc=|<link|@import|url\(", markup)
    links = re.findall(r'href="([^"#][^"]*)"', markup)
    folder = Path(ROOT / "docs" / "generated")
    assert {"../check.md", "../../README.md"} <= set(links)
    assert [link for link in links if not (folder / link).exists()] == []
