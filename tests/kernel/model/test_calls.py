"""Trials as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from kernel.model import calls
from kernel.model.calls import InvalidTrial, Trial
from kernel.model.strategies import Scope, trials


@settings(max_examples=50)
@given(trials(Scope(most=10)))
def test_json_round_trip(trial: Trial) -> None:
    assert calls.from_json(json.loads(json.dumps(calls.to_json(trial)))) == trial


_KINDS = (
    "Map, Unmap, Protect, Advise, SetName, Remap, Break, Touch, Seal, Register, Unregister, Fork"
)
_INVALID: list[tuple[dict[str, Any], str]] = [
    ({}, "missing calls and room"),
    ({"calls": []}, "missing room"),
    ({"calls": [{}], "room": None}, f"unknown call None; known are: {_KINDS}"),
    (
        {"calls": [{"call": "Break", "speed": 3}], "room": None},
        "Break: Break.__init__() got an unexpected keyword argument 'speed'",
    ),
]


@pytest.mark.parametrize(("plain", "words"), _INVALID)
def test_rejects_json_without_a_trial(plain: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidTrial) as caught:
        calls.from_json(plain)
    assert str(caught.value) == words
