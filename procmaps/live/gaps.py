"""Processes that a result over many lacks: `Gap`."""

from __future__ import annotations

import attrs

from procmaps.errors import AccessDenied, LiveError, NoAddressSpace, OverBudget, ReadFailed


@attrs.frozen
class Gap:
    """A process that is not part of a result.

    pid      The process.
    error    Why it could not be read.
    """

    pid: int
    error: LiveError

    @property
    def refused(self) -> bool:
        """Whether the process has memory that could not be read; else it has none, or has ended."""
        return is_refusal(self.error)


def is_refusal(error: LiveError) -> bool:
    """Return whether *error* hides memory: no right, too many open files, or over budget."""
    return isinstance(error, AccessDenied | OverBudget | ReadFailed)


def reason_of(error: LiveError) -> str:
    """Return why, in a word or two.

    ``refused``, ``left out`` for its cost, ``failed``, ``memoryless`` (a kernel thread …) or
    ``ended``.
    """
    match error:
        case AccessDenied():
            return "refused"
        case OverBudget():
            return "left out"
        case ReadFailed():
            return "failed"
        case NoAddressSpace():
            return "memoryless"
        case _:
            return "ended"
