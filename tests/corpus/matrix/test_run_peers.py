"""Running peers: an interrupted run keeps what it has, and known smallest dumps are used again."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from corpus.tools.matrix import expected, read_peers, run_peers
from corpus.tools.matrix.__main__ import accept
from corpus.tools.matrix.expected import Expected, Failure
from corpus.tools.matrix.read_peers import Peer, load
from corpus.tools.matrix.results import Finding, Row, SmallestFailure
from corpus.tools.matrix.running import Session
from procmaps.check import cases
from procmaps.check.cases import Case
from procmaps.check.verdicts import Difference, Verdict

(PSUTIL, GDB) = load(["psutil", "gdb"])


def test_a_complete_row_is_kept_although_a_later_peer_ends_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def row_of(peer: Peer, *_: object, **__: object) -> Row:
        if peer is PSUTIL:
            raise InterruptedError
        return Row(peer=peer)

    monkeypatch.setattr(run_peers, "row_of", row_of)
    kept: list[Row] = []
    with pytest.raises(InterruptedError):
        # Peers that need a decoy process start first.
        run_peers.run_all([PSUTIL, GDB], 1, reshrink=False, keep=kept.append)
    assert kept == [Row(peer=GDB)]


def test_a_row_that_was_not_run_keeps_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[Expected] = []

    def save(_: Peer, found: Expected) -> None:
        saved.append(found)

    monkeypatch.setattr(expected, "save", save)
    accept(Row(peer=PSUTIL, reason="not installed"))
    assert saved == []
    lost = Verdict("lost")
    accept(
        Row(
            peer=PSUTIL,
            version="1",
            verdicts={"a": lost, "b": Verdict("pass")},
            findings={"a": Finding("mapping", "linux-2.4")},
            failures={"a": SmallestFailure(lost, b"", (3,))},
        )
    )
    assert saved == [
        Expected(version="1", passes=1, fails={"a": Failure("lost", (3,), "mapping", "linux-2.4")})
    ]


def test_a_parser_that_cannot_be_run_loses_the_verdicts_of_former_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(read_peers, "FOLDER", tmp_path)
    folder = tmp_path / PSUTIL.name
    folder.mkdir()
    expected.save(PSUTIL, Expected(version="1", passes=1))
    accept(Row(peer=PSUTIL, reason="not installed on this machine"))
    assert expected.load(PSUTIL).passes == 1
    accept(Row(peer=attrs.evolve(PSUTIL, reason="no public interface"), reason="it"))
    assert list(folder.iterdir()) == []


class _WrongNames(Session):
    """A peer that reads every name wrong, and counts how often it is asked."""

    def __init__(self) -> None:
        self.peer = PSUTIL
        self.asked = 0

    def verdict(self, case: Case) -> Verdict:
        assert case.records
        self.asked += 1
        return Verdict("wrong", (Difference("name", "a", "b"),))


def test_a_known_smallest_dump_that_shows_the_failure_is_not_searched_again() -> None:
    (case,) = cases.load(only=["names/space.smaps"])
    session = _WrongNames()
    verdict = session.verdict(case)
    searched = run_peers.smallest(session, case, verdict, None)
    assert len(searched.lines) == 1
    assert session.asked > 1
    session.asked = 0
    known = Failure("wrong:name", searched.lines)
    assert run_peers.smallest(session, case, verdict, known) == searched
    assert session.asked == 1
