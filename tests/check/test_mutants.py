"""The suite tested by mutants, parsers that are wrong on purpose."""

from __future__ import annotations

from collections import Counter

import pytest

from procmaps.check.cases import load
from tests.check.mutants import MUTANTS, right
from tests.check.mutants.base import verdict

CASES = load()


def test_the_right_parser_passes_every_case() -> None:
    failed = {case.id: verdict(right, case).key for case in CASES}
    assert {name: key for name, key in failed.items() if key != "pass"} == {}


def test_there_are_at_least_40_mutants() -> None:
    assert len(MUTANTS) >= 40


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_some_case_finds_every_mutant(name: str) -> None:
    what, parser = MUTANTS[name]
    assert any(not verdict(parser, case).passed for case in CASES), f"no case shows that {what}"


def test_every_case_finds_a_mutant() -> None:
    found: Counter[str] = Counter()
    useless: list[str] = []
    for case in CASES:
        # Mutants found by similar cases come first: most cases need few tries.
        order = sorted(MUTANTS, key=lambda name: -found[name])
        finder = next((name for name in order if not verdict(MUTANTS[name][1], case).passed), None)
        if finder is None:
            useless.append(case.id)
        else:
            found[finder] += 1
    assert useless == []
