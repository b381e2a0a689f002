"""The judge of a race finds what a faulty reader would do."""

from __future__ import annotations

import pytest

from procmaps import Querier, loads, maps
from tests.trials.racing.judge import disorder, query_violations, ranges, violations
from tests.trials.racing.racer_process import StableMapping

TEXT = (
    b"1000-2000 rw-p 00000000 00:00 0 \n"
    b"2000-5000 r-xp 00000000 08:01 7                          /a\\012b (deleted)\n"
    b"7000-8000 rw-s 00000000 00:01 9                          /dev/zero (deleted)\n"
)
STABLE = (
    StableMapping(0x1000, 0x2000, "rw-p", b""),
    StableMapping(0x2000, 0x5000, "r-xp", b"/a\nb (deleted)"),
)


def test_a_sound_snapshot_has_no_violation() -> None:
    assert not [*violations(loads(TEXT), STABLE)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"1000-2000", b"1000-1fff"),
        (b"rw-p", b"r--p"),
        (b"\\012", b"\n"),
        (TEXT.splitlines(keepends=True)[1], b""),
    ],
)
def test_a_changed_stable_mapping_is_missing(before: bytes, after: bytes) -> None:
    snapshot = loads(TEXT.replace(before, after), errors="collect")
    assert any(found.startswith("missing") for found in violations(snapshot, STABLE))


def test_a_replaced_program_has_all_stable_mappings_or_none() -> None:
    lines = TEXT.splitlines(keepends=True)
    assert not [*violations(loads(lines[2]), STABLE, replaced=True)]
    assert [*violations(loads(lines[0] + lines[2]), STABLE, replaced=True)]


def test_a_disorder_without_a_problem_is_a_violation(monkeypatch: pytest.MonkeyPatch) -> None:
    line = TEXT.splitlines(keepends=True)[1]
    torn = TEXT.replace(line, line + b"4000-6000 rw-p 00000000 00:00 0 \n")
    assert not [*violations(loads(torn), STABLE)]
    monkeypatch.setattr("procmaps.snapshots.snapshot.Snapshot.problems", ())
    assert "line 3 is out of order, and no problem reports it" in violations(loads(torn), STABLE)


def test_a_wrong_size_of_smaps_is_a_violation() -> None:
    snapshot = loads(b"1000-2000 rw-p 00000000 00:00 0 \nSize: 8 kB\n")
    assert [*violations(snapshot, STABLE[:1])]


def test_ranges_are_cut_out_without_the_parser() -> None:
    smaps = b"1000-2000 rw-p 0 0:0 0 \nVmFlags: rd-x \n3-4 rw-p 0 0:0 0 /a-b c:d\n"
    assert ranges(smaps) == [(1, 0x1000, 0x2000), (3, 3, 4)]
    assert disorder(smaps) == [3]


def test_wrong_answers_to_queries_are_violations() -> None:
    mapping = maps()[0]
    name = mapping.name.raw
    right = StableMapping(mapping.start, mapping.end, str(mapping.perms), name)
    wrong = StableMapping(mapping.start, mapping.end + 1, str(mapping.perms), name)
    with Querier() as querier:
        found = querier.query(mapping.start)
    assert not [*query_violations(found, mapping.start, right)]
    assert not [*query_violations(found, mapping.start, None)]
    assert [*query_violations(found, mapping.start, wrong)]
    assert [*query_violations(found, mapping.end, None)]
    assert [*query_violations(None, mapping.start, right)]
    assert not [*query_violations(None, mapping.start, None)]
