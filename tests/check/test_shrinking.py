"""Cutting a dump and what is expected of it together, down to the smallest that still fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from procmaps import loads
from procmaps.check import cases
from procmaps.check.cases import Case
from procmaps.check.shrinking import Smallest, lines_of, part, reduce
from procmaps.check.verdicts import Verdict
from tests.check.mutants import MUTANTS
from tests.check.mutants.base import verdict

WRONG = Verdict("rejected")
(SMAPS,) = cases.load(("smaps",), only=("names/plain",))
(MAPS,) = cases.load(("maps",), only=("names/plain",))
(MANY,) = cases.load(("maps",), only=("header/many-areas",))


def smallest(case: Case, fails: Callable[[Case], bool], budget: int = 1000) -> Smallest:
    return reduce(case, WRONG, lambda cut: WRONG if fails(cut) else Verdict("pass"), budget=budget)


# --- parts ----------------------------------------------------------------------------------------


def test_the_lines_are_the_whole_dump() -> None:
    for case in cases.load():
        assert b"".join(lines_of(case)) == case.data


def test_every_case_can_be_cut_but_where_lines_are_not_records() -> None:
    """A dump of which one line means two things has more records than headers, or none at all."""
    whole = {case.id for case in cases.load() if part(case, range(len(lines_of(case)))) != case}
    assert whole == {
        "android/newline-forged.maps",
        "android/newline.maps",
        "damaged/crlf-no-final-newline.maps",
        "damaged/crlf-smaps.smaps",
        "damaged/crlf.maps",
        "damaged/empty.maps",
        "damaged/empty.smaps",
        "damaged/empty.smaps_rollup",
        "producers/gvisor-newline.maps",
        "producers/linux-2.6.12-newline.maps",
        "producers/nommu-newline.maps",
    }


def test_a_part_expects_what_stands_in_it() -> None:
    lines = lines_of(SMAPS)
    kept = [0, *(at for at, line in enumerate(lines) if line.startswith(b"Pss:"))][:2]
    cut = part(SMAPS, kept)
    assert cut is not None
    assert cut.data == b"".join(lines[at] for at in kept)
    assert cut.records == tuple(loads(cut.data))


def test_fields_do_not_stand_without_their_mapping() -> None:
    assert part(SMAPS, [1]) is None
    assert part(SMAPS, []) is None
    assert part(SMAPS, [len(lines_of(SMAPS))]) is None


def test_what_is_wrong_on_purpose_stays() -> None:
    for case in cases.load(only=("damaged/invalid-*",)):
        found = smallest(case, lambda _: True)
        (fault,) = case.invalid_lines
        assert found.case.data == lines_of(case)[fault.line - 1]
        assert [fault.line for fault in found.case.invalid_lines] == [1]
        assert found.case.records == ()


def test_the_answers_allowed_are_those_of_what_is_left() -> None:
    (case,) = cases.load(("maps",), only=("damaged/torn-name",))
    kept, dropped, rejected = case.either
    cut = part(case, [1])
    assert cut is not None
    assert cut.records == (case.records[1],)
    assert [(allowed.policy, allowed.records) for allowed in cut.either] == [
        (kept.policy, (0,)), (dropped.policy, ()), (rejected.policy, None),
    ]  # fmt: skip


# --- the smallest ---------------------------------------------------------------------------------


def test_the_fewest_lines_that_fail_are_found() -> None:
    found = smallest(SMAPS, lambda case: b"Swap:" in case.data and b"\nRss:" in case.data)
    keys = [line.partition(b":")[0] for line in lines_of(found.case)[1:]]
    assert (keys, found.minimal) == ([b"Rss", b"Swap"], True)


def test_what_fails_always_is_one_line() -> None:
    assert len(smallest(MAPS, lambda _: True).lines) == 1
    assert len(smallest(SMAPS, lambda _: True).lines) == 1


def test_what_needs_all_of_it_stays_whole() -> None:
    found = smallest(MAPS, lambda case: case.data == MAPS.data)
    assert (found.case, found.lines) == (MAPS, tuple(range(len(lines_of(MAPS)))))


@pytest.mark.parametrize("needed", [{70}, {0, 99}, {16, 17, 55}, set(range(0, 100, 7))])
def test_any_of_a_hundred_mappings_are_found(needed: set[int]) -> None:
    starts = {MANY.records[at].start for at in needed}
    found = smallest(MANY, lambda cut: starts <= {record.start for record in cut.records})
    assert (set(found.lines), found.minimal) == (needed, True)


def test_the_budget_bounds_the_runs_and_is_told() -> None:
    runs = 0

    def fails(case: Case) -> bool:
        nonlocal runs
        runs += 1
        return MANY.records[70] in case.records

    found = smallest(MANY, fails, budget=5)
    assert (runs, found.minimal) == (5, False)
    assert 70 in found.lines
    assert len(found.lines) < 100


def test_another_failure_is_not_the_same_failure() -> None:
    """A dump that is wrong in its inode does not show what is wrong with a name."""

    def both(dump: bytes) -> list[dict[str, object]]:
        return [
            item | {"inode": 7} if len(dump.split(b"\n")) > 2 else item | {"name": b"x"}
            for item in loads_as_answer(dump)
        ]

    def loads_as_answer(dump: bytes) -> list[dict[str, object]]:
        return [{"name": m.name.raw, "inode": m.inode} for m in loads(dump)]

    first = verdict(both, MAPS)
    found = reduce(MAPS, first, lambda cut: verdict(both, cut))
    assert first.key == "wrong:inode"
    assert (found.case, found.verdict) == (MAPS, first)


@pytest.mark.parametrize("name", MUTANTS)
def test_every_mutant_is_shown_by_a_dump_of_which_no_line_can_go(name: str) -> None:
    """One failure of each is reduced, and then held to the word *smallest*."""
    _, parser = MUTANTS[name]
    by_size = sorted(cases.load(), key=lambda case: len(case.data))
    case = next(case for case in by_size if not verdict(parser, case).passed)
    whole = verdict(parser, case)
    found = reduce(case, whole, lambda cut: verdict(parser, cut), budget=10_000)
    assert found.minimal
    assert found.verdict == verdict(parser, found.case)
    assert found.verdict.key == whole.key
    for line in found.lines:
        less = part(case, set(found.lines) - {line})
        assert less is None or verdict(parser, less).key != whole.key
