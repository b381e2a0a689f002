"""A race runs its contenders by turns and reports why one fails."""

import sys
from pathlib import Path

import pytest

from bench import texts
from bench.race import Contender, Ratio, Times, race, times_of


@pytest.fixture
def text(tmp_path: Path) -> str:
    path = tmp_path / "maps"
    path.write_bytes(texts.dump("maps", 50, "plain"))
    return str(path)


def test_each_contender_runs_every_round_and_finds_every_mapping(text: str) -> None:
    ours = [
        Contender.task(name, "columns", PROCMAPS_ENGINE=name) for name in ("python", "reference")
    ]
    found = race(ours, dict.fromkeys(("python", "reference"), text), rounds=3)
    for name in ("python", "reference"):
        times = times_of(found[name])
        assert (len(times.seconds), times.found) == (3, 50)


def test_a_contender_that_fails_has_a_reason_instead_of_times(text: str) -> None:
    contenders = [
        Contender.task("refuses", "columns"),
        Contender("dies", (sys.executable, "-c", "pass")),
    ]
    found = race(contenders, {"refuses": f"{text}-missing", "dies": text}, rounds=2)
    assert found["dies"] == "crashed on this text"
    assert str(found["refuses"]).startswith("FileNotFoundError: ")
    with pytest.raises(RuntimeError, match=r"^crashed on this text$"):
        times_of(found["dies"])


def test_a_ratio_is_taken_within_a_round() -> None:
    slow, fast = Times((2.0, 40.0, 6.0, 8.0, 10.0), 1), Times((1.0, 10.0, 3.0, 4.0, 5.0), 1)
    assert slow.ratio(fast) == Ratio(2.0, 2.0, 2.0)
