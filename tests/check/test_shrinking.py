"""Shrinking a dump together with its expectation, down to the smallest that still fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from procmaps import loads
from procmaps.check import cases
from procmaps.check.cases import Case
from procmaps.check.failure_reasons import same_failure
from procmaps.check.shrinking import ShrunkFailure, keep_lines, lines_of, shrink
from procmaps.check.verdicts import Verdict
from tests.check.mutants import MUTANTS
from tests.check.mutants.base import verdict

WRONG = Verdict("rejected")
(SMAPS,) = cases.load(("smaps",), only=("names/plain",))
(MAPS,) = cases.load(("maps",), only=("names/plain",))
(MANY,) = cases.load(("maps",), only=("header/many-areas",))


def shrink_while(fails: Callable[[Case], bool], case: Case, budget: int = 1000) -> ShrunkFailure:
    return shrink(
        case, WRONG, lambda smaller: WRONG if fails(smaller) else Verdict("pass"), budget=budget
    )


# --- a case with fewer lines ----------------------------------------------------------------------


def test_lines_add_up_to_the_dump() -> None:
    for case in cases.load():
        assert b"".join(lines_of(case)) == case.data


def test_divides_every_case_whose_lines_correspond_to_records() -> None:
    """A line with two interpretations gives a dump more records than header lines, or none."""
    whole = {
        case.id for case in cases.load() if keep_lines(case, range(len(lines_of(case)))) != case
    }
    assert whole == {
        "android/newline-forged.maps",
        "android/newline.maps",
        "damaged/crlf-no-final-newline.maps",
        "damaged/crlf-smaps.smaps",
        "damaged/crlf.maps",
        "damaged/empty.maps",
        "damaged/empty.smaps",
        "damaged/empty-rollup.smaps_rollup",
        "producers/gvisor-newline.maps",
        "producers/linux-2.6.12-newline.maps",
        "producers/nommu-newline.maps",
    }


def test_kept_lines_expect_their_own_records() -> None:
    lines = lines_of(SMAPS)
    kept = [0, *(index for index, line in enumerate(lines) if line.startswith(b"Pss:"))][:2]
    smaller = keep_lines(SMAPS, kept)
    assert smaller is not None
    assert smaller.data == b"".join(lines[index] for index in kept)
    assert smaller.records == tuple(loads(smaller.data))


def test_rejects_fields_without_their_header() -> None:
    assert keep_lines(SMAPS, [1]) is None
    assert keep_lines(SMAPS, []) is None
    assert keep_lines(SMAPS, [len(lines_of(SMAPS))]) is None


def test_keeps_the_invalid_line_of_an_invalid_dump() -> None:
    for case in cases.load(only=("damaged/invalid-*",)):
        found = shrink_while(lambda _: True, case)
        (invalid,) = case.invalid_lines
        assert found.case.data == lines_of(case)[invalid.line - 1]
        assert [item.line for item in found.case.invalid_lines] == [1]
        assert found.case.records == ()


def test_kept_lines_allow_the_answers_that_remain() -> None:
    (case,) = cases.load(("maps",), only=("damaged/torn-name",))
    kept, dropped, rejected = case.either
    smaller = keep_lines(case, [1])
    assert smaller is not None
    assert smaller.records == (case.records[1],)
    assert [(allowed.policy, allowed.records) for allowed in smaller.either] == [
        (kept.policy, (0,)), (dropped.policy, ()), (rejected.policy, None),
    ]  # fmt: skip


# --- the search -----------------------------------------------------------------------------------


def test_finds_the_fewest_lines_that_fail() -> None:
    found = shrink_while(lambda case: b"Swap:" in case.data and b"\nRss:" in case.data, SMAPS)
    keys = [line.partition(b":")[0] for line in lines_of(found.case)[1:]]
    assert (keys, found.minimal) == ([b"Rss", b"Swap"], True)


def test_shrinks_to_one_line_if_every_dump_fails() -> None:
    assert len(shrink_while(lambda _: True, MAPS).lines) == 1
    assert len(shrink_while(lambda _: True, SMAPS).lines) == 1


def test_keeps_the_whole_dump_if_all_of_it_is_needed() -> None:
    found = shrink_while(lambda case: case.data == MAPS.data, MAPS)
    assert (found.case, found.lines) == (MAPS, tuple(range(len(lines_of(MAPS)))))


@pytest.mark.parametrize("needed", [{70}, {0, 99}, {16, 17, 55}, set(range(0, 100, 7))])
def test_finds_the_needed_mappings_among_a_hundred(needed: set[int]) -> None:
    starts = {MANY.records[index].start for index in needed}
    found = shrink_while(
        lambda smaller: starts <= {record.start for record in smaller.records}, MANY
    )
    assert (set(found.lines), found.minimal) == (needed, True)


def test_budget_limits_the_runs_and_clears_minimal() -> None:
    runs = 0

    def fails(case: Case) -> bool:
        nonlocal runs
        runs += 1
        return MANY.records[70] in case.records

    found = shrink_while(fails, MANY, budget=5)
    assert (runs, found.minimal) == (5, False)
    assert 70 in found.lines
    assert len(found.lines) < 100


def test_does_not_shrink_to_another_failure() -> None:
    """A dump with a wrong inode does not show the mistake in a name."""

    def both(dump: bytes) -> list[dict[str, object]]:
        return [
            item | {"inode": 7} if len(dump.split(b"\n")) > 2 else item | {"name": b"x"}
            for item in loads_as_answer(dump)
        ]

    def loads_as_answer(dump: bytes) -> list[dict[str, object]]:
        return [{"name": m.name.raw, "inode": m.inode} for m in loads(dump)]

    first = verdict(both, MAPS)
    found = shrink(MAPS, first, lambda smaller: verdict(both, smaller))
    assert first.key == "wrong:inode"
    assert (found.case, found.verdict) == (MAPS, first)


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_no_line_can_go_from_the_dump_of_any_mutant(name: str) -> None:
    """One failure of each mutant is shrunk; then every line is tried once more."""
    _, parser = MUTANTS[name]
    by_size = sorted(cases.load(), key=lambda case: len(case.data))
    case = next(case for case in by_size if not verdict(parser, case).passed)
    whole = verdict(parser, case)
    found = shrink(case, whole, lambda smaller: verdict(parser, smaller), budget=10_000)
    assert found.minimal
    assert found.verdict == verdict(parser, found.case)
    assert found.verdict.key == whole.key
    for line in found.lines:
        less = keep_lines(case, set(found.lines) - {line})
        assert less is None or not same_failure(whole, verdict(parser, less), case.data)
