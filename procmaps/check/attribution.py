"""What a failure is due to: the feature of its case, something else in the dump, or a policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import attrs

from procmaps.check.cases import Case
from procmaps.check.verdicts import Verdict


def own_verdict(verdict: Verdict, control: Verdict | None) -> Verdict | None:
    """Return the part of a failure that the case's feature causes.

    *control* is the verdict on the same dump without the feature; None if it does not concern the
    parser. Return None if the control fails in the same way, and a pass as it is.
    """
    if control is None or control.passed or verdict.passed:
        return verdict
    if verdict.outcome != control.outcome:
        return verdict
    if verdict.outcome != "wrong":
        return verdict if len(verdict.differences) > len(control.differences) else None
    known = {difference.field for difference in control.differences}
    left = tuple(item for item in verdict.differences if item.field not in known)
    return attrs.evolve(verdict, differences=left) if left else None


def own_verdicts(
    cases: Mapping[str, Case], verdicts: Mapping[str, Verdict]
) -> dict[str, Verdict | None]:
    """Return `own_verdict` for all *verdicts*. Both mappings have the ids of cases as keys."""
    return {
        name: own_verdict(verdict, verdicts.get(cases[name].control))
        for name, verdict in verdicts.items()
    }


def policy_of(case: Case, verdict: Verdict, *, proc_only: bool) -> str:
    """Return the policy that a failure is due to; empty for a pass and for a plain failure.

    *proc_only*: the parser reads files of ``/proc`` only, and no text from elsewhere.
    """
    applies = _APPLIES.get(case.disputed)
    return case.disputed if applies is not None and applies(verdict, proc_only) else ""


_CHOICES: Final = frozenset({"wrong", "lost", "invented", "rejected"})
"""Outcomes that a parser can choose. Nobody chooses to crash."""


def _is_choice(verdict: Verdict) -> bool:
    return verdict.outcome in _CHOICES


def _shows_question_marks(verdict: Verdict) -> bool:
    return verdict.outcome == "wrong" and all(
        item.blemish == "control-characters" for item in verdict.differences
    )


_APPLIES: Final[Mapping[str, Callable[[Verdict, bool], bool]]] = {
    "malformed-lines": lambda verdict, _: _is_choice(verdict),
    "no-last-newline": lambda verdict, proc_only: proc_only and _is_choice(verdict),
    "control-characters": lambda verdict, _: _shows_question_marks(verdict),
    "linux-2.4": lambda verdict, _: _is_choice(verdict),
}
"""When each policy of ``features.json`` explains a failure of a case that names it."""
