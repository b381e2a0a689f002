"""Random trials keep to their scope."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, find, given, settings

from kernel.model.calls import Call, Fork, Remap, Trial, Unmap
from kernel.model.strategies import HALF, Scope, trials


def unmaps_half(trial: Trial) -> bool:
    """Return whether a trial unmaps 2**63 bytes, by munmap or mremap."""
    calls: list[Call] = []
    for call in trial.calls:
        calls += call.calls if isinstance(call, Fork) else (call,)
    lengths = [call.length for call in calls if isinstance(call, Unmap | Remap)]
    lengths += [call.new_length for call in calls if isinstance(call, Remap)]
    return HALF in lengths


# Slow machines draw few calls in a second. Shrinking would take minutes.
CHECKS = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
DRAWN = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
    suppress_health_check=CHECKS,
)


def test_half_of_all_addresses_is_unmapped_where_that_fails() -> None:
    found = find(trials(Scope(least=50, most=60)), unmaps_half, settings=DRAWN)
    assert unmaps_half(found)


@DRAWN
@given(trials(Scope(half=False, least=50, most=60)))
def test_half_of_all_addresses_is_kept_where_it_exists(trial: Trial) -> None:
    assert not unmaps_half(trial)
