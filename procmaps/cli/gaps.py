"""The processes that sums lack, on standard error."""

from __future__ import annotations

from collections.abc import Iterable

from procmaps.cli.style import say
from procmaps.errors import AccessDenied
from procmaps.live.gaps import Gap, reason_of

_SHOWN = 10
"""IDs that are printed."""

_ROOT_REFUSED = "root refused"

_REASONS = {
    "refused": "could not be read: permission denied; run as root or as their user",
    _ROOT_REFUSED: "could not be read: root needs CAP_SYS_PTRACE in their user namespace",
    "left out": "left out for the cost of reading; raise --max-stall or --max-cost",
    "failed": "could not be read: the system could not open a file, such as for too many open ones",
    "ended": "ended meanwhile",
}
"""What happened, by reason. Processes without memory lack nothing."""


def print_gaps(gaps: Iterable[Gap]) -> None:
    """Print one line for each reason, with the processes."""
    by_reason: dict[str, list[int]] = {}
    for gap in gaps:
        root = isinstance(gap.error, AccessDenied) and gap.error.user == 0
        reason = _ROOT_REFUSED if root else reason_of(gap.error)
        by_reason.setdefault(reason, []).append(gap.pid)
    for reason, text in _REASONS.items():
        if pids := by_reason.get(reason):
            listed = ", ".join(map(str, pids[:_SHOWN])) + (", …" if len(pids) > _SHOWN else "")
            noun = "process" if len(pids) == 1 else "processes"
            say(f"procmaps: {len(pids):,} {noun} {text} (PID {listed})", err=True)
