"""Run a command on cases: each case gets a `Result` with its verdict."""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import Self, cast

import attrs

from procmaps.check import proc_overlay
from procmaps.check.answers import AdapterFault, Answer, Rejection, read_answer
from procmaps.check.batch import BatchCommand, Ended, Request
from procmaps.check.cases import Case, load
from procmaps.check.comparison import Only
from procmaps.check.fake_proc import PID, FakeProc, fake_proc, placeholders
from procmaps.check.judging import judge
from procmaps.check.processes import Cancelled, ProcessGroup
from procmaps.check.shrinking import ShrunkFailure, shrink, unshrunk
from procmaps.check.subprocesses import OUTPUT_LIMIT, run
from procmaps.check.verdicts import Verdict
from procmaps.errors import ProcmapsError
from procmaps.formats.file_kinds import FILE_KINDS, FileKind


@attrs.frozen
class AdapterBroken(ProcmapsError):
    """The command cannot be started, or cannot answer a plain dump."""

    command: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        return (
            f"the adapter is broken: {shlex.join(self.command)}: {self.reason}; it must answer a "
            "plain dump before any case is run: read it from standard input, print a JSON array "
            "with an object for each mapping, exit with status 0 (`procmaps help protocol`)"
        )


@attrs.frozen
class Plan:
    """How to run a command."""

    command: tuple[str, ...]
    reads: tuple[FileKind, ...] = ("maps",)
    timeout: float = 10.0
    """Maximum seconds for one run."""
    jobs: int = 1
    batch: bool = False
    overlay: bool = False
    only: Only = "all"
    shrink: bool = True
    """Whether to look for a smaller dump that fails in the same way."""

    @property
    def proc_only(self) -> bool:
        """Whether the command reads files of /proc, or of a folder laid out like it, only."""
        return self.overlay or "root" in placeholders(self.command)


@attrs.frozen
class Result:
    """The outcome of one case."""

    case: Case
    verdict: Verdict
    seconds: float = 0.0
    shrunk: ShrunkFailure | None = None
    """The smallest dump that fails in the same way; None for a pass and for a case not run."""
    control: Verdict | None = None
    """The verdict on the same dump without the feature; None for a pass and without a control."""


def kinds_to_read(command: Sequence[str], asked: Iterable[FileKind]) -> tuple[FileKind, ...]:
    """Return the kinds whose placeholders *command* contains, else those *asked*, else maps."""
    named = placeholders(command)
    return tuple(kind for kind in FILE_KINDS if kind in named) or tuple(asked) or ("maps",)


