"""Threads, forked children, other interpreters, and signals in the middle of the work.

docs/internals.md says what is promised.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

import procmaps
from procmaps._cached_property import cached_property
from procmaps.engines import scan_text
from procmaps.engines.engine_selection import why_not_native

pytestmark = pytest.mark.slow

LINES = b"".join(
    b"%08x-%08x rw-p 00000000 08:01 %-10d                 /lib/name %d\n"
    % (n << 12, n + 1 << 12, n, n)
    for n in range(1, 3000)
)
EXPECTED = [b"/lib/name %d" % number for number in range(1, 3000)]


@pytest.fixture(params=["python", "native"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name: str = request.param
    if name == "native" and (missing := why_not_native()):
        pytest.skip(f"the native scanner was not built: {missing}")
    monkeypatch.setattr(scan_text, "engine", lambda: name)
    return name


def names(snapshot: procmaps.Snapshot) -> list[bytes]:
    return [mapping.name.raw for mapping in snapshot]


@pytest.mark.usefixtures("engine")
def test_threads_share_a_snapshot_and_the_parser() -> None:
    shared = procmaps.loads(LINES)

    def work(turn: int) -> bool:
        own = shared if turn % 2 else procmaps.loads(LINES)
        return names(own) == EXPECTED and own.mapping_at(0x5000) == shared[4]

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(16)))


@contextmanager
def parsing_elsewhere() -> Generator[None, None, None]:
    """Let other threads parse until the block ends."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            names(procmaps.loads(LINES))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_cached_property_that_another_thread_computes_does_not_stop_a_forked_child() -> None:
    computing, forked = threading.Event(), threading.Event()

    class Slow:
        @cached_property
        def value(self) -> int:
            if threading.current_thread() is other:
                computing.set()
                forked.wait()
            return 1

    other = threading.Thread(target=lambda: Slow().value)
    other.start()
    computing.wait()
    child = os.fork()
    if not child:
        signal.alarm(60)
        os._exit(Slow().value)
    forked.set()
    other.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


@pytest.mark.usefixtures("engine")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_can_read_and_parse_whatever_other_threads_did() -> None:
    shared = procmaps.loads(LINES)
    with parsing_elsewhere():
        for _ in range(10):
            child = os.fork()
            if not child:
                # A lock that another thread held would stay locked here for ever.
                signal.alarm(60)
                right = names(shared) == names(procmaps.loads(LINES)) == EXPECTED
                os._exit(0 if right and len(procmaps.maps()) else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.usefixtures("engine")
# The signal may come in a callback of the garbage collector, which cannot pass an exception on.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupted_call_leaves_everything_usable() -> None:
    class Interrupted(Exception):
        pass

    def interrupt(_signal: int, _frame: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    shared = procmaps.loads(LINES)
    interrupted = 0
    try:
        for turn in range(60):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.0002 * (turn + 1))
                names(shared)
                names(procmaps.loads(LINES))
                signal.setitimer(signal.ITIMER_REAL, 0)
            except Interrupted:
                interrupted += 1
            assert names(shared) == names(procmaps.loads(LINES)) == EXPECTED
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert interrupted


def test_a_signal_handler_does_not_end_a_read() -> None:
    seen = 0

    def count(_signal: int, _frame: object) -> None:
        nonlocal seen
        seen += 1

    before = signal.signal(signal.SIGALRM, count)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        deadline = time.monotonic() + 60
        while seen < 20 and time.monotonic() < deadline:
            assert procmaps.maps().kind == "maps"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert seen >= 20


IN_INTERPRETER = """
import sys
sys.path[:] = {path!r}
import procmaps
assert len(procmaps.loads({lines!r})) == 1
assert len(procmaps.maps()) > 5
with open({output!r}, "w") as file:
    file.write(procmaps.engine())
"""

IN_MAIN = """
import importlib, sys
module = importlib.import_module({module!r})
interpreter = {create}
print(module.run_string(interpreter, {code!r}))
module.destroy(interpreter)
import procmaps
print(len(procmaps.maps()) > 5, procmaps.engine())
"""


INTERPRETERS = ("shared", "isolated") if sys.version_info >= (3, 12) else ("shared",)
"""Kinds of this Python: interpreters with a lock of their own came with 3.12."""


@pytest.mark.parametrize("kind", INTERPRETERS)
def test_other_interpreters_can_use_the_package(kind: str, tmp_path: os.PathLike[str]) -> None:
    newest = sys.version_info[:2] >= (3, 13)
    module = "_interpreters" if newest else "_xxsubinterpreters"
    if importlib.util.find_spec(module) is None:
        pytest.skip("this Python has no interpreters to try")
    argument = repr(kind.replace("shared", "legacy")) if newest else ""
    if sys.version_info[:2] == (3, 12):
        argument = f"isolated={kind == 'isolated'}"
    output = os.path.join(tmp_path, "engine")  # noqa: PTH118
    code = IN_INTERPRETER.format(
        path=sys.path, lines=LINES[: LINES.index(b"\n") + 1], output=output
    )
    main = IN_MAIN.format(module=module, create=f"module.create({argument})", code=code)
    done = subprocess.run(
        [sys.executable, "-c", main], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout == f"None\nTrue {procmaps.engine()}\n"
    with open(output, encoding="ascii") as file:  # noqa: PTH123
        assert file.read() == procmaps.engine()
