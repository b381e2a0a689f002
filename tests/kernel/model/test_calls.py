"""Trials survive being written down."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from kernel.model import calls
from kernel.model.calls import NotATrial, Trial
from kernel.model.strategies import Scope, trials


@settings(max_examples=50)
@given(trials(Scope(most=10)))
def test_json_gives_the_trial_back(trial: Trial) -> None:
    assert calls.from_json(json.loads(json.dumps(calls.to_json(trial)))) == trial


_KINDS = "Map, Unmap, Protect, Advise, SetName, Remap, Break, Touch and Fork"
_NONE: list[tuple[dict[str, Any], str]] = [
    ({}, "without calls and room"),
    ({"calls": []}, "without room"),
    ({"calls": [{}], "room": None}, f"no call is named None; there are {_KINDS}"),
    (
        {"calls": [{"call": "Break", "speed": 3}], "room": None},
        "Break: Break.__init__() got an unexpected keyword argument 'speed'",
    ),
]


@pytest.mark.parametrize(("plain", "words"), _NONE)
def test_what_is_no_trial(plain: dict[str, Any], words: str) -> None:
    with pytest.raises(NotATrial) as caught:
        calls.from_json(plain)
    assert str(caught.value) == words
