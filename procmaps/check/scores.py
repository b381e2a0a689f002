"""Scores: how a parser does on each profile, by the weight of its failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import attrs

from procmaps.check.attribution import own_verdict, policy_of
from procmaps.check.cases import Profile
from procmaps.check.runner import Result

Standing = Literal[
    "pass",
    "mapping",
    "refusal",
    "value",
    "blemish",
    "control",
    "policy",
    "adapter-fault",
    "not-run",
]
"""What a result counts as: a pass, a failure by its weight, or none of both.

``control``: the same dump without the feature fails in the same way, and counts there. ``policy``:
the parser's own choice, which the case names as disputable.
"""

STANDINGS: tuple[Standing, ...] = get_args(Standing)


def standing(result: Result, *, proc_only: bool) -> Standing:
    """Return what *result* counts as; *proc_only* as in `procmaps.check.attribution.policy_of`."""
    verdict = result.verdict
    if verdict.outcome in ("adapter-fault", "not-run"):
        return verdict.outcome
    if policy_of(result.case, verdict, proc_only=proc_only):
        return "policy"
    own = own_verdict(verdict, result.control)
    if own is None:
        return "control"
    return own.weight or "pass"


@attrs.frozen
class Score:
    """The standings of the results in one profile."""

    profile: Profile
    counts: Counter[Standing]

    @property
    def asked(self) -> int:
        """Number of dumps that the parser was asked to read, without those that say nothing."""
        silent = self.counts["adapter-fault"] + self.counts["not-run"]
        return sum(self.counts.values()) - silent


def scores_of(
    profiles: Iterable[Profile], results: Sequence[Result], *, proc_only: bool
) -> tuple[Score, ...]:
    """Return a score for each profile that has a result."""
    found: list[tuple[str, Standing]] = [
        (result.case.id, standing(result, proc_only=proc_only)) for result in results
    ]
    scores = [
        Score(profile, Counter[Standing](kind for case, kind in found if case in profile.cases))
        for profile in profiles
    ]
    return tuple(score for score in scores if sum(score.counts.values()))
