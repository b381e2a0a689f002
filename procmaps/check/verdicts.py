"""The verdict on a parser's answer to one case."""

from __future__ import annotations

from typing import Literal, get_args

import attrs

Outcome = Literal[
    "pass", "wrong", "lost", "invented", "rejected", "crash", "hang", "adapter-fault", "not-run"
]
"""The words that reports use. ``docs/protocol.md`` explains each."""

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


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
    def key(self) -> str:
        """The verdict as a file of known failures lists it: ``lost``, ``wrong:inode,name``."""
        if self.outcome != "wrong":
            return self.outcome
        return f"wrong:{','.join(sorted({difference.field for difference in self.differences}))}"
