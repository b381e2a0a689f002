"""Compare existing parsers with their known verdicts.

Only installed parsers are run. With ``CI=true`` all are installed first, and a missing one is a
failure.
"""

import os
from collections.abc import Iterator

import pytest

from corpus.tools.matrix import expected, installing, read_peers
from corpus.tools.matrix.installing import NotInstalled
from corpus.tools.matrix.read_peers import Peer
from corpus.tools.matrix.running import Session
from procmaps.check import cases
from procmaps.check.cases import Case
from procmaps.check.shrinking import keep_lines

CI = os.environ.get("CI") == "true"
every_peer = pytest.mark.parametrize(
    "session",
    [peer for peer in read_peers.load() if not peer.reason],
    indirect=True,
    ids=lambda peer: peer.name,
)


@pytest.fixture(scope="module")
def obstacle() -> str:
    """Return why decoy processes cannot be made here, or an empty string."""
    return installing.overlay_allowed()


@pytest.fixture
def session(request: pytest.FixtureRequest, obstacle: str) -> Iterator[Session]:
    peer: Peer = request.param
    missing = obstacle if peer.overlay else ""
    try:
        installing.command(peer)
    except NotInstalled as reason:
        missing = missing or str(reason)
    if missing and not CI:
        pytest.skip(f"{peer.name}: {missing}")
    assert not missing
    with Session(peer) as opened:
        yield opened


def key_of(session: Session, case: Case) -> str:
    verdict = session.verdict(case)
    return "does not apply" if verdict is None else verdict.key


@every_peer
def test_no_verdict_changes(session: Session) -> None:
    known = expected.load(session.peer)
    verdicts = {
        case.id: verdict
        for case in cases.load(session.peer.reads)
        if (verdict := session.verdict(case)) is not None
    }
    assert list(known.changes(verdicts)) == []
    assert known.passes == sum(verdict.passed for verdict in verdicts.values())


@every_peer
def test_the_smallest_dump_shows_the_same_failure(session: Session) -> None:
    known = expected.load(session.peer)
    by_id = {case.id: case for case in cases.load(session.peer.reads)}
    shown = {
        identity: key_of(session, keep_lines(by_id[identity], failure.lines) or by_id[identity])
        for identity, failure in known.fails.items()
    }
    assert shown == {identity: failure.verdict for identity, failure in known.fails.items()}
