"""Whole dumps, wrapped in containers at random, come back: no wrong value, nothing lost."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extraction.containers import Text, generator, judge, main, make, originals
from tests.support.examples import examples

cached_originals = functools.cache(originals)
"""The dumps, read once."""


@settings(max_examples=examples(300))
@given(st.integers(0, 1 << 32))
def test_whole_dumps_come_back_from_any_container(seed: int) -> None:
    made = make(cached_originals(), generator(str(seed)))
    assert not judge(made).faults, made.containers


LINES = (
    b"00400000-00401000 r-xp 00000000 fd:01 7   /bin/cat",
    b"00401000-00402000 rw-p 00000000 00:00 0   [heap]",
    b"00402000-00403000 rw-p 00000000 00:00 0 ",
)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"\n".join(LINES) + b"\n", ""),
        (b"\n".join(LINES).replace(b"cat", b"dog") + b"\n", "wrong or invented"),
        (b"\n".join(LINES[1:]) + b"\n", "lost"),
        (b"\n".join((*LINES, b"00500000-00501000 r-xp 00000000 fd:01 7   /x\n")), "invented"),
    ],
)
def test_judge_sees_each_kind_of_fault(text: bytes, fault: str) -> None:
    faults = judge(Text(("test",), text, (LINES,))).faults
    assert fault in "".join(faults)
    assert bool(fault) == bool(faults)


def test_judge_sees_two_originals_in_one_dump() -> None:
    first, second = LINES[:2], LINES[2:]
    (fault,) = judge(Text(("test",), b"\n".join(LINES) + b"\n", (first, second))).faults
    assert "two originals" in fault


def test_command_reports_its_texts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--texts", "3", "--seed", "1"]) == 0
    assert "3 texts of" in capsys.readouterr().out
