"""docs/speed.md says what was measured, and a goal that is missed is told."""

import json

import attrs

from bench import report
from bench.floors import FLOORS
from bench.race import Ratio
from tests.support.checkout import ROOT

DOCS = ROOT / "docs"
MEASURED = json.loads((DOCS / "generated" / "speed.json").read_text())


def test_the_page_and_the_plot_have_the_figures_that_were_measured() -> None:
    page = (DOCS / "speed.md").read_text()
    assert report.with_figures(page, MEASURED) == page
    assert "\n".join(report.svg(MEASURED)) + "\n" == (DOCS / "generated" / "speed.svg").read_text()


def test_every_goal_was_measured() -> None:
    assert {floor.key for floor in FLOORS} <= {*MEASURED["ratios"]}


def test_what_is_below_its_floor_and_what_was_not_measured_is_told() -> None:
    below, above, *_ = [
        next(floor for floor in FLOORS if floor.better == better) for better in ("below", "above")
    ]
    ratios = {
        below.key: attrs.asdict(Ratio(2 * below.limit, 0, 0)),
        above.key: attrs.asdict(Ratio(above.limit, 0, 0)),
    }
    missed = report.missed({"ratios": ratios}, FLOORS)
    assert missed[0] == f"{below.title}: {2 * below.limit:.3g} (0–0), goal {below.goal}"
    assert not [line for line in missed if line.startswith(above.title)]
    others = [f for f in FLOORS if f not in (below, above)]
    assert missed[1:] == [
        f"{floor.title}: not measured (see who was absent), goal {floor.goal}" for floor in others
    ]
