"""The calls in the table of docs/live.md run."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest

import procmaps
from procmaps import Backing, Mapping, usage
from tests.support.checkout import ROOT

PAGE = (ROOT / "docs" / "live.md").read_text("utf-8")
TABLE = PAGE.partition("| Question | Call |\n")[2].partition("\n\n")[0]
CALLS = re.findall(r"^\| .*\? \| `(.*)` \|$", TABLE, re.MULTILINE)

MAY_FIND_NOTHING = ("libssl", "build_id", "dalvik", "wx", "memfd", "deleted", "anonymous", "share=")
"""Calls that may find nothing in this process: it has no such memory."""


def mapped_file() -> Mapping:
    return next(each for each in procmaps.maps() if each.path and b"/libc" in each.path)


def test_every_row_is_a_question_with_a_call() -> None:
    assert len(CALLS) == len(TABLE.splitlines()) - 1
    assert len(CALLS) >= 14


@pytest.mark.parametrize("call", CALLS)
def test_each_question_is_one_call(call: str) -> None:
    mapping = mapped_file()
    names: dict[str, Any] = {name: getattr(procmaps, name) for name in dir(procmaps)}
    names |= {
        "pid": os.getpid(),
        "usage": usage,
        "mapping": mapping,
        "path": mapping.path,
        "backtrace": [mapping.start],
        "before": procmaps.smaps(),
        "after": procmaps.smaps(),
    }
    result: object = eval(call, names)  # noqa: S307 - the page's own text
    if isinstance(result, Backing):
        with result:
            assert result.file.read(4) == b"\x7fELF"
    elif not any(word in call for word in MAY_FIND_NOTHING):
        assert result
