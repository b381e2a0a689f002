"""The search finds faults of mutants that no case shows, and only those."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import attrs
import pytest

from corpus.tools.fuzz.known import Asked, Known, faults_of_case, marks_of_case, published
from corpus.tools.fuzz.parts import PARTS
from corpus.tools.fuzz.searching import Found, Search, Unstable
from procmaps.check import cases
from procmaps.check.cases import Case
from procmaps.check.verdicts import Verdict
from tests.check.mutants import MUTANTS, right
from tests.check.mutants.base import Answer, Parser, verdict

BY_ID = {case.id: case for case in cases.load(("maps", "smaps"))}
EXAMPLES = 60


def asking(parser: Parser) -> Callable[[Case], Asked]:
    return lambda case: Asked(case, verdict(parser, case))


def search(parser: Parser, part: str) -> list[Found]:
    """Search one part; every published case that the parser fails is known."""
    ask = asking(parser)
    chosen = PARTS[part]
    failing = [name for name, case in BY_ID.items() if not ask(case).verdict.passed]
    known = published(ask, BY_ID, failing)
    return list(Search(ask, chosen, chosen.kinds[0], known).run(EXAMPLES, seed=3))


@pytest.mark.parametrize("part", PARTS)
def test_finds_nothing_in_the_right_parser(part: str) -> None:
    chosen = PARTS[part]
    for kind in chosen.kinds:
        ask = Search(asking(right), chosen, kind, Known())
        assert list(ask.run(EXAMPLES, seed=3)) == []
        # A few values have no dump: nobody prints them.
        assert ask.drawn >= EXAMPLES * 0.8


@pytest.mark.parametrize(
    ("mutant", "part"),
    [
        ("names/split-space", "path"),
        ("names/split-space", "label"),
        ("numbers/inode-32-bits", "inode"),
    ],
)
def test_a_mistake_that_cases_show_is_not_reported(mutant: str, part: str) -> None:
    parser = MUTANTS[mutant][1]
    ask, chosen = asking(parser), PARTS[part]
    without = list(Search(ask, chosen, "maps", Known()).run(EXAMPLES, seed=3))
    assert without
    assert search(parser, part) == []


def _changed(change: Callable[[bytes], bytes]) -> Parser:
    """Return the right parser, but with other names."""

    def parser(dump: bytes) -> Answer:
        answer = right(dump)
        for item in answer:
            for member in ("name", "path", "label"):
                if item.get(member):
                    item[member] = change(item[member])
        return answer

    return parser


LOSSY = _changed(lambda name: name.decode("ascii", "ignore").encode())
"""A parser that leaves out every byte beyond ASCII."""


def test_a_mistake_that_no_case_shows_is_reduced_to_one_character() -> None:
    ask, known = asking(LOSSY), Known()
    found = list(Search(ask, PARTS["path"], "maps", known).run(EXAMPLES, seed=3))
    assert found
    for item in found:
        assert item.control.verdict.passed
        assert item.fault.where in ("name", "path")
        assert len(item.value.decode("utf-8", "surrogateescape")) <= len("/ax")
    assert list(Search(ask, PARTS["path"], "maps", known).run(EXAMPLES, seed=3)) == []


def test_a_mistake_of_which_the_cases_are_left_out_is_found() -> None:
    """Without the cases that show it, the search finds the mistake again."""
    ask = asking(LOSSY)
    failing = [name for name, case in BY_ID.items() if not ask(case).verdict.passed]
    assert len(failing) > 1
    chosen = PARTS["unlinked"]

    def run(names: list[str]) -> list[Found]:
        known = published(ask, BY_ID, names)
        return list(Search(ask, chosen, "maps", known).run(EXAMPLES, seed=3))

    assert len(run([])) > len(run(failing))


def test_the_same_seed_finds_the_same() -> None:
    parser = MUTANTS["names/split-space"][1]
    one, two = (
        list(Search(asking(parser), PARTS["path"], "maps", Known()).run(EXAMPLES, seed=5))
        for _ in range(2)
    )
    assert one == two
    assert one


def test_a_fault_of_an_adapter_is_reported() -> None:
    def ask(case: Case) -> Asked:
        broken = case.id.startswith("fuzz/")
        return Asked(case, Verdict("adapter-fault", detail="oops") if broken else Verdict("pass"))

    (found,) = Search(ask, PARTS["inode"], "maps", Known()).run(5, seed=3)
    assert str(found.fault) == "adapter-fault: oops"


def test_a_parser_that_changes_its_mind_is_named() -> None:
    answers = itertools.cycle([Verdict("crash"), Verdict("pass")])

    def ask(case: Case) -> Asked:
        return Asked(case, next(answers) if case.id.startswith("fuzz/") else Verdict("pass"))

    with pytest.raises(Unstable, match="it shows this once: crash"):
        list(Search(ask, PARTS["inode"], "maps", Known()).run(5, seed=3))


def test_a_part_that_does_not_concern_a_parser_is_not_drawn() -> None:
    search = Search(lambda _: None, PARTS["inode"], "maps", Known())
    assert list(search.run(5, seed=3)) == []
    assert search.drawn == 0


def test_a_failure_that_the_control_has_too_is_no_fault() -> None:
    (plain,) = cases.load(("maps",), only=["names/plain"])
    case = PARTS["path"].case(b"/a b", "maps")
    assert case is not None
    ask = asking(MUTANTS["numbers/end-inclusive"][1])
    assert not ask(case).verdict.passed
    assert faults_of_case(ask(case), ask(plain)) == frozenset()
    assert faults_of_case(ask(case), None)


def test_marks_are_of_what_the_control_does_not_have() -> None:
    (plain,) = cases.load(("maps",), only=["names/plain"])
    case = PARTS["path"].case(b"/a (b", "maps")
    assert case is not None
    assert marks_of_case(case, plain) == {" ", "("}
    assert marks_of_case(case, case) == frozenset()
    foreign = PARTS["line"].case(b"a;b", "maps")
    assert foreign is not None
    assert marks_of_case(foreign, plain) == {";"}
    assert attrs.evolve(foreign, invalid_lines=()) != foreign
