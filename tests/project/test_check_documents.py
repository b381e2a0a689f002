"""Figures in the pages about the suite match the suite."""

from __future__ import annotations

import re

from corpus.tools.matrix import read_peers
from corpus.tools.matrix.installing import ROOT
from procmaps.check import cases
from tests.check.mutants import MUTANTS


def figure(page: str, pattern: str) -> int:
    """Return the number that *pattern* finds on a page."""
    found = re.search(pattern, (ROOT / page).read_text("utf-8"))
    assert found, f"{page} has no text like {pattern}"
    return int(found[1])


def test_the_number_of_cases() -> None:
    count = len({case.id.rpartition(".")[0] for case in cases.load()})
    documented = figure("docs/check.md", r"over (\d+) cases")
    assert documented <= count < documented + 50


def test_the_number_of_parsers_wrong_on_purpose() -> None:
    documented = figure("docs/check.md", r"More than (\d+) parsers that are wrong on purpose")
    assert documented < len(MUTANTS) <= documented + 20


def test_the_number_of_existing_parsers() -> None:
    ran = [peer for peer in read_peers.load() if not peer.reason]
    assert figure("CHANGELOG.md", r"(\d+) (?:existing )?parsers") == len(ran)
