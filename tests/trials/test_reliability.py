"""docs/reliability.md is what the records say."""

from __future__ import annotations

from tests.trials import recording
from tests.trials.fuzzing.core_reasons import REASONS
from tests.trials.points import POINTS
from tests.trials.reliability import PAGE, core_lines, page, python_laws, races


def test_the_page_is_written_from_the_records() -> None:
    assert PAGE.read_text() == page(), "run `make reliability`"


def test_every_line_of_the_core_runs_or_has_a_reason() -> None:
    lines = core_lines(recording.read("fuzz-core"))
    uncovered = {(file, line) for file, row in lines.items() for line in row["uncovered"].values()}
    assert uncovered - {*REASONS} == set()


def test_no_trial_recorded_a_find() -> None:
    core, python = recording.read("fuzz-core"), recording.read("fuzz-python")
    campaigns = [*core["dialects"].values()]
    for run in python["runs"]:
        campaigns += run["laws"].values()
    assert [campaign["finds"] for campaign in campaigns] == [[]] * len(campaigns)
    assert [race["violations"] for race in races()] == [0] * len(races())


def test_the_trials_of_fuzzing_had_their_executions() -> None:
    core, python = recording.read("fuzz-core"), recording.read("fuzz-python")
    assert sum(found["executions"] for found in core["dialects"].values()) >= 10**7
    assert sum(found["executions"] for found in python_laws(python).values()) >= 10**6


def test_what_shows_a_point_exists() -> None:
    paths = [path for point in POINTS for path in point.shown_by]
    assert [path for path in paths if not (recording.ROOT / path).exists()] == []


def test_the_races_lasted_an_hour_here_and_ran_on_older_kernels() -> None:
    here, booted = ([r for r in races() if r["booted"] is value] for value in (False, True))
    assert sum(race["minutes"] for race in here) >= 60
    assert {race["kernel"][:4] for race in booted} == {"6.1.", "6.12"}
