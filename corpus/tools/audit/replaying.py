"""Replay a verdict: call the parser a second time, without its adapter, and compare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import attrs

from corpus.tools.audit.raw_results import InvalidRaw, differences, read_raw
from corpus.tools.matrix.installing import audit_command
from corpus.tools.matrix.read_peers import Peer
from corpus.tools.matrix.running import TIMEOUT, Judged, Session
from corpus.tools.matrix.views import case_for
from procmaps.check.answers import Answer, Rejection
from procmaps.check.cases import Case
from procmaps.check.completed_run import CompletedRun
from procmaps.check.fake_proc import fake_proc
from procmaps.check.processes import ProcessGroup
from procmaps.check.subprocesses import run
from procmaps.check.verdicts import Verdict

_REFUSED: Final = frozenset({1, 3})
"""Exit statuses of an audit program that reports an error. Python's own is 1."""

_CHANGING = re.compile(rb"[0-9]+|\\x[0-9a-f]{2}|\s+")
"""Matches what may differ from one call to the next, such as the decoy's PID, and escapes."""


@attrs.frozen
class Replay:
    """One verdict, and in what the second call differs from it."""

    case: str
    verdict: Verdict
    problems: tuple[str, ...]


def replay(peer: Peer, session: Session, case: Case, group: ProcessGroup) -> Replay:
    """Judge *case* by the adapter of *peer*, and call the parser again. Raises `NotInstalled`."""
    judged = session.judged(case)
    applied = case_for(peer, case)
    if judged is None or applied is None:
        raise ValueError(f"{case.id} does not apply to {peer.name}")
    second = call_again(peer, applied, group)
    return Replay(case.id, judged.verdict, tuple(problems(judged, second)))


def call_again(peer: Peer, case: Case, group: ProcessGroup) -> CompletedRun:
    """Run the audit program of *peer* on a case as the peer receives it."""
    with fake_proc({case.kind: case.data}) as proc:
        addresses = dict.fromkeys(f"{record.start:x}" for record in case.records)
        given = (str(proc.path(case.kind)), str(proc.root), str(proc.pid), *addresses)
        return run((*audit_command(peer), *given), b"", timeout=TIMEOUT, group=group)


def problems(judged: Judged, second: CompletedRun) -> Iterator[str]:
    """Yield each difference between a verdict and what a second call printed."""
    outcome = judged.verdict.outcome
    if outcome == "adapter-fault":
        yield f"the adapter failed: {judged.verdict.detail}"
    elif outcome == "hang":
        if not second.timed_out:
            yield f"the adapter hangs, the second call ended: {second.reason}"
    elif second.timed_out:
        yield "the second call hangs"
    elif outcome == "crash":
        if second.status in {0, *_REFUSED}:
            yield f"the adapter: {judged.verdict.detail}; the second call: {second.reason}"
    elif isinstance(judged.answer, Rejection):
        yield from _refusal(judged.answer, second)
    elif isinstance(judged.answer, Answer):
        yield from _answer(judged.answer, second)


def _refusal(rejection: Rejection, second: CompletedRun) -> Iterator[str]:
    """Compare the words of a refusal."""
    if second.status not in _REFUSED:
        yield f"the adapter says that the parser refused: {rejection.reason}; it did not"
    elif _words(rejection.reason.encode()) not in _words(second.stderr):
        yield f"the adapter says {rejection.reason!r}, the parser: {second.reason}"


def _words(text: bytes) -> bytes:
    return _CHANGING.sub(b"", text)


def _answer(answer: Answer, second: CompletedRun) -> Iterator[str]:
    """Compare the mappings one by one."""
    if second.status:
        yield f"the adapter has an answer, the second call none: {second.reason}"
        return
    try:
        raw = read_raw(second.stdout)
    except InvalidRaw as error:
        yield str(error)
        return
    if len(raw) != len(answer.mappings):
        yield f"the parser returned {len(raw)} mappings, the adapter {len(answer.mappings)}"
    for number, (members, said) in enumerate(zip(raw, answer.mappings, strict=False)):
        for difference in differences(members, said):
            yield f"mapping {number}, {difference}"
