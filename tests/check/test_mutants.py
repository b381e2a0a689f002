"""The suite tested by parsers that are wrong on purpose: every one dies, every case kills one."""

from __future__ import annotations

from collections import Counter

import pytest

from procmaps.check.cases import load
from tests.check.mutants import MUTANTS, right
from tests.check.mutants.base import verdict

CASES = load()


def test_the_parser_that_they_are_made_from_passes() -> None:
    failed = {case.id: verdict(right, case).key for case in CASES}
    assert {name: key for name, key in failed.items() if key != "pass"} == {}


def test_there_are_enough() -> None:
    assert len(MUTANTS) >= 40


@pytest.mark.parametrize("name", MUTANTS)
def test_every_mutant_dies(name: str) -> None:
    what, parser = MUTANTS[name]
    assert any(not verdict(parser, case).passed for case in CASES), f"nothing shows that {what}"


def test_every_case_kills_a_mutant() -> None:
    kills: Counter[str] = Counter()
    spared: list[str] = []
    for case in CASES:
        # Those that died of like cases are tried first: most cases need few tries.
        order = sorted(MUTANTS, key=lambda name: -kills[name])
        killer = next((name for name in order if not verdict(MUTANTS[name][1], case).passed), None)
        if killer is None:
            spared.append(case.id)
        else:
            kills[killer] += 1
    assert spared == []
