"""Run peers over all cases and probes: verdicts, what they mean, and smallest dumps."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from corpus.tools.matrix import expected, installing, probes, probing
from corpus.tools.matrix.expected import Failure
from corpus.tools.matrix.installing import NotInstalled
from corpus.tools.matrix.jobs import on_each
from corpus.tools.matrix.read_peers import Peer
from corpus.tools.matrix.results import Finding, Row, SmallestFailure
from corpus.tools.matrix.running import Session
from corpus.tools.matrix.views import case_for
from procmaps.check import cases
from procmaps.check.attribution import own_verdicts, policy_of
from procmaps.check.cases import Case
from procmaps.check.failure_reasons import same_failure, same_key
from procmaps.check.processes import ProcessGroup
from procmaps.check.shrinking import Same, ShrunkFailure, keep_lines, shrink, unshrunk
from procmaps.check.verdicts import Verdict

_BUDGET: Final = 1 << 16
"""Runs to shrink one failure. Nobody waits here, so every dump is as small as possible."""


def print_progress(text: str) -> None:
    """Print *text* on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def judged(session: Session, every: Sequence[Case]) -> dict[str, Verdict]:
    """Return the verdicts on all cases that apply to a peer, by the cases' ids."""
    return {
        case.id: verdict
        for case in every
        if case.kind in session.peer.reads and (verdict := session.verdict(case)) is not None
    }


def smallest(
    session: Session, case: Case, verdict: Verdict, known: Failure | None
) -> SmallestFailure:
    """Return the smallest dump that shows a failure: the known one if it still does."""
    found = _known_smallest(session, case, verdict, known)
    if found is None:
        # A hang takes its whole time again with each attempt.
        found = (
            unshrunk(case, verdict)
            if verdict.outcome == "hang"
            else shrink(case, verdict, session.verdict, budget=_BUDGET, same=same_for(session.peer))
        )
    given = case_for(session.peer, found.case)
    return SmallestFailure(found.verdict, (given or found.case).data, found.lines)


def same_for(peer: Peer) -> Same:
    """Return what makes two failures of a peer one. A sum changes with each mapping."""
    return same_key if peer.view == "total" else same_failure


def _known_smallest(
    session: Session, case: Case, verdict: Verdict, known: Failure | None
) -> ShrunkFailure | None:
    """The known smallest dump, if it still shows the same failure."""
    smaller = keep_lines(case, known.lines) if known is not None else None
    again = session.verdict(smaller) if smaller is not None else None
    if known is None or smaller is None or again is None:
        return None
    if not same_for(session.peer)(verdict, again, case.data):
        return None
    return ShrunkFailure(smaller, again, known.lines)


def row_of(
    peer: Peer, every: Sequence[Case], obstacle: str, group: ProcessGroup, *, reshrink: bool
) -> Row:
    """Run a peer over all cases and find the smallest dump for each failure.

    *obstacle* is why decoy processes cannot be made here, or an empty string.
    """
    if peer.overlay and obstacle and not peer.reason:
        return Row(peer=peer, reason=obstacle)
    begun = time.monotonic()
    try:
        with Session(peer, group=group) as session:
            verdicts = judged(session, every)
            known = dict[str, Failure]() if reshrink else expected.load(peer).fails
            failures = {
                case.id: smallest(session, case, verdicts[case.id], known.get(case.id))
                for case in every
                if case.id in verdicts and not verdicts[case.id].passed
            }
            tried = probing.try_all(session, probes.load())
    except NotInstalled as missing:
        return Row(peer=peer, reason=missing.reason)
    took = time.monotonic() - begun
    print_progress(f"  {peer.name:18} {took:6.1f} s, {len(failures)} of {len(verdicts)} fail")
    version = installing.present_version(peer)
    return Row(
        peer=peer,
        version=version,
        verdicts=verdicts,
        failures=failures,
        findings=findings_of(peer, every, verdicts),
        probes=tried,
    )


def findings_of(
    peer: Peer, every: Iterable[Case], verdicts: Mapping[str, Verdict]
) -> dict[str, Finding]:
    """Return what each failure means, by its case."""
    by_id = {case.id: case for case in every}
    found: dict[str, Finding] = {}
    for identity, own in own_verdicts(by_id, verdicts).items():
        if verdicts[identity].passed:
            continue
        part = own or verdicts[identity]
        policy = policy_of(by_id[identity], part, proc_only=peer.proc_only)
        found[identity] = Finding(part.weight, policy, caused=own is not None)
    return found


def on_all(
    chosen: Sequence[Peer], jobs: int, work: Callable[[Peer, ProcessGroup], Row]
) -> list[Row]:
    """Return the rows of all peers in the order of *chosen*. The slowest start first."""
    slow = sorted(chosen, key=lambda peer: not peer.overlay)
    rows = {row.peer.name: row for row in on_each(slow, jobs, work)}
    return [rows[peer.name] for peer in chosen]


def run_all(
    chosen: Sequence[Peer], jobs: int, *, reshrink: bool, keep: Callable[[Row], None] | None = None
) -> list[Row]:
    """Run the chosen peers over all cases and probes, *jobs* of them at a time.

    *keep* is called with each row as soon as it is complete, so that an interrupted run is not
    lost. *reshrink* searches each smallest dump again, even if one is known.
    """
    every = cases.load()
    obstacle = installing.overlay_allowed()

    def work(peer: Peer, group: ProcessGroup) -> Row:
        row = row_of(peer, every, obstacle, group, reshrink=reshrink)
        if keep is not None:
            keep(row)
        return row

    return on_all(chosen, jobs, work)
