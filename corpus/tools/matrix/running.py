"""Run cases on a peer. Its adapter is started once and answers case by case."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

import attrs

from corpus.tools.matrix.installing import command
from corpus.tools.matrix.read_peers import Peer
from corpus.tools.matrix.views import case_for
from procmaps.check.answers import AdapterFault, Answer, Rejection
from procmaps.check.batch import BatchCommand, Ended, Request
from procmaps.check.cases import Case
from procmaps.check.fake_proc import fake_proc
from procmaps.check.judging import judge
from procmaps.check.processes import ProcessGroup
from procmaps.check.verdicts import Verdict

TIMEOUT: Final = 20.0
"""Seconds for one case, including the adapter's start. A JVM on a busy machine needs three."""

_UNITS: Final = {"bytes": 1, "kB": 1024}
"""Bytes in the unit of a parser's sizes."""


@attrs.frozen
class Judged:
    """An answer and its verdict."""

    verdict: Verdict
    given: bytes
    """The dump as the peer received it."""
    answer: Answer | Rejection | None = None
    """None if the adapter gave none that could be read."""


class Session:
    """A running adapter of one peer. Use it as a context manager."""

    def __init__(
        self, peer: Peer, timeout: float = TIMEOUT, group: ProcessGroup | None = None
    ) -> None:
        """Raises `corpus.tools.matrix.installing.NotInstalled`."""
        self.peer = peer
        # The adapters are ours: what happens before an announcement is never the parser's doing.
        self._unit = _UNITS[peer.shows.unit]
        self._batch = BatchCommand(command(peer), timeout, group, announces=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._batch.close()

    def verdict(self, case: Case) -> Verdict | None:
        """Return the verdict on one case, or None if the case does not apply to the peer."""
        judged = self.judged(case)
        return None if judged is None else judged.verdict

    def judged(self, case: Case) -> Judged | None:
        """Return the verdict as `verdict` does, together with the answer."""
        applied = case_for(self.peer, case)
        if applied is None:
            return None
        try:
            with fake_proc({applied.kind: applied.data}) as proc:
                answer = self._batch.ask(Request.of(applied, proc))
            verdict = judge(applied, answer, unit=self._unit)
            return Judged(verdict, applied.data, answer)
        except AdapterFault as fault:
            return Judged(Verdict("adapter-fault", detail=fault.reason), applied.data)
        except Ended as end:
            return Judged(end.verdict, applied.data)
