"""Explaining a line needs a small multiple of its memory, in the library and as a command.

Memory is the number of bytes allocated: no clock is read.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterator

import pytest

from procmaps.cli import explain as explain_command
from procmaps.cli import style
from procmaps.explanation import explain
from procmaps.explanation.line_explanation import MAX_EVIDENCE
from procmaps.explanation.parts import MAX_FLAGS
from tests.support.costs import MAX_MULTIPLE, Action, bytes_for_each_byte
from tests.support.hostile_texts import HOSTILE_TEXTS, LONG_LINES, HostileText, numbered

SIZE = 40_000
"""Bytes of the shorter text: above the longest one that is printed for people."""

SIZE_OF_LINE = 10_000
"""The same for one line, where it is not printed for people."""


class Nothing(io.TextIOBase):
    """Takes what is written and keeps none of it."""

    def write(self, text: str, /) -> int:  # noqa: D102 - that of the base class
        return len(text)


@pytest.fixture(params=["library", "text", "json"])
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of an action."""
    found: str = request.param
    return found


@pytest.fixture
def action(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Action]:
    """Explain a line, or what a stranger takes for one."""
    if name == "library":
        yield explain
        return
    monkeypatch.setattr(sys, "stdout", Nothing())
    style.console.cache_clear()
    arguments = ["--json", "-"] if name == "json" else ["-"]

    def run(text: bytes) -> None:
        def read(_name: str) -> bytes:
            return text

        monkeypatch.setattr(explain_command, "read_file", read)
        # A broken line is shown, too, and then the command exits.
        with contextlib.suppress(SystemExit):
            explain_command.command.main(arguments, standalone_mode=False)

    yield run
    style.console.cache_clear()


def last_line(make: HostileText) -> HostileText:
    """Return the generator of the last line; a field is explained without its header line."""
    return lambda size: make(size).removesuffix(b"\n").rpartition(b"\n")[2]


LINES: dict[str, Callable[[int], bytes]] = {
    **{kind: last_line(LONG_LINES[kind]) for kind in LONG_LINES},
    "flags that differ in one line": numbered(lambda n: b"%x " % n, b"VmFlags: "),
    "flags of one line that many bytes escape": numbered(lambda n: b"\xff%x " % n, b"VmFlags: "),
}

TEXTS = {**HOSTILE_TEXTS, **LINES}


@pytest.mark.slow
@pytest.mark.parametrize("kind", TEXTS)
def test_memory_is_a_small_multiple_of_the_line(kind: str, name: str, action: Action) -> None:
    size = SIZE_OF_LINE if kind in LINES and name != "text" else SIZE
    assert bytes_for_each_byte(action, TEXTS[kind], size) <= MAX_MULTIPLE


def test_of_very_many_flags_the_last_ones_are_one_part() -> None:
    words = [b"%x" % number for number in range(MAX_FLAGS + 9)]
    line = b"VmFlags: " + b" ".join(words) + b"  "
    found = explain(line)
    flags = [part for part in found.parts if part.terminal == "FLAGS"]
    assert [part.raw for part in flags] == [*words[:MAX_FLAGS], b" ".join(words[MAX_FLAGS:])]
    assert all(line[part.start : part.end] == part.raw for part in flags)
    assert "not explained one by one" in flags[-1].meaning
    assert "not explained" not in flags[-2].meaning


def test_evidence_is_listed_once_and_of_each_rule_only_so_much() -> None:
    unknown = [b"Q%x" % number for number in range(MAX_EVIDENCE + 9)]
    line = b"VmFlags: " + b" ".join([b"rd", b"rd", *unknown, unknown[0]])
    found = explain(line)
    features = [each.feature for each in found.evidence]
    assert len(set(features)) == len(features)
    assert features[1] == "the flag rd (VM_READ)"
    assert sum(each.rule == "unknown-flag" for each in found.evidence) == MAX_EVIDENCE
    # After the flags comes what the whole line shows.
    assert features[-1] == "flags with other spacing"
    assert found.releases == ()
