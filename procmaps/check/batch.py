"""The batch form: a command that answers each line with a line, and may announce its phases.

A crash, a hang or a refusal is the parser's only in the phase ``call``. In any other phase it is a
fault of the adapter. A command that announces no phase is taken for the parser itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Final, cast

import attrs

from procmaps.check import answers
from procmaps.check.answers import AdapterFault, Answer, Rejection
from procmaps.check.cases import Case
from procmaps.check.completed_run import CompletedRun
from procmaps.check.fake_proc import FakeProc
from procmaps.check.processes import ProcessGroup
from procmaps.check.subprocesses import OUTPUT_LIMIT, Server
from procmaps.check.verdicts import Verdict
from procmaps.formats.file_kinds import FileKind

CALL: Final = "call"
CONVERT: Final = "convert"
PHASES: Final = (CALL, CONVERT)
"""What a command announces: the parser's call begins, and the conversion of its result begins."""


@attrs.frozen
class Ended(Exception):
    """The parser crashed or hung, so there is no answer."""

    verdict: Verdict


@attrs.frozen(kw_only=True)
class Request:
    """One line on the command's standard input."""

    id: str
    """The case's id."""
    kind: FileKind
    path: str
    """Path of the dump."""
    root: str
    """Folder laid out like ``/proc``."""
    pid: int
    addresses: tuple[str, ...] = ()
    """The start addresses of the right mappings in hexadecimal, each once, in their order.

    For parsers that answer about an address.
    """

    @classmethod
    def of(cls, case: Case, proc: FakeProc) -> Request:
        """Return the request for *case*, whose dump is in *proc*."""
        return cls(
            id=case.id, kind=case.kind, path=str(proc.path(case.kind)), root=str(proc.root),
            pid=proc.pid,
            addresses=tuple(dict.fromkeys(f"{record.start:x}" for record in case.records)),
        )  # fmt: skip


class BatchCommand:
    """A command in its batch form. After a crash or a hang the next request starts it again."""

    def __init__(
        self,
        command: Sequence[str],
        timeout: float,
        group: ProcessGroup | None = None,
        *,
        announces: bool = False,
    ) -> None:
        """*timeout* is in seconds for one request. *announces*: it must announce its phases.

        Otherwise the first announcement shows that it does.
        """
        self._command = command
        self._timeout = timeout
        self._group = group or ProcessGroup()
        self._owns_group = group is None
        self._announces = announces
        self._server: Server | None = None

    def ask(self, request: Request) -> Answer | Rejection:
        """Return the answer to *request*.

        Raises `Ended`, `AdapterFault`, `OSError` if the command cannot be started, and
        `procmaps.check.processes.Cancelled` if the group was cancelled.
        """
        if self._server is None:
            self._server = Server(self._command, self._group)
        try:
            phase, completed = self._exchange(self._server, request)
        except AdapterFault:
            # What it prints next may belong to this request, so start it again.
            self._stop()
            raise
        if completed.timed_out or completed.crashed or completed.output_too_long:
            self._stop()
        self._raise_for_end(phase, completed)
        answer = read_reply(completed.stdout, request.id)
        if self._announces:
            _check_phase(phase, answer)
        return answer

    def close(self) -> None:
        """End the command if it runs. It cannot be asked again."""
        self._stop()
        if self._owns_group:
            self._group.close()

    def _stop(self) -> None:
        """End the command if it runs. The next request starts it again."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def _exchange(self, server: Server, request: Request) -> tuple[str, CompletedRun]:
        """Return the last announced phase, and the reply or the end."""
        deadline = time.monotonic() + self._timeout
        line = json.dumps(attrs.asdict(request)).encode()
        completed = server.ask(line, timeout=self._timeout)
        phase = ""
        for expected in PHASES:
            announced = _announced(completed.stdout, request.id)
            if announced is None:
                break
            if announced != expected:
                raise AdapterFault(f"announced the phase {announced!r}, expected {expected!r}")
            self._announces = True
            phase = announced
            completed = server.receive(timeout=deadline - time.monotonic())
        return phase, completed

    def _raise_for_end(self, phase: str, completed: CompletedRun) -> None:
        if completed.output_too_long:
            raise AdapterFault(f"more than {OUTPUT_LIMIT // 2**20} MiB on standard output")
        if completed.timed_out:
            end = Verdict("hang", detail=f"no answer within {self._timeout:g} s")
        elif completed.crashed:
            end = Verdict("crash", detail=completed.reason)
        else:
            return
        if self._announces and phase != CALL:
            raise AdapterFault(f"{end.outcome} outside the parser's call: {end.detail}")
        raise Ended(end)


def _check_phase(phase: str, answer: Answer | Rejection) -> None:
    """Raise `AdapterFault` for a refusal outside the call, and for an answer without one."""
    if isinstance(answer, Rejection) and phase != CALL:
        raise AdapterFault(f"refused outside the parser's call: {answer.reason}")
    if isinstance(answer, Answer) and phase != CONVERT:
        raise AdapterFault("answered without announcing the phases call and convert")


def _announced(line: bytes, request_id: str) -> str | None:
    """Return the phase that *line* announces, or None for a reply.

    Raises `AdapterFault` for the phase of another request.
    """
    if b'"phase"' not in line:
        return None
    data = answers.parse_json(line)
    if not isinstance(data, dict):
        return None
    given = cast("dict[str, object]", data)
    if set(given) != {"id", "phase"}:
        return None
    if given["id"] != request_id:
        raise AdapterFault(f"the phase's id is {given['id']!r}, the request's was {request_id!r}")
    return str(given["phase"])


def read_reply(line: bytes, request_id: str) -> Answer | Rejection:
    """Return the answer in a reply of the batch form. Raises `AdapterFault`."""
    data = answers.parse_json(line)
    if isinstance(data, dict):
        reply = cast("dict[str, object]", data)
        given = reply.pop("id", None)
        if given != request_id:
            raise AdapterFault(f"the answer's id is {given!r}, the request's was {request_id!r}")
        data = reply["answer"] if set(reply) == {"answer"} else reply
    return answers.interpret(data)
