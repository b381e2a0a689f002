"""The written part of the README."""

from __future__ import annotations

import pytest

from corpus.tools.matrix import expected
from corpus.tools.matrix.readme import BEGIN, END, NoMarkers, update
from procmaps.check import cases

RESULTS = expected.known(cases.load())


def test_only_the_text_between_the_markers_changes() -> None:
    first = update(f"before\n{BEGIN}former text\n{END}after\n", RESULTS)
    assert first.startswith(f"before\n{BEGIN}")
    assert first.endswith(f"{END}after\n")
    assert "former text" not in first
    assert update(first, RESULTS) == first


@pytest.mark.parametrize(
    "text", ["", BEGIN, END, END + BEGIN, BEGIN + BEGIN + END, BEGIN + END + END]
)
def test_a_text_without_both_markers_is_refused(text: str) -> None:
    with pytest.raises(NoMarkers, match=r"^expected one '<!-- Written by"):
        update(text, RESULTS)
