"""Running a command over cases: each gets a `Result` with its verdict."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Self, cast

import attrs

from procmaps.check import answers, proc_overlay
from procmaps.check.answers import AdapterFault
from procmaps.check.cases import Case, load
from procmaps.check.fake_proc import PID, Stage, places, staged
from procmaps.check.judge import Only, judge
from procmaps.check.shrinking import Smallest, reduce, whole
from procmaps.check.subprocesses import OUTPUT_LIMIT, Ended, Running, Server, run
from procmaps.check.verdicts import Verdict
from procmaps.errors import ProcmapsError
from procmaps.formats.file_kinds import FILE_KINDS, FileKind


@attrs.frozen
class AdapterBroken(ProcmapsError):
    """The command cannot even answer a plain dump; no case was run."""

    command: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        return (
            f"the adapter is broken: {' '.join(self.command)}: {self.reason}; it has to answer a "
            "plain dump before any case is run, see docs/protocol.md"
        )


@attrs.frozen
class Plan:
    """How a command is to be run."""

    command: tuple[str, ...]
    reads: tuple[FileKind, ...] = ("maps",)
    timeout: float = 10.0
    """Seconds that one case may take."""
    jobs: int = 1
    batch: bool = False
    overlay: bool = False
    only: Only = "all"
    shrink: bool = True
    """Whether to look for a smaller dump that fails in the same way."""


@attrs.frozen
class Result:
    """What came of one case."""

    case: Case
    verdict: Verdict
    seconds: float = 0.0
    smallest: Smallest | None = None
    """The smallest part of the case that fails so; None for a pass and for what was not run."""


def reads(command: Sequence[str], asked: Iterable[FileKind]) -> tuple[FileKind, ...]:
    """Which dumps *command* is run on: those it names, else those *asked*, else maps."""
    named = places(command)
    return tuple(kind for kind in FILE_KINDS if kind in named) or tuple(asked) or ("maps",)


class Runner:
    """Runs the command of a `Plan`. Close it: a batch command keeps running until then."""

    def __init__(self, plan: Plan, siblings: Iterable[Case] = ()) -> None:
        """*siblings* are cases whose dumps stand beside those of a case with the same name."""
        self._plan = plan
        self._stack = ExitStack()
        self._own = threading.local()
        self._servers: list[Server] = []
        self._lock = threading.Lock()
        self._running = Running()
        self._dumps: dict[str, dict[FileKind, bytes]] = {}
        for case in siblings:
            self._dumps.setdefault(_bare(case), {})[case.kind] = case.data
        self.obstacle = proc_overlay.obstacle() if plan.overlay else ""
        """Why nothing can be run here; empty where it can."""
        pid = PID
        if plan.overlay and not self.obstacle:
            pid = self._stack.enter_context(proc_overlay.decoy())
        self._pid = pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End whatever is still running."""
        with self._lock:
            for server in self._servers:
                server.close()
            self._servers.clear()
        self._running.stop()
        self._stack.close()

    def probe(self) -> None:
        """Give the command a plain dump. Raises `AdapterBroken` where it cannot answer that."""
        if self.obstacle:
            return
        verdict = self.verdict(plain(self._plan.reads[0]))
        if verdict.outcome in ("crash", "hang", "adapter-fault"):
            told = f"{verdict.outcome}: {verdict.detail}"
            raise AdapterBroken(self._plan.command, told)

    def run(self, cases: Sequence[Case]) -> Iterator[Result]:
        """The results, in the order of *cases*, as they come.

        Whoever takes no more of them (Ctrl-C, say) ends every command that is still running.
        """
        with ThreadPoolExecutor(self._plan.jobs) as pool:
            try:
                yield from pool.map(self.result, cases)
            except BaseException:
                self._running.stop()
                raise

    def result(self, case: Case) -> Result:
        """Run one case, and look for a smaller one where it fails."""
        begun = time.monotonic()
        verdict = self.verdict(case)
        seconds = time.monotonic() - begun
        if verdict.outcome in ("pass", "not-run"):
            return Result(case, verdict, seconds)
        # A hang takes its whole time again for each smaller dump: not worth the wait.
        if not self._plan.shrink or verdict.outcome == "hang":
            return Result(case, verdict, seconds, whole(case, verdict))
        return Result(case, verdict, seconds, reduce(case, verdict, self.verdict))

    def verdict(self, case: Case) -> Verdict:
        """The verdict on one case."""
        if self.obstacle:
            return Verdict("not-run", detail=self.obstacle)
        # A part of a case, and a dump that was drawn, stand alone: their siblings are not theirs.
        known = self._dumps.get(_bare(case), {})
        dumps: Mapping[FileKind, bytes] = (
            known if known.get(case.kind) == case.data else {case.kind: case.data}
        )
        with staged(dumps, self._pid) as stage:
            ended = self._ask(case, stage) if self._plan.batch else self._run(case, stage)
        return self._judged(case, ended)

    # --- one process for each case --------------------------------------------------------------

    def _run(self, case: Case, stage: Stage) -> Ended:
        command = stage.placed(self._plan.command)
        if self._plan.overlay:
            command = proc_overlay.command(command, stage.path("maps").parent, stage.pid)
        given = b"" if places(self._plan.command) else case.data
        try:
            return run(command, given, timeout=self._plan.timeout, running=self._running)
        except OSError as error:
            raise AdapterBroken(self._plan.command, f"it cannot be started: {error}") from error

    # --- one process for many -------------------------------------------------------------------

    def _ask(self, case: Case, stage: Stage) -> Ended:
        request = {
            "id": case.id,
            "kind": case.kind,
            "path": str(stage.path(case.kind)),
            "root": str(stage.root),
            "pid": stage.pid,
        }
        server = self._server()
        ended = server.ask(json.dumps(request).encode(), timeout=self._plan.timeout)
        if ended.crashed or ended.timed_out or ended.too_much:
            with self._lock:
                self._servers.remove(server)
            server.close()
            self._own.server = None
            return ended
        return ended

    def _server(self) -> Server:
        server = cast("Server | None", getattr(self._own, "server", None))
        if server is None:
            try:
                server = Server(self._plan.command, self._running)
            except OSError as error:
                raise AdapterBroken(self._plan.command, f"it cannot be started: {error}") from error
            self._own.server = server
            with self._lock:
                self._servers.append(server)
        return server

    # --- the verdict ----------------------------------------------------------------------------

    def _judged(self, case: Case, ended: Ended) -> Verdict:
        if ended.timed_out:
            return Verdict("hang", detail=f"not done within {self._plan.timeout:g} s")
        if ended.too_much:
            told = f"more than {OUTPUT_LIMIT // 2**20} MiB on standard output"
            return Verdict("adapter-fault", detail=told)
        if self._plan.overlay and proc_overlay.failed(ended.status, ended.stderr):
            return Verdict("not-run", detail=ended.how)
        if ended.crashed:
            return Verdict("crash", detail=ended.how)
        try:
            printed = ended.stdout
            answer = answers.read(_unwrapped(printed, case.id) if self._plan.batch else printed)
        except AdapterFault as fault:
            return Verdict("adapter-fault", detail=fault.reason)
        return judge(case, answer, only=self._plan.only)


def _unwrapped(line: bytes, identity: str) -> bytes:
    """The answer within a line of the batch form, as it would stand on standard output.

    Raises `AdapterFault` for what is no JSON, and for the answer to another request. What else is
    wrong with the line is left for `answers.read` to say.
    """
    data = answers.parse(line)
    if not isinstance(data, dict):
        return line
    reply = cast("dict[str, object]", data)
    given = reply.pop("id", None)
    if given != identity:
        raise AdapterFault(f"the answer's id is {given!r}, the request's was {identity!r}")
    return json.dumps(reply["answer"] if set(reply) == {"answer"} else reply).encode()


def _bare(case: Case) -> str:
    return case.id.rpartition(".")[0]


_PLAIN: dict[FileKind, str] = {
    "maps": "names/plain",
    "smaps": "names/plain",
    "smaps_rollup": "smaps/rollup-6.12",
}


def plain(kind: FileKind) -> Case:
    """The case that every parser can read: nothing special is in it."""
    (case,) = load((kind,), only=(_PLAIN[kind],))
    return case
