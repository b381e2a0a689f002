"""Fixtures: child processes that map what a test needs, and calls without privilege."""

from __future__ import annotations

import contextlib
import errno
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from typing import TypeVar, cast

import pytest

from tests.live.children import HOSTILE, PRELUDE, READY, AsNobody, Child, Spawn

T = TypeVar("T")

NOBODY = 65534


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start Python children; see `Spawn`."""
    with children_of_tests() as start:
        yield start


@pytest.fixture
def frozen(spawn: Spawn) -> Child:
    """Start a child with hostile names and every kind of memory, and stop it."""
    child = spawn(HOSTILE + READY)
    child.freeze()
    return child


@contextlib.contextmanager
def children_of_tests() -> Generator[Spawn]:
    """Give the function that starts Python children, and end them all afterwards."""
    children: list[subprocess.Popen[bytes]] = []

    def start(code: str, *arguments: bytes | str, wait: str = "sys.stdin.read()") -> Child:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", PRELUDE + code + "\n" + wait, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        children.append(process)
        assert process.stdout
        said = process.stdout.readline().rstrip(b"\n")
        assert said, "the child failed; its error is above"
        return Child(process, said)

    try:
        yield start
    finally:
        for process in children:
            # Its own children, too: one of them would keep the pipe open.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture
def as_nobody() -> AsNobody:
    """Call a function without any privilege: in a forked child if we are root.

    The child sends back the result or the exception, pickled.
    """
    return _unprivileged


def _unprivileged(function: Callable[[], T]) -> T:
    if os.geteuid() != 0:
        return function()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            result: tuple[str, object] = ("returned", function())
        except BaseException as error:  # noqa: BLE001 - all of them go to the parent
            result = ("raised", error)
        with os.fdopen(writer, "wb") as pipe:
            pickle.dump(result, pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        how, value = pickle.load(pipe)  # noqa: S301 - our own child wrote it
    os.waitpid(pid, 0)
    if how == "raised":
        if isinstance(value, OSError) and value.errno == errno.ENOSYS:
            pytest.xfail("this kernel has no users (CONFIG_MULTIUSER is off)")
        raise value
    return cast("T", value)
