"""Fuzzing one small real parser, from the command line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from corpus.tools.matrix import installing, read_peers
from tests.support.checkout import ROOT

PEER = "idiom-python-split-5"


def fuzz(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "corpus.tools.fuzz", "--seed", "3", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.fixture
def peer() -> str:
    (found,) = read_peers.load([PEER])
    installing.install([found], print)
    return PEER


def test_published_cases_show_every_fault_that_is_drawn(peer: str) -> None:
    done = fuzz("--part", "path", "--examples", "40", peer)
    assert done.returncode == 0, done.stderr
    assert "--seed 3 draws these dumps again" in done.stderr
    assert "1 parsers, " in done.stderr
    assert " dumps, 0 faults that no case shows (--seed 3)" in done.stderr


def test_an_unknown_parser_is_a_usage_error() -> None:
    done = fuzz("psutl")
    assert done.returncode == 2
    assert "unknown peer 'psutl'" in done.stderr
    assert "Traceback" not in done.stderr
