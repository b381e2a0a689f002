"""Trials survive being written down."""

from __future__ import annotations

import json

from hypothesis import given, settings

from kernel.model import calls
from kernel.model.calls import Trial
from kernel.model.strategies import Scope, trials


@settings(max_examples=50)
@given(trials(Scope(most=10)))
def test_json_gives_the_trial_back(trial: Trial) -> None:
    assert calls.from_json(json.loads(json.dumps(calls.to_json(trial)))) == trial
