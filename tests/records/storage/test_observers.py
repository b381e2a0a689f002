"""The records of a snapshot show the same whether they are stored in C or in pure Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procmaps.formats.file_kinds import FileKind
from procmaps.producers import every_producer
from procmaps.producers.rendering import render
from procmaps.records.storage import VARIABLE
from procmaps.strategies import address_spaces
from tests.records.storage.implementations import needs_c
from tests.support.checkout import ROOT
from tests.support.examples import examples

pytestmark = needs_c

Observer = Callable[[bytes, str], str]
"""Takes a text and a dialect; returns what its records show."""


@contextmanager
def observer(engine: str, module: str) -> Generator[Observer]:
    """Start `observer.py` with *engine*, whose records must be stored by *module*."""
    environment = {**os.environ, VARIABLE: engine, "PYTHONHASHSEED": "0"}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.records.storage.observer"],
        env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        questions, answers = process.stdin, process.stdout
        assert questions
        assert answers
        assert answers.readline() == f"{module}\n"

        def ask(text: bytes, dialect: str) -> str:
            # The first character keeps an empty text from vanishing.
            questions.write(f"x{text.hex()} {dialect}\n")
            questions.flush()
            return answers.readline()

        yield ask
        questions.close()


@pytest.fixture(scope="module")
def observers() -> Iterator[tuple[Observer, Observer]]:
    with ExitStack() as stack:
        in_c = stack.enter_context(observer("native", "procmaps.records._storage"))
        in_python = stack.enter_context(observer("python", "procmaps.records.python_storage"))
        yield in_c, in_python


def compare(observers: tuple[Observer, Observer], text: bytes, dialect: str = "auto") -> None:
    in_c, in_python = (json.loads(observe(text, dialect)) for observe in observers)
    # One by one, because the difference of two long texts takes minutes to print.
    assert len(in_c) == len(in_python)
    for one, other in zip(in_c, in_python, strict=True):
        assert one == other


SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


@settings(max_examples=examples(25), suppress_health_check=SLOW)
@given(data=st.data())
def test_records_of_any_producer(observers: tuple[Observer, Observer], data: st.DataObject) -> None:
    made = data.draw(st.sampled_from(every_producer()))
    kinds: tuple[FileKind, ...] = ("maps", "smaps")
    kind: FileKind = data.draw(st.sampled_from([kind for kind in kinds if made.prints(kind)]))
    compare(observers, render(data.draw(address_spaces(made, kind)), made), made.dialect)


HEAD = b"1000-2000 rw-p 00000000 00:00 0 "
GREATEST = b"".join(
    b"%x-%x ---s %x ffffffff:ffffffff %d /a\n" % (number, number, number, number)
    for number in range(2**64 - 4, 2**64)
)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        HEAD,
        GREATEST,
        HEAD + b"[heap]\nRss: 4 kB\nTHPeligible: 18446744073709551614\n",
        HEAD + b"[heap]\nSize: 18014398509481983 kB\nVmFlags: rd\nNew: 5 kB\nOther: x\n" * 2,
        HEAD + b"\nRss: 4 kB\nName:           [anon:x]\n" + HEAD + b"/b (deleted)\nRss: 4 kB\n",
        HEAD + b"\nRss: 4 kB\n" + HEAD + b"\n" + HEAD + b"[stack:7]\nPss: 4 kB\nRss: 4 kB\n",
        b"".join(HEAD + b"/%d\n" % (n % 5) for n in range(40)),
    ],
)  # fmt: skip
def test_records_at_the_limits(observers: tuple[Observer, Observer], text: bytes) -> None:
    compare(observers, text)


@pytest.mark.parametrize("kind", ["maps", "smaps", "smaps_rollup"])
def test_records_of_this_process(observers: tuple[Observer, Observer], kind: str) -> None:
    text = Path("/proc/self", kind).read_bytes()
    compare(observers, text[:20_000].rpartition(b"\n")[0])
