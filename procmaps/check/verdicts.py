"""What can be said of a parser's answer to one case."""

from __future__ import annotations

from typing import Literal, get_args

import attrs

Outcome = Literal[
    "pass", "wrong", "lost", "invented", "rejected", "crash", "hang", "adapter-fault", "not-run"
]
"""The words of ``docs/protocol.md``."""

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@attrs.frozen
class Difference:
    """One thing in which an answer differs from what the case expects."""

    field: str
    """The member: ``name``, ``usage.Rss``; ``mapping`` where a whole one was lost or invented."""
    expected: str
    """What the case says, for people; empty where nothing should have been there."""
    got: str
    """What the answer says; empty where nothing was there."""
    record: int | None = None
    """Which mapping of the expected ones, from 0; None for an invented one."""


@attrs.frozen
class Verdict:
    """The judgement on one answer."""

    outcome: Outcome
    differences: tuple[Difference, ...] = ()
    policies: tuple[str, ...] = ()
    """Which of the answers allowed was given, where a case allows several."""
    detail: str = ""
    """Why it was rejected, how it crashed, what is wrong with the adapter; for people."""
    judged: frozenset[str] = frozenset()
    """The members that were compared."""

    @property
    def passed(self) -> bool:
        """True for ``pass`` alone: what was not run has not passed."""
        return self.outcome == "pass"

    @property
    def key(self) -> str:
        """The verdict as files of expected failures hold it: ``lost``, ``wrong:inode,name``."""
        if self.outcome != "wrong":
            return self.outcome
        return f"wrong:{','.join(sorted({difference.field for difference in self.differences}))}"
