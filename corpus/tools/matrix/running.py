"""Run cases on a peer. Its adapter is started once and answers case by case."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, Final, Self, cast

import attrs

from corpus.tools.matrix.installing import command
from corpus.tools.matrix.read_peers import Peer
from corpus.tools.matrix.views import case_for
from procmaps.check.answers import AdapterFault, Answer, Rejection, parse_answer
from procmaps.check.cases import Case
from procmaps.check.display import shorten
from procmaps.check.fake_proc import fake_proc
from procmaps.check.judging import judge
from procmaps.check.subprocesses import Server
from procmaps.check.verdicts import Verdict

TIMEOUT: Final = 20.0
"""Seconds for one case, including the adapter's start. A JVM on a busy machine needs three."""


@attrs.frozen
class _Ended(Exception):
    """The adapter ended, or was ended, instead of answering."""

    verdict: Verdict


class Session:
    """A running adapter of one peer. Use it as a context manager.

    After a crash or a hang the adapter is started again for the next case.
    """

    def __init__(self, peer: Peer, timeout: float = TIMEOUT) -> None:
        """Raises `corpus.tools.matrix.installing.NotInstalled`."""
        self.peer = peer
        self._command = command(peer)
        self._timeout = timeout
        self._server: Server | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def verdict(self, case: Case) -> Verdict | None:
        """Return the verdict on one case, or None if the case does not apply to the peer."""
        applied = case_for(self.peer, case)
        if applied is None:
            return None
        try:
            return judge(applied, self._ask(applied))
        except AdapterFault as fault:
            return Verdict("adapter-fault", detail=fault.reason)
        except _Ended as end:
            return end.verdict

    def _ask(self, case: Case) -> Answer | Rejection:
        """Raises `AdapterFault` and `_Ended`."""
        with fake_proc({case.kind: case.data}) as proc:
            request = {
                "id": case.id,
                "kind": case.kind,
                "path": str(proc.path(case.kind)),
                "root": str(proc.root),
                "pid": proc.pid,
            }
            line = self._exchange(json.dumps(request).encode())
        try:
            given: Any = json.loads(line)
        except ValueError as error:
            raise AdapterFault(f"the answer is not JSON: {error}") from None
        reply = cast("dict[str, Any]", given if isinstance(given, dict) else {})
        if reply.get("id") != case.id:
            raise AdapterFault(
                f"the answer has the id {shorten(repr(reply.get('id')))}, expected {case.id}"
            )
        if "rejected" in reply:
            return Rejection(str(reply["rejected"]))
        return parse_answer(reply.get("answer"))

    def _exchange(self, request: bytes) -> bytes:
        if self._server is None:
            self._server = Server(self._command)
        ended = self._server.ask(request, timeout=self._timeout)
        if ended.timed_out or ended.crashed or ended.output_too_long:
            self._close()
        if ended.timed_out:
            raise _Ended(Verdict("hang", detail=f"no answer within {self._timeout:g} s"))
        if ended.crashed:
            raise _Ended(Verdict("crash", detail=ended.reason))
        if ended.output_too_long:
            raise AdapterFault("the answer exceeds the limit of output")
        return ended.stdout

    def _close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
