"""The calls in the table of docs/live.md run, and its examples."""

from __future__ import annotations

import contextlib
import mmap
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import procmaps
from procmaps import Backing, Mapping, usage
from procmaps.live.anon_names import address_of
from tests.support.checkout import ROOT

PAGE = (ROOT / "docs" / "live.md").read_text("utf-8")
TABLE = PAGE.partition("| Question | Call |\n")[2].partition("\n\n")[0]
CALLS = re.findall(r"^\| .*\? \| `(.*)` \|$", TABLE, re.MULTILINE)

EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

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


@pytest.fixture(scope="module")
def child() -> Iterator[int]:
    """A process whose maps do not change."""
    with subprocess.Popen(
        [sys.executable, "-c", "print('ready', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        yield process.pid
        process.communicate(b"\n")


def test_the_page_has_an_example_for_each_task() -> None:
    assert len(EXAMPLES) == len(re.findall("^```python$", PAGE, re.MULTILINE)) >= 10


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.split("\n")[0])
def test_each_example_runs(example: str, child: int) -> None:
    snapshot = procmaps.maps(child)
    mapping = next(each for each in snapshot if each.path and b"/libc" in each.path)
    text = example.replace("1234", str(child)).replace("0x7F0000001000", hex(mapping.start))
    # Numbers in place of those of the reader's system.
    text = text.replace("tid=1240", f"tid={child}").replace('7, root="/mnt/proc"', str(child))
    names: dict[str, Any] = {"procmaps": procmaps, "pid": child, "snapshot": snapshot}
    names |= {"mapping": mapping, "address": mapping.start, "backtrace": [mapping.start]}
    names["stack"] = names["backtrace"]
    expected: contextlib.AbstractContextManager[object] = contextlib.nullcontext()
    with mmap.mmap(-1, mmap.PAGESIZE) as memory:
        if "set_anon_name" in text:
            names |= {"address": address_of(memory), "length": mmap.PAGESIZE}
            if not procmaps.naming_supported():
                expected = pytest.raises(procmaps.NamingUnsupported)
        with expected:
            exec(text, names)  # noqa: S102 - the page's own text
