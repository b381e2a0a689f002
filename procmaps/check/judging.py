"""Judge an answer: compare it with what the case expects.

Only members that the parser gave are judged. If a case allows several answers, the first that
matches counts, and the verdict names its policy.
"""

from __future__ import annotations

from procmaps.check.answers import Answer, Rejection
from procmaps.check.cases import Allowed, Case
from procmaps.check.comparison import Comparison, Only
from procmaps.check.verdicts import Outcome, Verdict


def judge(case: Case, answer: Answer | Rejection, *, only: Only = "all", unit: int = 1) -> Verdict:
    """Return the verdict on the *answer* to *case*.

    *only* names the mappings that the parser returns by design. It may leave out the others, but
    must not invent any. *unit* is the number of bytes in the parser's unit of sizes.
    """
    verdicts = [_judge_one(case, answer, only, unit, allowed) for allowed in case.allowed]
    # Prefer a pass, then the fewest differences. A failure without differences only says that the
    # dump may also be refused: it comes last.
    return min(
        verdicts,
        key=lambda verdict: (
            not verdict.passed,
            not verdict.differences,
            len(verdict.differences),
        ),
    )


def _judge_one(
    case: Case, answer: Answer | Rejection, only: Only, unit: int, allowed: Allowed
) -> Verdict:
    policies = (allowed.policy,) if allowed.policy else ()
    if isinstance(answer, Rejection):
        outcome: Outcome = "pass" if allowed.records is None else "rejected"
        return Verdict(outcome, policies=policies, detail=answer.reason)
    if allowed.records is None:
        return Verdict("invented", detail="the dump may only be refused")
    return Comparison(case, answer, allowed.records, only, unit).verdict(policies)
