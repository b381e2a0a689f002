"""Cutting a dump and what is expected of it together."""

from corpus.matrix.reducing import lines_of, part, reduce
from procmaps import loads
from procmaps.check import cases
from procmaps.check.cases import Case

(SMAPS,) = cases.load(("smaps",), only=("names/plain",))
(MAPS,) = cases.load(("maps",), only=("names/plain",))


def test_the_lines_are_the_whole_dump() -> None:
    for case in cases.load():
        assert b"".join(lines_of(case)) == case.data


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


def test_a_damaged_dump_is_not_cut() -> None:
    for case in cases.load(only=("damaged/invalid-*",)):
        assert part(case, range(len(lines_of(case)))) is None
        assert reduce(case, lambda _: True) == tuple(range(len(lines_of(case))))


def test_the_fewest_lines_that_fail_are_found() -> None:
    def fails(case: Case) -> bool:
        return b"Swap:" in case.data and b"\nRss:" in case.data

    kept = reduce(SMAPS, fails)
    cut = part(SMAPS, kept)
    assert cut is not None
    assert fails(cut)
    assert [line.partition(b":")[0] for line in lines_of(cut)[1:]] == [b"Rss", b"Swap"]


def test_what_fails_always_is_one_line() -> None:
    assert len(reduce(MAPS, lambda _: True)) == 1
    assert len(reduce(SMAPS, lambda _: True)) == 1


def test_what_needs_all_of_it_stays_whole() -> None:
    assert reduce(MAPS, lambda case: case.data == MAPS.data) == tuple(range(len(lines_of(MAPS))))
