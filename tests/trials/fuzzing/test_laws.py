"""The laws that Atheris fuzzes, on some seeds and on every text that broke one before."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.examples import examples
from tests.trials.fuzzing.campaign import CASES
from tests.trials.fuzzing.laws import LAWS
from tests.trials.fuzzing.seeds import made_seeds, seeds


@pytest.mark.parametrize("law", LAWS)
def test_laws_hold_for_seeds_and_kept_cases(law: str) -> None:
    chance = random.Random(7)
    texts = chance.sample([*seeds(), *made_seeds(300)], examples(60))
    for text in (*texts, *(file.read_bytes() for file in (CASES / law).glob("*"))):
        LAWS[law](text)


@given(st.sampled_from(sorted(LAWS)), st.binary(max_size=60))
def test_laws_hold_for_any_bytes(law: str, text: bytes) -> None:
    LAWS[law](text)
