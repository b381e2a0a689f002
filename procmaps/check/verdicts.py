"""The verdict on a parser's answer to one case."""

from __future__ import annotations

from typing import Literal, get_args

import attrs

Outcome = Literal[
    "pass", "wrong", "lost", "invented", "rejected", "crash", "hang", "adapter-fault", "not-run"
]
"""The words that reports use. ``docs/protocol.md`` explains each."""

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

NOT_JUDGED: frozenset[Outcome] = frozenset({"adapter-fault", "not-run"})
"""Outcomes that say nothing about the parser: neither a pass nor a failure of it."""


Weight = Literal["", "mapping", "refusal", "value", "blemish"]
"""How much a failure weighs for a user of the parser, the heaviest first; empty: no failure.

``mapping``: one is lost or invented. ``refusal``: the dump is refused, or the parser ends or hangs.
``value``: a value is wrong. ``blemish``: nothing is wrong but how a text is shown, the order of
flags, a field left out, or the kind that a name is said to be.
"""

WEIGHTS: tuple[Weight, ...] = get_args(Weight)[1:]

_WEIGHT_OF: dict[Outcome, Weight] = {
    "lost": "mapping",
    "invented": "mapping",
    "rejected": "refusal",
    "crash": "refusal",
    "hang": "refusal",
    "wrong": "value",
}

Blemish = Literal["", "harmless", "control-characters"]
"""Whether a difference is one of appearance only.

``control-characters``: each control character of a text is a question mark, as programs for
terminals print it. ``harmless``: another difference without a wrong value.
"""


@attrs.frozen
class Difference:
    """One difference between an answer and what the case expects."""

    field: str
    """The member: ``name``, ``usage.Rss``; ``mapping`` if a whole one was lost or invented."""
    expected: str
    """The expected value, for people; empty if there should be none."""
    got: str
    """The value in the answer, for people; empty if there is none."""
    record: int | None = None
    """Index of the expected mapping, from 0; None for an invented one."""
    blemish: Blemish = ""


@attrs.frozen
class Verdict:
    """The verdict on one answer."""

    outcome: Outcome
    differences: tuple[Difference, ...] = ()
    policies: tuple[str, ...] = ()
    """The policies of the answer, if the case allows several answers."""
    detail: str = ""
    """Why the parser rejected the dump, how it crashed, or what is wrong with its adapter."""
    judged: frozenset[str] = frozenset()
    """The members that were compared."""

    @property
    def passed(self) -> bool:
        """True for ``pass`` only: a case that was not run has not passed."""
        return self.outcome == "pass"

    @property
    def failed(self) -> bool:
        """True for a failure of the parser: an adapter's fault is none, nor a case not run."""
        return not self.passed and self.outcome not in NOT_JUDGED

    @property
    def weight(self) -> Weight:
        """How much the failure weighs; empty for a pass, a case not run, an adapter's fault."""
        if self.outcome == "wrong" and self.differences:
            return "blemish" if all(item.blemish for item in self.differences) else "value"
        return _WEIGHT_OF.get(self.outcome, "")

    @property
    def key(self) -> str:
        """The verdict as a file of known failures lists it: ``lost``, ``wrong:inode,name``."""
        if self.outcome != "wrong":
            return self.outcome
        return f"wrong:{','.join(sorted({difference.field for difference in self.differences}))}"
