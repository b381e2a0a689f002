"""The published results match the recorded figures, and missed goals are reported."""

import json
from pathlib import Path

import attrs

from bench import report
from bench.goals import GOALS, WITHOUT_GOAL, Goal
from bench.race import Ratio
from tests.support.checkout import ROOT

GENERATED = ROOT / "docs" / "generated"
MEASURED = json.loads((GENERATED / "speed.json").read_text())


def test_publishing_the_recorded_figures_changes_no_file(tmp_path: Path) -> None:
    report.publish(MEASURED, tmp_path)
    for name in ("speed.json", "speed.md", "speed.svg"):
        assert (tmp_path / name).read_text() == (GENERATED / name).read_text()


def test_every_goal_has_a_recorded_figure() -> None:
    assert {goal.key for goal in GOALS} | WITHOUT_GOAL.keys() == MEASURED["ratios"].keys()


def test_reports_goals_that_are_missed_or_were_not_measured() -> None:
    at_most, at_least = (
        next(goal for goal in GOALS if goal.bound == bound) for bound in ("at most", "at least")
    )
    ratios = {
        at_most.key: attrs.asdict(Ratio(2 * at_most.limit, 0, 0)),
        at_least.key: attrs.asdict(Ratio(at_least.limit, 0, 0)),
    }
    missed = report.missed({"ratios": ratios}, GOALS)
    assert missed[0] == f"{at_most.title}: {2 * at_most.limit:.3g} (0–0), goal {at_most.text}"
    assert not [line for line in missed if line.startswith(at_least.title)]
    others = [goal for goal in GOALS if goal not in (at_most, at_least)]
    assert missed[1:] == [
        f"{goal.title}: not measured (see the absent contenders), goal {goal.text}"
        for goal in others
    ]


def test_the_page_marks_a_missed_goal_and_counts_those_that_are_met() -> None:
    first = next(goal for goal in GOALS if goal.bound == "at most")
    figures = {goal.key: attrs.asdict(Ratio(goal.limit, 1, 1)) for goal in GOALS}
    figures[first.key] = attrs.asdict(Ratio(first.limit + 1, 1, 1)) | {"day": "2026-01-02"}
    page = report.markdown({**MEASURED, "ratios": figures}, "speed")
    assert f"{len(GOALS) - 1} of {len(GOALS)} goals are met." in page
    assert [line for line in page.splitlines() if "**no**" in line] == [_row(first)]


def test_a_quick_run_is_marked() -> None:
    assert "**A quick run:**" in report.markdown({**MEASURED, "quick": True}, "bench")
    assert "quick" not in report.markdown(MEASURED, "speed")


def _row(goal: Goal) -> str:
    figure = Ratio(goal.limit + 1, 1, 1)
    return f"| {goal.title} | {goal.text} | {figure}, on 2026-01-02 | **no** |"


def test_an_error_that_quotes_a_dump_cannot_leave_its_table_cell() -> None:
    race = {
        "title": "maps",
        "mappings": 1,
        "each": "mapping",
        "results": {"peer": "bad name '`<b>\x1b[31m|\n'"},
    }
    page = report.markdown({**MEASURED, "races": [race]}, "speed")
    assert r"| peer | fails: `bad name ''<b>\x1b[31m\|\x0a'` | |" in page.splitlines()
