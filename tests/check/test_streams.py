"""Writing to a command and reading from it: neither side can block or slow down the other."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, SupportsIndex

import pytest

from procmaps.check import streams, subprocesses
from procmaps.check.processes import ProcessGroup
from procmaps.check.subprocesses import Server, run

if TYPE_CHECKING:
    from typing_extensions import Buffer

PATIENCE = 60.0
MIB = 2**20


@contextmanager
def server(script: str) -> Generator[Server, None, None]:
    with ProcessGroup() as group:
        started = Server((sys.executable, "-c", "import sys\n" + script), group)
        try:
            yield started
        finally:
            started.close()


class Counting(bytearray):
    """A buffer that counts the bytes in which a newline is searched."""

    searched = 0

    def find(  # noqa: D102
        self,
        sub: Buffer | SupportsIndex,
        start: SupportsIndex | None = None,
        end: SupportsIndex | None = None,
        /,
    ) -> int:
        self.searched += len(self) - int(start or 0)
        return super().find(sub, start, end)


def test_a_line_is_searched_once_however_it_arrives() -> None:
    script = "for line in sys.stdin: print('x' * 8 * 2**20, flush=True)"
    with server(script) as asked:
        buffer = asked._streams.stdout = Counting()  # pyright: ignore[reportPrivateUsage]
        answer = asked.ask(b"", timeout=PATIENCE)
    assert len(answer.stdout) == 8 * MIB
    assert buffer.searched <= 8 * MIB + streams._CHUNK_SIZE  # pyright: ignore[reportPrivateUsage]


def test_a_flood_is_no_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocesses, "OUTPUT_LIMIT", 4 * MIB)
    with server("while True: sys.stdout.write('[' * 65536)") as asked:
        completed = asked.ask(b"", timeout=PATIENCE)
    assert completed.output_too_long
    assert not completed.timed_out


def test_standard_error_may_be_flooded() -> None:
    script = "for line in sys.stdin: sys.stderr.write('e' * 2**22); print(line, end='', flush=True)"
    with server(script) as asked:
        for word in (b"one", b"two"):
            assert asked.ask(word, timeout=PATIENCE).stdout == word


@pytest.mark.parametrize("answers", [True, False])
def test_a_request_that_is_not_read_blocks_nobody(*, answers: bool) -> None:
    script = f"print('[]', flush=True) if {answers} else None; import time; time.sleep(600)"
    with server(script) as asked:
        completed = asked.ask(b"x" * 4 * MIB, timeout=PATIENCE if answers else 0.5)
    assert (completed.stdout, completed.timed_out) == ((b"[]", False) if answers else (b"", True))


def test_several_lines_in_one_piece_are_several_answers() -> None:
    with server("print('one\\ntwo\\nthr', end='', flush=True); input(); print('ee')") as asked:
        lines = [asked.ask(b"", timeout=PATIENCE).stdout for _ in range(3)]
    assert lines == [b"one", b"two", b"three"]


def test_an_end_has_its_reason_though_a_child_keeps_standard_error_open() -> None:
    script = (
        "import subprocess; subprocess.Popen(['sleep', '600'], stdout=subprocess.DEVNULL); "
        "sys.exit('no reason')"
    )
    with server(script) as asked:
        completed = asked.ask(b"", timeout=PATIENCE)
    assert completed.reason == "exit status 1: no reason"
    assert not completed.timed_out


def test_all_of_a_long_input_arrives() -> None:
    script = "import sys; sys.stdout.write(str(len(sys.stdin.buffer.read())))"
    completed = run((sys.executable, "-c", script), b"x" * 3 * MIB, timeout=PATIENCE)
    assert completed.stdout == str(3 * MIB).encode()
