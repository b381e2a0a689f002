"""docs/generated/matrix.md and answer.json match the expected.json files."""

from __future__ import annotations

from corpus.tools.matrix import expected, read_peers
from corpus.tools.matrix.answer import short_answer, to_json
from corpus.tools.matrix.installing import ROOT
from corpus.tools.matrix.results import Results
from corpus.tools.matrix.summary import to_markdown
from procmaps.check import cases

RESULTS: Results = expected.known(cases.load())


def test_redrawing_the_page_changes_nothing() -> None:
    assert (ROOT / "docs" / "generated" / "matrix.md").read_text() == to_markdown(RESULTS)


def test_writing_the_answer_again_changes_nothing() -> None:
    assert (read_peers.FOLDER / "answer.json").read_text() == to_json(RESULTS)


def test_the_answer_covers_the_classes_of_labels_only() -> None:
    found = {item.title: item for item in short_answer(RESULTS)}
    assert "A label with spaces" in found
    assert "Paths with spaces" not in found
    assert all(
        0 <= len(item.broken) <= item.asked <= len(RESULTS.programs) for item in found.values()
    )
    broken = found["A label with spaces"].broken
    assert {"smem", "pagemap"} <= set(broken)
    assert len(broken) == len(set(broken))


def test_expected_json_covers_every_case_that_applies() -> None:
    for row in RESULTS.ran:
        known = expected.load(row.peer)
        assert row.total.passed == known.passes
        assert {case for case, verdict in row.verdicts.items() if not verdict.passed} == set(
            known.fails
        )
        assert all(
            row.verdicts[case].key == failure.verdict for case, failure in known.fails.items()
        )
