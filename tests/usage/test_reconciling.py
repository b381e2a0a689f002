"""`why`: the steps lead from figure to figure, and without rights it says what is missing."""

from __future__ import annotations

import json
import os
from itertools import pairwise

import pytest

from procmaps import AccessDenied, NoSuchProcess
from procmaps.usage import Term, Why, why
from tests.cli.conftest import Run, run
from tests.live.children import AsNobody, Spawn

__all__ = ["run"]


def chain(found: Why) -> list[Term]:
    return [term for term in found.terms if term.kind != "apart"]


def test_figures_and_steps_add_up(spawn: Spawn) -> None:
    child = spawn(
        "memory = mmap.mmap(-1, 512 * PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        "memory.write(b'x' * 256 * PAGE)\nprint('ready', flush=True)"
    )
    child.freeze()
    found = why(child.pid)
    terms = chain(found)
    assert [term.kind for term in terms] == ["figure", "step"] * 5 + ["figure"]
    for before, step, after in zip(terms[::2], terms[1::2], terms[2::2], strict=False):
        assert before.value is not None
        assert step.value is not None
        assert before.value + step.value == after.value
    figures = [term.value or 0 for term in terms[::2]]
    assert figures[0] > figures[2] >= figures[3] >= figures[4] >= figures[5] > 0
    assert found.error is None


def test_what_anyone_may_read_is_left_without_rights(as_nobody: AsNobody) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root has processes that a child without rights may not read")
    own = os.getpid()
    found = as_nobody(lambda: why(own))
    assert isinstance(found.error, AccessDenied)
    figures = [term.value for term in chain(found)[::2]]
    assert None not in figures[:2]
    assert figures[2:] == [None] * 4
    assert not [term.meaning for term in found.terms if "at most" in term.meaning]


def test_there_is_no_such_process() -> None:
    with pytest.raises(NoSuchProcess):
        why(2**31 - 1)


def test_the_command_prints_the_terms(run: Run) -> None:
    result = run("why", str(os.getpid()))
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"process {os.getpid()} (")
    assert "address space  (VmSize of status, VIRT of top, VSZ of ps)" in lines[2]
    assert "in none of these" in lines
    found = json.loads(run("why", "--json", "self").stdout)
    assert [term["kind"] for term in found["terms"]].count("apart") == 5
    values = [term["value"] for term in found["terms"] if term["kind"] == "figure"]
    assert all(one >= other for one, other in pairwise(values[2:]))


def test_the_command_shows_what_was_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    denied = AccessDenied("process 7", "/proc/7/smaps", 0, 1000)
    terms = (Term("figure", 8192, "address space"), Term("step", None, "x"))

    def refused(_: int) -> Why:
        return Why(terms, denied)

    monkeypatch.setattr("procmaps.cli.why.why", refused)
    result = run("why", "7")
    assert result.stdout.splitlines()[2:] == ["8  address space", "?  x"]
    assert "cannot read /proc/7/smaps" in result.stderr
    assert "refused" in json.loads(run("why", "--json", "7").stdout)


def test_the_command_needs_a_process(run: Run) -> None:
    assert "x is not a process ID" in run("why", "x").stderr
    result = run("why", str(2**31 - 1))
    assert "there is no process" in result.stderr
    assert result.exit_code == 2
