"""Running the cases on a peer: its adapter is started once and asked case by case."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import attrs

from corpus.matrix.installing import Command
from corpus.matrix.peers import Peer
from corpus.matrix.views import asked_of
from procmaps.check.answers import AdapterFault, Answer, Rejection, take
from procmaps.check.cases import Case
from procmaps.check.judging import judge
from procmaps.check.verdicts import Verdict

TIMEOUT: Final = 20.0
"""Seconds for one case, the start of the adapter included: a JVM on a busy machine takes three."""

_PID: Final = 4242
"""The process that a root of ours has; nothing looks for it outside of that root."""


@attrs.frozen
class _Ended(Exception):
    """The adapter ended in place of answering."""

    detail: str


@attrs.frozen
class _Late(Exception):
    """The adapter did not answer in time."""


class Session:
    """A peer's adapter, for as many cases as are asked; a context manager."""

    def __init__(self, peer: Peer, command: Command, timeout: float = TIMEOUT) -> None:
        self._peer = peer
        self._command = command
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="procmaps-peer-"))
        self._log = (self._folder / "stderr").open("w+b")
        self._read = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
        self._log.close()
        shutil.rmtree(self._folder)

    def judge(self, case: Case) -> Verdict | None:
        """Ask for one case; None where nothing of it is the peer's to give."""
        due = asked_of(self._peer, case)
        if due is None:
            return None
        try:
            return judge(due, self._ask(due))
        except AdapterFault as fault:
            return Verdict("adapter-fault", detail=str(fault))
        except _Late:
            return Verdict("hang", detail=f"no answer within {self._timeout:g} s")
        except _Ended as end:
            return Verdict("crash", detail=end.detail)

    def _ask(self, case: Case) -> Answer | Rejection:
        """Raises `AdapterFault`, `_Ended` and `_Late`; after the last two it is started anew."""
        path = self._lay_out(case)
        request = {
            "id": case.id,
            "kind": case.kind,
            "path": str(path),
            "root": str(self._folder / "root"),
            "pid": _PID,
        }
        line = self._exchange(json.dumps(request).encode() + b"\n")
        try:
            answer = json.loads(line)
        except ValueError as error:
            raise AdapterFault(f"an answer that is not JSON: {error}") from None
        if not isinstance(answer, dict) or answer.get("id") != case.id:
            raise AdapterFault(f"an answer to another request than {case.id}")
        if "rejected" in answer:
            return Rejection(str(answer["rejected"]))
        return take(answer.get("answer"))

    def _lay_out(self, case: Case) -> Path:
        """Write the dump where a peer finds it as a file, and under a root laid out like /proc."""
        root = self._folder / "root"
        shutil.rmtree(root, ignore_errors=True)
        process = root / str(_PID)
        process.mkdir(parents=True)
        path = process / case.kind
        path.write_bytes(case.data)
        return path

    # --- the process ------------------------------------------------------------------------------

    def _exchange(self, request: bytes) -> bytes:
        process = self._running()
        assert process.stdin is not None  # noqa: S101  # opened with PIPE
        try:
            process.stdin.write(request)
            process.stdin.flush()
        except BrokenPipeError:
            raise self._ended() from None
        return self._line(process)

    def _line(self, process: subprocess.Popen[bytes]) -> bytes:
        assert process.stdout is not None  # noqa: S101  # opened with PIPE
        deadline = time.monotonic() + self._timeout
        while b"\n" not in self._read:
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                self._stop()
                raise _Late
            some = os.read(process.stdout.fileno(), 1 << 20)
            if not some:
                raise self._ended()
            self._read += some
        line, _, self._read = self._read.partition(b"\n")
        return line

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._log.seek(0)
            self._log.truncate()
            self._process = subprocess.Popen(
                self._command.arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=self._command.environment,
                cwd=self._folder,
                # A group of its own, so that what it started ends with it.
                start_new_session=True,
            )
        return self._process

    def _ended(self) -> _Ended:
        """Say how the process ended, with the last that it had to say."""
        process = self._process
        assert process is not None  # noqa: S101  # it was just read from
        status = process.wait()
        self._stop()
        self._log.seek(0)
        said = self._log.read().decode(errors="backslashreplace").strip("\n").split("\n")
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        return _Ended(f"{how}: {' / '.join(said[-4:])}")

    def _stop(self) -> None:
        process, self._process, self._read = self._process, None, b""
        if process is None:
            return
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # all of it had ended already
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass  # what was not written yet is for nobody


def run(peer: Peer, command: Command, cases: Iterable[Case]) -> dict[str, Verdict]:
    """The verdicts on all cases that the peer has to do with, by the cases' ids."""
    with Session(peer, command) as session:
        return {
            case.id: verdict
            for case in cases
            if case.kind in peer.reads and (verdict := session.judge(case)) is not None
        }
