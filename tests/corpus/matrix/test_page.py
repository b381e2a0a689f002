"""docs/generated/matrix.html is current, and hostile text in it stays text."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import attrs
import pytest

from corpus.tools.matrix import expected, page
from corpus.tools.matrix.installing import ROOT
from corpus.tools.matrix.page import Details, Outdated, to_html
from corpus.tools.matrix.read_peers import load
from corpus.tools.matrix.results import Results, Row, SmallestFailure
from procmaps import loads
from procmaps.check import cases
from procmaps.check.cases import Case
from procmaps.check.verdicts import Difference, Verdict

PAGE = (ROOT / "docs" / "generated" / "matrix.html").read_text()
HOSTILE = "</script><img src=x onerror=alert(1)>\"'&\x1b[31m<!--"
DUMP = b"400000-401000 r--p 00000000 fd:01 42         /opt/</script><b>\x1b\n"


def test_redrawing_the_page_changes_nothing() -> None:
    assert to_html(expected.known(cases.load()), page.recorded(PAGE)) == PAGE


def test_refuses_details_of_another_run() -> None:
    details = page.recorded(PAGE)
    name = next(name for name, known in details.items() if known.failures)
    details[name] = Details(details[name].judged, {})
    with pytest.raises(Outdated, match=rf"^matrix\.html and expected\.json .* {name}; run "):
        to_html(expected.known(cases.load()), details)


def test_refuses_a_page_without_data() -> None:
    with pytest.raises(ValueError, match=r"^the page has no data"):
        page.recorded("<html></html>")


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
    case = Case("labels/like-x.smaps", "smaps", DUMP, tuple(loads(DUMP)), shows=HOSTILE)
    verdict = Verdict("wrong", (Difference("name", HOSTILE, HOSTILE),), detail=HOSTILE)
    failed = Row(
        peer=attrs.evolve(peer, title=HOSTILE, note=HOSTILE, language=HOSTILE),
        version=HOSTILE,
        verdicts={case.id: verdict},
        failures={case.id: SmallestFailure(verdict, DUMP, (0,))},
    )
    absent = Row(peer=attrs.evolve(other, title=HOSTILE), reason=HOSTILE)
    html = to_html(Results([case], [failed, absent]), {"psutil": page.details(failed)})
    usual, found = _Elements(), _Elements()
    usual.feed(PAGE)
    found.feed(html)
    assert (set(found.tags) - set(usual.tags), found.comments) == (set(), [])
    # The cards of the short answer and the list of peers that were not run.
    assert found.text.count(HOSTILE) == 3
    data: dict[str, Any] = json.loads(found.data)
    assert data["cases"][0][2] == data["peers"][0]["title"] == HOSTILE
    assert "\x1b" not in data["peers"][0]["failures"]["0"][2][0]