class Runner:
    """Runs the command of a `Plan`. Close it: a batch command runs until then."""

    def __init__(self, plan: Plan, siblings: Iterable[Case] = ()) -> None:
        """*siblings* are all cases: controls, and other dumps of the process of a case."""
        self._plan = plan
        self._stack = ExitStack()
        self._thread = threading.local()
        self._batches: list[BatchCommand] = []
        self._lock = threading.Lock()
        self._group = ProcessGroup()
        self._dumps: dict[str, dict[FileKind, bytes]] = {}
        self._cases: dict[str, Case] = {}
        self._controls: dict[str, Verdict] = {}
        for case in siblings:
            self._dumps.setdefault(case.name, {})[case.kind] = case.data
            self._cases[case.id] = case
        self.obstacle = proc_overlay.obstacle() if plan.overlay else ""
        """Why nothing can be run here; empty if cases can be run."""
        pid = PID
        if plan.overlay and not self.obstacle:
            pid = self._stack.enter_context(proc_overlay.decoy())
        self._pid = pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all commands that are still running."""
        with self._lock:
            for batch in self._batches:
                batch.close()
            self._batches.clear()
        self._group.close()
        self._stack.close()

    def cancel(self) -> None:
        """Kill all commands: what runs in any thread ends with `Cancelled`."""
        self._group.cancel()

    def probe(self) -> None:
        """Run the command on a plain dump. Raises `AdapterBroken` if it cannot answer that."""
        if self.obstacle:
            return
        verdict = self.verdict(plain_case(self._plan.reads[0]))
        if verdict.outcome in ("crash", "hang", "adapter-fault"):
            raise AdapterBroken(self._plan.command, f"{verdict.outcome}: {verdict.detail}")

    def run(self, cases: Sequence[Case], report: Callable[[Result], None]) -> None:
        """Run *cases* and call *report* with each result as soon as there is one.

        Results come in any order, from any thread, but never two at a time. Ctrl-C kills all
        commands; `KeyboardInterrupt` is raised after *report* has received the results so far.
        Raises `AdapterBroken`, and `Cancelled` after `cancel`.
        """
        reporting = threading.Lock()

        def run_one(case: Case) -> None:
            result = self.result(case)
            with reporting:
                report(result)

        with ThreadPoolExecutor(self._plan.jobs) as pool:
            futures = [pool.submit(run_one, case) for case in cases]
            try:
                done, _ = wait(futures, return_when=FIRST_EXCEPTION)
                for future in done:
                    future.result()
            except BaseException:
                self._group.cancel()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def result(self, case: Case) -> Result:
        """Run one case, and shrink its dump if it fails. Raises `AdapterBroken`, `Cancelled`."""
        started = time.monotonic()
        verdict = self.verdict(case)
        seconds = time.monotonic() - started
        if verdict.outcome in ("pass", "not-run"):
            return Result(case, verdict, seconds)
        try:
            control = self._control(case)
            # A hang would take the whole time limit for each smaller dump.
            if self._plan.shrink and verdict.outcome != "hang":
                shrunk = shrink(case, verdict, self.verdict)
                return Result(case, verdict, seconds, shrunk, control)
        except Cancelled:
            # The verdict is known: an interrupted run reports it.
            control = self._controls.get(case.control)
        return Result(case, verdict, seconds, unshrunk(case, verdict), control)

    def _control(self, case: Case) -> Verdict | None:
        """Return the verdict on the case's control, which is run once; None if it has none."""
        control = self._cases.get(case.control)
        if control is None:
            return None
        if control.id not in self._controls:
            self._controls[control.id] = self.verdict(control)
        return self._controls[control.id]

    def verdict(self, case: Case) -> Verdict:
        """Return the verdict on one case. Raises `AdapterBroken`, and `Cancelled` after Ctrl-C."""
        if self.obstacle:
            return Verdict("not-run", detail=self.obstacle)
        # A part of a case, and a drawn dump, have no siblings.
        known = self._dumps.get(case.name, {})
        dumps: Mapping[FileKind, bytes] = (
            known if known.get(case.kind) == case.data else {case.kind: case.data}
        )
        try:
            with fake_proc(dumps, self._pid) as proc:
                answer = self._ask(case, proc) if self._plan.batch else self._run(case, proc)
        except AdapterFault as fault:
            return Verdict("adapter-fault", detail=fault.reason)
        except Ended as end:
            return end.verdict
        return judge(case, answer, only=self._plan.only)

    def _not_started(self, error: OSError) -> AdapterBroken:
        return AdapterBroken(self._plan.command, f"cannot start it: {error.strerror or error}")

    # --- one process for each case --------------------------------------------------------------

    def _run(self, case: Case, proc: FakeProc) -> Answer | Rejection:
        """Raises `AdapterFault`, `Ended`, `AdapterBroken`."""
        command = proc.fill_in(self._plan.command)
        if self._plan.overlay:
            folder = proc.path("maps").parent
            command = proc_overlay.overlay_command(command, folder, proc.pid)
        stdin = b"" if placeholders(self._plan.command) else case.data
        try:
            completed = run(command, stdin, timeout=self._plan.timeout, group=self._group)
        except OSError as error:
            raise self._not_started(error) from error
        if completed.timed_out:
            raise Ended(Verdict("hang", detail=f"no answer within {self._plan.timeout:g} s"))
        if completed.output_too_long:
            raise AdapterFault(f"more than {OUTPUT_LIMIT // 2**20} MiB on standard output")
        if self._plan.overlay and proc_overlay.bind_failed(completed.status, completed.stderr):
            raise Ended(Verdict("not-run", detail=completed.reason))
        if completed.crashed:
            raise Ended(Verdict("crash", detail=completed.reason))
        return read_answer(completed.stdout)

    # --- one process for all cases --------------------------------------------------------------

    def _ask(self, case: Case, proc: FakeProc) -> Answer | Rejection:
        """Raises `AdapterFault`, `Ended`, `AdapterBroken`."""
        batch = cast("BatchCommand | None", getattr(self._thread, "batch", None))
        if batch is None:
            batch = BatchCommand(self._plan.command, self._plan.timeout, self._group)
            self._thread.batch = batch
            with self._lock:
                self._batches.append(batch)
        request = Request.of(case, proc)
        try:
            return batch.ask(request)
        except OSError as error:
            raise self._not_started(error) from error


_PLAIN: dict[FileKind, str] = {
    "maps": "names/plain",
    "smaps": "names/plain",
    "smaps_rollup": "smaps/rollup-6.12",
}


def plain_case(kind: FileKind) -> Case:
    """Return a case without anything special, which every parser can read."""
    (case,) = load((kind,), only=(_PLAIN[kind],))
    return case
