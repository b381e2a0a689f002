"""No published failure is confounded: its smallest dump still has what its case shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from corpus.tools.matrix import expected, read_peers
from corpus.tools.matrix.expected import Failure
from procmaps.check.cases import Case, load
from procmaps.check.shrinking import keep_lines

CASES = {case.id: case for case in load()}


def _published() -> Iterator[tuple[str, Case, Failure]]:
    """Yield the failures that are put down to the feature of their case."""
    for peer in read_peers.load():
        fails = expected.load(peer).fails
        for name, failure in fails.items():
            case = CASES.get(name)
            if case is not None and failure.caused and not _is_inherited(failure, fails, case):
                yield peer.name, case, failure


def _is_inherited(failure: Failure, fails: Mapping[str, Failure], case: Case) -> bool:
    """Whether the control fails in the same way. Files of a former version do not say it."""
    control = fails.get(case.control)
    return control is not None and control.verdict == failure.verdict


def _smallest(case: Case, failure: Failure) -> bytes:
    """Return the smallest dump, or the whole one if its lines are not those of records."""
    part = keep_lines(case, failure.lines)
    return case.data if part is None else part.data


def test_the_smallest_dump_of_each_failure_has_what_its_case_shows() -> None:
    found = [
        f"{peer}: {case.id}: {failure.verdict}"
        for peer, case, failure in _published()
        if not case.has_feature(_smallest(case, failure))
    ]
    assert found == []


def test_a_dump_without_the_feature_is_found() -> None:
    """A parser that fails because of the second mapping is not broken by the first."""
    case = CASES["names/space.maps"]
    assert not case.has_feature(_smallest(case, Failure("wrong:name", (1,))))
    assert case.has_feature(_smallest(case, Failure("wrong:name", (0,))))
