"""``python -m corpus.tools.fuzz``: draw dumps that break the peers in ways that no case shows."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import attrs

from corpus.tools.command_line import run
from corpus.tools.fuzz.known import Ask, Asked, published
from corpus.tools.fuzz.parts import PARTS, Part
from corpus.tools.fuzz.reporting import describe
from corpus.tools.fuzz.searching import Found, Search, Unstable
from corpus.tools.matrix import expected, installing, read_peers
from corpus.tools.matrix.installing import NotInstalled
from corpus.tools.matrix.read_peers import Peer
from corpus.tools.matrix.running import Session
from corpus.tools.matrix.views import case_for
from procmaps.check import cases
from procmaps.check.cases import Case
from procmaps.printable import visible

_EXAMPLES: Final = 100
_SEEDS: Final = 2**32

_EPILOG: Final = """\
exit status:
  0  published cases show every fault that was drawn
  1  a fault was drawn that none shows
  2  a parser is not installed, or cannot run here
"""


@attrs.frozen
class Fuzzed:
    """What was drawn for one peer, or why nothing was."""

    peer: Peer
    found: tuple[Found, ...] = ()
    drawn: int = 0
    shown: int = 0
    """Faults that were drawn, and that published cases show."""
    obstacle: str = ""


def asking(session: Session) -> Ask:
    """Return a function that asks the peer of *session*."""

    def ask(case: Case, /) -> Asked | None:
        judged = session.judged(case)
        applied = case_for(session.peer, case)
        return None if judged is None or applied is None else Asked(applied, judged.verdict)

    return ask


def fuzz(peer: Peer, parts: Sequence[Part], examples: int, seed: int, obstacle: str) -> Fuzzed:
    """Draw dumps for one peer. *obstacle* is why there are no decoy processes here."""
    if peer.overlay and obstacle:
        return Fuzzed(peer, obstacle=obstacle)
    every = {case.id: case for case in cases.load()}
    found: list[Found] = []
    drawn = 0
    shown: set[object] = set()
    try:
        with Session(peer) as session:
            ask = asking(session)
            known = published(ask, every, expected.load(peer).fails)
            for part in parts:
                kind = part.kind_for(peer.reads)
                if kind is not None:
                    search = Search(ask, part, kind, known)
                    for item in search.run(examples, seed):
                        _say("\n".join(describe(peer.name, item)))
                        found.append(item)
                    drawn += search.drawn
                    shown |= {fault for fault, _ in search.shown}
    except NotInstalled as missing:
        return Fuzzed(peer, obstacle=missing.reason)
    except Unstable as unstable:
        return Fuzzed(peer, tuple(found), drawn, len(shown), obstacle=str(unstable))
    _say(f"  {peer.name:18} {drawn} dumps, {len(shown)} known faults, {len(found)} new")
    return Fuzzed(peer, tuple(found), drawn, len(shown))


def _say(text: str) -> None:
    sys.stderr.write("\n".join(map(visible, text.split("\n"))) + "\n")
    sys.stderr.flush()


def main(arguments: Sequence[str]) -> int:
    """Fuzz the parsers and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m corpus.tools.fuzz",
        description="Draw dumps for existing parsers, and report faults that no case shows.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("peer", nargs="*", help="folder of corpus/peers (default: all)")
    parser.add_argument(
        "--part", action="append", choices=list(PARTS), help="draw this part only; repeatable"
    )
    parser.add_argument(
        "--examples", type=int, default=_EXAMPLES, metavar="N", help="dumps for each part"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="draw these (default: new ones)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="fuzz N peers at a time"
    )
    given = parser.parse_args(arguments)
    try:
        chosen = [peer for peer in read_peers.load(given.peer) if not peer.reason]
    except LookupError as error:
        parser.error(str(error.args[0]))
    seed = secrets.randbelow(_SEEDS) if given.seed is None else given.seed
    _say(f"--seed {seed} draws these dumps again")
    parts = [PARTS[name] for name in given.part or PARTS]
    obstacle = installing.overlay_allowed()

    def of_one(peer: Peer) -> Fuzzed:
        return fuzz(peer, parts, given.examples, seed, obstacle)

    with ThreadPoolExecutor(given.jobs) as pool:
        every = list(pool.map(of_one, chosen))
    missing = [item for item in every if item.obstacle]
    for item in missing:
        _say(f"NOT FUZZED {item.peer.name}: {item.obstacle}")
    new = sum(len(item.found) for item in every)
    _say(
        f"{len(every) - len(missing)} parsers, {sum(item.drawn for item in every)} dumps, "
        f"{new} faults that no case shows (--seed {seed})"
    )
    return 1 if new else 2 if missing else 0


if __name__ == "__main__":
    sys.exit(run(main, sys.argv[1:]))
