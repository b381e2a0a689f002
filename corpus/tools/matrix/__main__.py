"""``python -m corpus.tools.matrix``: install the peers, run them, write the pages."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from corpus.tools.matrix import expected, installing, peers
from corpus.tools.matrix.expected import Expected, Failure
from corpus.tools.matrix.installing import ROOT, NotInstalled
from corpus.tools.matrix.page import to_html
from corpus.tools.matrix.peers import Peer
from corpus.tools.matrix.results import Results, Row, Shown
from corpus.tools.matrix.running import Session
from corpus.tools.matrix.summary import to_json, to_markdown
from corpus.tools.matrix.views import asked_of
from procmaps.check import cases
from procmaps.check.cases import Case
from procmaps.check.shrinking import Smallest, part, reduce, whole
from procmaps.check.verdicts import Verdict

DOCS: Final = ROOT / "docs" / "generated"

_BUDGET: Final = 1 << 16
"""Runs for one failure: here nobody waits, and every dump shown is the smallest."""


def say(text: str) -> None:
    """Tell how far it is, apart from what was asked for."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


# --- one peer -------------------------------------------------------------------------------------


def judged(session: Session, every: Sequence[Case]) -> dict[str, Verdict]:
    """The verdicts on all cases that a peer has to do with, by the cases' ids."""
    return {
        case.id: verdict
        for case in every
        if case.kind in session.peer.reads and (verdict := session.verdict(case)) is not None
    }


def shown(session: Session, case: Case, verdict: Verdict, known: Failure | None) -> Shown:
    """The smallest dump that shows a failure: the one known where it still does, or a new one."""
    found = _again(session, case, verdict, known)
    if found is None:
        # A hang takes its whole time again with each try.
        found = (
            whole(case, verdict)
            if verdict.outcome == "hang"
            else reduce(case, verdict, session.verdict, budget=_BUDGET)
        )
    given = asked_of(session.peer, found.case)
    return Shown(found.verdict, (given or found.case).data, found.lines)


def _again(
    session: Session, case: Case, verdict: Verdict, known: Failure | None
) -> Smallest | None:
    """The dump that showed the same failure before, where it still does."""
    smaller = part(case, known.lines) if known is not None else None
    again = session.verdict(smaller) if smaller is not None else None
    if known is None or smaller is None or again is None or again.key != verdict.key:
        return None
    return Smallest(smaller, again, known.lines)


def row_of(peer: Peer, every: Sequence[Case], obstacle: str, *, anew: bool) -> Row:
    """Run a peer over all cases and find the smallest dump for each failure."""
    if peer.overlay and obstacle and not peer.reason:
        return Row(peer=peer, reason=obstacle)
    begun = time.monotonic()
    try:
        with Session(peer) as session:
            verdicts = judged(session, every)
            known = dict[str, Failure]() if anew else expected.load(peer).fails
            failures = {
                case.id: shown(session, case, verdicts[case.id], known.get(case.id))
                for case in every
                if case.id in verdicts and not verdicts[case.id].passed
            }
    except NotInstalled as missing:
        return Row(peer=peer, reason=missing.reason)
    took = time.monotonic() - begun
    say(f"  {peer.name:18} {took:6.1f} s, {len(failures)} of {len(verdicts)} fail")
    version = installing.present_version(peer)
    return Row(peer=peer, version=version, verdicts=verdicts, failures=failures)


def on_all(chosen: Sequence[Peer], jobs: int, work: Callable[[Peer], Row]) -> list[Row]:
    """The rows of all peers, the slowest begun first, in the order of *chosen*."""
    slow = sorted(chosen, key=lambda peer: not peer.overlay)
    with ThreadPoolExecutor(jobs) as pool:
        rows = {row.peer.name: row for row in pool.map(work, slow)}
    return [rows[peer.name] for peer in chosen]


# --- the commands ---------------------------------------------------------------------------------


def check(rows: Sequence[Row]) -> int:
    """Say where the verdicts are other than `expected.json` holds; 1 if any is."""
    moved = 0
    for row in rows:
        if row.reason:
            if not row.peer.reason:
                say(f"NOT RUN {row.peer.name}: {row.reason}")
            continue
        known = expected.load(row.peer)
        differences = list(known.moved(row.verdicts))
        for line in differences:
            say(f"{row.peer.name}: {line}")
        if differences and row.version != known.version:
            say(f"{row.peer.name}: expected.json is of {known.version}, this is {row.version}")
        moved += len(differences)
        for case, failure in row.failures.items():
            if failure.verdict.key != row.verdicts[case].key:
                say(f"{row.peer.name}: {case}: its smallest dump shows {failure.verdict.key}")
                moved += 1
    ran = [row for row in rows if not row.reason]
    say(f"{len(ran)} peers, {sum(len(row.verdicts) for row in ran)} verdicts, {moved} moved")
    return int(moved > 0 or not ran)


def accept(rows: Sequence[Row]) -> None:
    """Write what was found as what is expected from now on."""
    for row in rows:
        if not row.reason:
            fails = {
                case: Failure(row.verdicts[case].key, failure.lines)
                for case, failure in row.failures.items()
            }
            passes = row.counts["pass"]
            expected.save(row.peer, Expected(version=row.version, passes=passes, fails=fails))


def main(arguments: Sequence[str]) -> int:
    """Run one command; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m corpus.tools.matrix", description=__doc__)
    parser.add_argument("command", choices=("install", "check", "write"))
    parser.add_argument("peer", nargs="*", help="folders of corpus/peers; all where none is named")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--anew", action="store_true", help="look for every smallest dump again, known or not"
    )
    given = parser.parse_args(arguments)
    chosen = peers.load(given.peer)
    if given.command in ("install", "write"):
        installing.install(chosen, say)
        if given.command == "install":
            return int(any(_missing(peer) for peer in chosen))
    every = cases.load()
    obstacle = installing.overlay_allowed()
    rows = on_all(chosen, given.jobs, lambda peer: row_of(peer, every, obstacle, anew=given.anew))
    if given.command == "check":
        return check(rows)
    if missing := [row for row in rows if row.reason and not row.peer.reason]:
        for row in missing:
            say(f"{row.peer.name}: {row.reason}")
        return 1
    accept(rows)
    if not given.peer:
        results = Results(every, rows)
        (DOCS / "matrix.md").write_text(to_markdown(results))
        (DOCS / "matrix.html").write_text(to_html(results))
        (peers.FOLDER / "answer.json").write_text(to_json(results))
    return 0


def _missing(peer: Peer) -> bool:
    """Whether a peer that can be run is not here after all; say why."""
    if peer.reason:
        return False
    try:
        installing.command(peer)
    except NotInstalled as reason:
        say(f"{peer.name}: {reason}")
        return True
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
