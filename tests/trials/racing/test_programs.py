"""The C programs beside the racer: the merger of one page, and the measurement of stalls."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from kernel.lab.errors import LabError
from kernel.lab.protocol import Outcome, Program, Result
from procmaps import QueryUnsupported, Snapshot, loads
from tests.trials.racing import guests, one_page, programs, stalls
from tests.trials.racing.readers import Tally, query_methods

TORN = b"20000000-20004000 rw-p 0 0:0 0 \n20000000-2000c000 rw-p 0 0:0 0 \n"
LAST = b"2003c000-20040000 r--p 0 0:0 0 \n"


@pytest.fixture(autouse=True)
def _prerequisites() -> None:
    if sys.platform != "linux" or not shutil.which("gcc"):
        pytest.skip("the programs are in C, for Linux: run `apt-get install gcc`")


def test_one_page_is_read_with_and_without_retries() -> None:
    tally = Tally()
    one_page.race(0.2, tally)
    assert not tally.violations
    counts = tally.counts
    assert counts["one page of maps, 0 retries"] == counts["one page of maps, 3 retries"] > 0


def test_a_torn_page_is_counted_and_a_missing_mapping_is_a_violation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = {0: TORN + LAST, 3: LAST.replace(b"r--p", b"rw-p")}

    def maps(_: int, *, retries: int) -> Snapshot:
        return loads(texts[retries])

    monkeypatch.setattr("procmaps.maps", maps)
    # One round: the clock stops after it.
    times = iter((0.0, 0.0, 1.0))
    monkeypatch.setattr("tests.trials.racing.one_page.time.monotonic", lambda: next(times))
    tally = Tally()
    one_page.race(0.5, tally)
    assert tally.counts["one page of maps, 0 retries, torn"] == 1
    assert tally.counts["one page of maps, 0 retries, overlap"] == 1
    assert tally.counts["one page of maps, 3 retries, torn"] == 0
    assert tally.violations == ["one page of maps, 3 retries: missing: 2003c000-20040000 r--p b''"]


def test_a_text_of_two_pages_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def maps(*_: object, **__: object) -> Snapshot:
        return loads(LAST * 200)

    monkeypatch.setattr("procmaps.maps", maps)
    with pytest.raises(RuntimeError, match="which is more than a page"):
        one_page.race(1, Tally())


def test_stalls_are_measured(tmp_path: Path) -> None:
    program = programs.build("stall", tmp_path, "-static")
    for reader, action in (("none", "fault"), ("smaps", "map"), ("maps", "fault-and-map")):
        done = subprocess.run(
            [program, reader, action, "50"], capture_output=True, text=True, check=True
        )
        figures = dict(zip(stalls.FIGURES, map(int, done.stdout.split()), strict=True))
        assert figures["calls"] > 0
        assert figures["median"] <= figures["90th"] <= figures["99th"] <= figures["longest"]
        assert (figures["reads"] > 0) is (reader != "none")


def test_stalls_beside_an_unknown_reader_are_an_error(tmp_path: Path) -> None:
    program = programs.build("stall", tmp_path)
    done = subprocess.run(
        [program, "nothing", "map", "50"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "nothing: No such file or directory" in done.stderr


def test_figures_are_in_microseconds() -> None:
    def run(*_: object) -> str:
        return "7 1500 2500 3500 4500 9 123456\n"

    found = stalls.measure(run, 1)
    assert [*found] == [f"{a}, {r}" for a in stalls.ACTIONS for r in stalls.READERS]
    assert [*found["map, smaps"].values()] == [7, 1.5, 2.5, 3.5, 4.5, 9, 123.5]


def test_a_kernel_without_the_ioctl_is_queried_by_text(monkeypatch: pytest.MonkeyPatch) -> None:
    assert query_methods(os.getpid())[-1] == "text"

    def refuse(*_: object) -> None:
        raise QueryUnsupported.__new__(QueryUnsupported)

    monkeypatch.setattr("procmaps.Querier.query", refuse)
    assert query_methods(os.getpid()) == ("text",)


class _Guest:
    """A guest whose Python prints this and ends with this status."""

    def __init__(self, status: int, output: bytes) -> None:
        self._result = Result(status, (output,))
        self.programs: list[Program] = []

    def run(self, programs: object, /) -> list[Outcome]:
        assert isinstance(programs, list)
        self.programs += programs
        return [Outcome({1: self._result}, 0)]


def test_a_race_in_a_guest_returns_its_tally() -> None:
    guest = _Guest(0, b'{"counts": {"maps": 3}, "violations": ["one"]}\n')
    assert guests.race(guest, 5, 7) == Tally(Counter({"maps": 3}), ["one"])
    encoded = guest.programs[0].encode()
    for word in (b"tests.trials.racing.one_racer\0", b"5\0", b"7\0"):
        assert word in encoded


def test_a_race_that_fails_in_a_guest_is_an_error() -> None:
    with pytest.raises(LabError, match="the race failed in the guest: Traceback"):
        guests.race(_Guest(256, b"Traceback"), 5, 7)
