"""``python -m corpus.tools.audit``: replay drawn verdicts without the adapters."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Sequence
from typing import Final

import attrs

from corpus.tools.audit.replaying import Replay, replay
from corpus.tools.audit.sampling import draw
from corpus.tools.command_line import run
from corpus.tools.matrix import installing, read_peers
from corpus.tools.matrix.installing import NotInstalled
from corpus.tools.matrix.jobs import on_each
from corpus.tools.matrix.read_peers import Peer
from corpus.tools.matrix.running import Session
from procmaps.check import cases
from procmaps.check.cases import Case
from procmaps.check.display import shorten
from procmaps.check.processes import ProcessGroup
from procmaps.printable import visible

_VERDICTS: Final = 200
_SEEDS: Final = 2**32

_EPILOG: Final = """\
exit status:
  0  every second call agrees with the verdict
  1  one does not
  2  a parser is not installed, has no audit.*, or cannot run here
"""


@attrs.frozen
class Audited:
    """The replays of one peer, or why it has none."""

    peer: Peer
    replays: tuple[Replay, ...] = ()
    obstacle: str = ""


def audit(peer: Peer, drawn: Sequence[Case], obstacle: str, group: ProcessGroup) -> Audited:
    """Replay the drawn cases of one peer. *obstacle* is why there are no decoy processes here."""
    if peer.overlay and obstacle:
        return Audited(peer, obstacle=obstacle)
    try:
        with Session(peer, group=group) as session:
            replays = tuple(replay(peer, session, case, group) for case in drawn)
            found = Audited(peer, replays)
    except NotInstalled as missing:
        return Audited(peer, obstacle=missing.reason)
    _report(found)
    return found


def _report(audited: Audited) -> None:
    failures = sum(not item.verdict.passed for item in audited.replays)
    name, count = audited.peer.name, len(audited.replays)
    _say(f"  {name:18} {count} verdicts, {failures} of them failures")
    for item in audited.replays:
        for problem in item.problems:
            _say(f"{name}: {item.case}: {item.verdict.key}: {shorten(problem)}")


def _say(text: str) -> None:
    sys.stderr.write(visible(text) + "\n")
    sys.stderr.flush()


def main(arguments: Sequence[str]) -> int:
    """Audit the parsers and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m corpus.tools.audit",
        description="Draw verdicts of the matrix and call each parser again, without its adapter.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("peer", nargs="*", help="folder of corpus/peers (default: all)")
    parser.add_argument("--seed", type=int, metavar="N", help="draw these (default: new ones)")
    parser.add_argument(
        "--verdicts", type=int, default=_VERDICTS, metavar="N", help="at least (default: 200)"
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="audit N peers at a time"
    )
    given = parser.parse_args(arguments)
    try:
        chosen = [peer for peer in read_peers.load(given.peer) if not peer.reason]
    except LookupError as error:
        parser.error(str(error.args[0]))
    installing.install(chosen, _say)
    seed = secrets.randbelow(_SEEDS) if given.seed is None else given.seed
    _say(f"--seed {seed} draws these verdicts again")
    drawn = draw(chosen, cases.load(), verdicts=given.verdicts, seed=seed)
    obstacle = installing.overlay_allowed()

    def of_one(peer: Peer, group: ProcessGroup) -> Audited:
        return audit(peer, drawn[peer.name], obstacle, group)

    return _summary(on_each(chosen, given.jobs, of_one), seed)


def _summary(found: Sequence[Audited], seed: int) -> int:
    missing = [item for item in found if item.obstacle]
    for item in missing:
        _say(f"NOT AUDITED {item.peer.name}: {item.obstacle}")
    replays = [item for each in found for item in each.replays]
    failures = sum(not item.verdict.passed for item in replays)
    differing = sum(bool(item.problems) for item in replays)
    _say(
        f"{len(found) - len(missing)} parsers, {len(replays)} verdicts, {failures} of them "
        f"failures: {differing} differ from the second call (--seed {seed})"
    )
    return 1 if differing else 2 if missing else 0


if __name__ == "__main__":
    sys.exit(run(main, sys.argv[1:]))
