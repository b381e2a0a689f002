"""A line end that every line has is the line end; any other CR is part of a name."""

from __future__ import annotations

import pytest

from procmaps import loads
from procmaps.lint import lint
from tests.support.dumps import SAMPLE


@pytest.mark.parametrize("returns", [1, 2, 3, 4])
def test_returns_that_every_line_has_are_the_line_end(returns: int) -> None:
    newline = b"\r" * returns + b"\n"
    text = SAMPLE.replace(b"\n", newline)
    snapshot = loads(text)
    assert [each.name.raw for each in snapshot] == [each.name.raw for each in loads(SAMPLE)]
    assert snapshot.dumps() == text
    assert snapshot.source(1).endswith(b"[heap]" + newline)
    (found,) = lint(text)
    assert (found.rule.id, found.message) == (
        "line-ends",
        f"every line ends in {'CR ' * returns}LF",
    )


def test_returns_that_some_lines_have_are_part_of_names() -> None:
    one, two, *_ = SAMPLE.splitlines(keepends=True)
    text = one.replace(b"\n", b"\r\r\n") + two.replace(b"\n", b"\r\n")
    assert [each.name.raw for each in loads(text)] == [b"/usr/bin/dbus-daemon\r", b"[heap]"]
    assert [each.name.raw[-2:] for each in loads(text + one)[:2]] == [b"\r\r", b"]\r"]


def test_error_positions_count_in_the_input() -> None:
    text = SAMPLE.replace(b"\n", b"\r\r\n") + b"x\r\r\n"
    (problem,) = loads(text, errors="collect").problems
    assert problem.error is not None
    assert (problem.line, problem.error.offset) == (5, len(text) - 4)
    assert text[problem.error.offset :] == b"x\r\r\n"
