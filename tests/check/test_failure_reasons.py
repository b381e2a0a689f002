"""A smaller dump shows a failure only if it fails for the same reason."""

from __future__ import annotations

import pytest

from procmaps.check import cases
from procmaps.check.cases import Case
from procmaps.check.completed_run import CompletedRun
from procmaps.check.failure_reasons import reason_of, same_failure, same_key
from procmaps.check.shrinking import lines_of, shrink
from procmaps.check.verdicts import Difference, Verdict

(MAPS,) = cases.load(("maps",), only=("names/plain",))
DUMP = b"7f2a4c000000-7f2a4c001000 r--p 00000000 fd:01 42   /opt/a\xff b\n"


def refused(words: str) -> Verdict:
    return Verdict("rejected", detail=words)


def wrong(*differences: tuple[str, str, str]) -> Verdict:
    return Verdict("wrong", tuple(Difference(*each) for each in differences))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("line 1: no inode", "line 27: no inode"),
        ("at 0x7f2a4c000000: bad", "at 0x10: bad"),
        ("cannot decode byte 0xbd", "cannot decode byte 0xa0"),
        ("cannot parse '/opt/a'", "cannot parse 'fd:01'"),
        ('cannot parse "42"', 'cannot parse "r--p"'),
        (r"don't know b'/opt/a\xff b'", "don't know b'r--p'"),
        ("cannot read '/proc/17/maps': not UTF-8", "cannot read '/proc/4711/maps': not UTF-8"),
    ],
)
def test_numbers_and_quoted_parts_of_the_dump_do_not_count(one: str, other: str) -> None:
    assert same_failure(refused(one), refused(other), DUMP)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("no inode", "no device"),
        ("no inode", ""),
        ("unknown key 'Rss'", "unknown key 'Pss'"),
        ("ValueError: bad", "KeyError: bad"),
    ],
)
def test_other_words_are_another_failure(one: str, other: str) -> None:
    assert not same_failure(refused(one), refused(other), DUMP)
    assert same_key(refused(one), refused(other), DUMP)


def test_another_verdict_is_another_failure() -> None:
    assert not same_failure(refused("bad"), Verdict("crash", detail="bad"), DUMP)
    assert not same_key(refused("bad"), Verdict("crash", detail="bad"), DUMP)


def test_each_difference_is_one_of_the_whole_dump() -> None:
    whole = wrong(("name", "a", "b"), ("name", "c", "d"))
    assert same_failure(whole, wrong(("name", "c", "d")), DUMP)
    assert same_failure(wrong(("size", "4", "70")), wrong(("size", "4", "9")), DUMP)
    assert not same_failure(whole, wrong(("name", "a", "d")), DUMP)
    assert not same_failure(wrong(("size", "4", "70")), wrong(("size", "5", "70")), DUMP)
    assert not same_failure(wrong(("name", "a", "b")), whole, DUMP)


def test_signals_have_no_words() -> None:
    one = Verdict("crash", detail="killed by SIGSEGV: noise of an earlier dump")
    assert same_failure(one, Verdict("crash", detail="killed by SIGSEGV"), DUMP)
    assert not same_failure(one, Verdict("crash", detail="killed by SIGABRT"), DUMP)


def test_a_hostile_message_takes_linear_time() -> None:
    assert len(reason_of(refused("'\"`" * 10**6), b"'" * 10**5)) <= 4000


# --- the reducer ----------------------------------------------------------------------------------


def test_does_not_slide_from_one_refusal_to_another() -> None:
    """The whole dump is refused for its stack, and every part without it for its length."""

    def judge(case: Case) -> Verdict:
        return refused("no stacks") if b"[stack]" in case.data else refused("too short")

    found = shrink(MAPS, judge(MAPS), judge)
    assert found.case.data == lines_of(MAPS)[1]
    assert found.verdict == refused("no stacks")


def test_does_not_slide_step_by_step() -> None:
    """A difference that only a smaller dump has is not the failure, whatever came before it."""
    (many,) = cases.load(("maps",), only=("header/many-areas",))

    def judge(case: Case) -> Verdict:
        count = len(case.records)
        return wrong(*(("name", str(at), "x") for at in range(count, count + 3)))

    found = shrink(many, judge(many), judge)
    assert len(found.case.records) == len(many.records)


# --- the words of a crash -------------------------------------------------------------------------


RUST = b"""\
thread 'main' panicked at src/a.rs:1:2:
index out of bounds
stack backtrace:
   1: core::panicking::panic_fmt
note: some details
"""
GO = b"""\
panic: runtime error: index out of range [5]

goroutine 1 [running]:
panic({0x1, 0x2})
exit status 2
"""


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        (RUST, "thread 'main' panicked at src/a.rs:1:2: index out of bounds"),
        (GO, "panic: runtime error: index out of range [5]"),
        (b"Traceback:\nValueError: no\nsome hint\n", "ValueError: no"),
        (b"plain words\n", "plain words"),
    ],
)
def test_finds_the_message_before_a_stack(stderr: bytes, reason: str) -> None:
    assert CompletedRun(b"", stderr, 2).reason == f"exit status 2: {reason}"
