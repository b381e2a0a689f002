"""The command that reproduces one verdict."""

from __future__ import annotations

import subprocess
import sys

import pytest

from corpus.tools.matrix import __main__ as program
from corpus.tools.matrix import expected, trying
from corpus.tools.matrix.read_peers import load
from corpus.tools.matrix.running import Judged, Session
from procmaps.check import cases
from procmaps.check.answers import Answer, Rejection
from procmaps.check.cases import Case
from procmaps.check.judging import judge
from tests.support.checkout import ROOT

(PSUTIL,) = load(["psutil"])


def test_a_known_failure_is_cut_to_its_smallest_dump() -> None:
    known = expected.load(PSUTIL).fails
    identity = next(
        case.id
        for case in cases.load(["smaps"])
        if case.id in known and len(known[case.id].lines) < case.data.count(b"\n")
    )
    smallest, whole = trying.find(PSUTIL, identity), trying.find(PSUTIL, identity, whole=True)
    assert len(smallest.data) < len(whole.data)
    assert smallest.data.count(b"\n") == len(known[identity].lines)


def test_a_probe_is_found_by_its_kind() -> None:
    assert b"[anon: glibc: malloc]\n" in trying.find(PSUTIL, "probes/label-glibc.smaps").data


@pytest.mark.parametrize("identity", ["nope", "probes/nope.maps", "probes/label-glibc", "a/b\x1b"])
def test_an_unknown_dump_is_refused(identity: str) -> None:
    with pytest.raises(trying.NoSuchDump) as raised:
        trying.find(PSUTIL, identity)
    assert "\x1b" not in str(raised.value)


class _Fixed(Session):
    """A session whose peer always gives the same answer."""

    def __init__(self, answer: Answer | Rejection) -> None:
        self.peer = PSUTIL
        self._given = answer

    def judged(self, case: Case) -> Judged:
        return Judged(judge(case, self._given), case.data, self._given)


def test_the_report_has_the_dump_the_answer_and_the_verdict() -> None:
    case = trying.find(PSUTIL, "probes/label-glibc.smaps")
    answer = Answer(
        tuple(
            {"start": record.start, "device": (253, 1), "name": b"\x1b[31m"}
            for record in case.records
        )
    )
    text = "\n".join(trying.report(_Fixed(answer), case))
    assert "[anon: glibc: malloc]\n" in text
    assert r'{"start": "7f2a4c000000", "device": "fd:01", "name": "\\x1b[31m"}' in text
    assert "the verdict: wrong:device,name" in text
    assert "expected '[anon: glibc: malloc]'" in text
    assert "\x1b" not in text


def test_a_refusal_is_shown_in_the_words_of_the_parser() -> None:
    case = trying.find(PSUTIL, "probes/label-glibc.smaps")
    lines = list(trying.report(_Fixed(Rejection("line 1:\x1b no")), case))
    assert r"  refused: line 1:\x1b no" in lines
    assert "the verdict: rejected" in lines


def test_try_needs_a_peer_and_a_dump() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "corpus.tools.matrix", "try", "psutil"],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 2
    assert "try needs a peer and a dump" in done.stderr


def test_an_unknown_dump_ends_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["try", "psutil", "nope"]) == 2
    assert capsys.readouterr().err.startswith("no dump 'nope'; the dumps are")
