"""A plugin of pytest: run the collected tests once for each fault, each time in a forked child.

Importing everything and collecting the tests takes longer than most tests do, and a forked child
has both done already. Its parent has run no test, so no fault finds what another one left.

``PROCMAPS_FAULTS`` is a file with the faults; the outcome of each is added to a file beside it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pkgutil
import resource
import signal
import time
from pathlib import Path

import pytest

import procmaps
from tests.trials.mutation.planted_code import NotInFunctions, plant

VARIABLE = "PROCMAPS_FAULTS"

SECONDS = 60
"""Processor time that the tests of one fault may take."""

FIRST, LEAST, FACTOR = 1800, 60, 10
"""Seconds in all of the first child, which has no fault; of each other one the least, and how many
times as long as the first. A fault may wait for ever, and a machine may be busy."""

_PASSED, _FAILED, _NOT_PLANTED = 0, 1, 2


def outcomes_beside(faults: Path) -> Path:
    """Return the file of the outcomes: ``killed``, ``timeout``, ``survived`` or ``not planted``."""
    return faults.with_suffix(".outcomes")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Try every fault."""
    if session.testsfailed:
        raise session.Interrupted("the tests could not be collected")
    for module in pkgutil.walk_packages(procmaps.__path__, "procmaps."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    faults = Path(os.environ[VARIABLE])
    patience: float = FIRST
    with outcomes_beside(faults).open("w") as stream:
        for file, original, faulty in json.loads(faults.read_bytes()):
            started = time.monotonic()
            child = os.fork()
            if not child:
                _run(session, str(Path(file).resolve()), original, faulty)
            stream.write(f"{_outcome(child, started + patience)}\n")
            stream.flush()
            if patience == FIRST:
                patience = max(LEAST, FACTOR * (time.monotonic() - started))
    return True


def _run(session: pytest.Session, path: str, original: str, faulty: str) -> None:
    """Run the tests until one fails; never return."""
    os.setsid()
    status = _FAILED
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        try:
            plant(path, original, faulty)
        except NotInFunctions:
            os._exit(_NOT_PLANTED)
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                break
        else:
            status = _PASSED
    finally:
        os._exit(status)


def _outcome(child: int, deadline: float) -> str:
    """Wait for a child until *deadline*, and end its group."""
    status = None
    while status is None and time.monotonic() < deadline:
        ended, found = os.waitpid(child, os.WNOHANG)
        status = found if ended else None
        if status is None:
            time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):  # nothing is left of it
        os.killpg(child, signal.SIGKILL)
    if status is None:
        os.waitpid(child, 0)
        return "timeout"
    code = os.waitstatus_to_exitcode(status)
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return "timeout"
    return {_PASSED: "survived", _NOT_PLANTED: "not planted"}.get(code, "killed")
