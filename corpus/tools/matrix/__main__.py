"""``python -m corpus.tools.matrix``: install the peers, run them, write the pages."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from corpus.tools.command_line import run
from corpus.tools.matrix import expected, installing, page, read_peers
from corpus.tools.matrix.expected import Expected, Failure
from corpus.tools.matrix.installing import ROOT, NotInstalled
from corpus.tools.matrix.page import Details, to_html
from corpus.tools.matrix.read_peers import Peer
from corpus.tools.matrix.results import Results, Row, SmallestFailure
from corpus.tools.matrix.running import Session
from corpus.tools.matrix.summary import to_json, to_markdown
from corpus.tools.matrix.views import case_for
from procmaps.check import cases
from procmaps.check.cases import Case
from procmaps.check.shrinking import ShrunkFailure, keep_lines, shrink, unshrunk
from procmaps.check.verdicts import Verdict

DOCS: Final = ROOT / "docs" / "generated"

_BUDGET: Final = 1 << 16
"""Runs to shrink one failure. Nobody waits here, so every dump is as small as possible."""


def print_progress(text: str) -> None:
    """Print *text* on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


# --- one peer -------------------------------------------------------------------------------------


def judged(session: Session, every: Sequence[Case]) -> dict[str, Verdict]:
    """Return the verdicts on all cases that apply to a peer, by the cases' ids."""
    return {
        case.id: verdict
        for case in every
        if case.kind in session.peer.reads and (verdict := session.verdict(case)) is not None
    }


def smallest(
    session: Session, case: Case, verdict: Verdict, known: Failure | None
) -> SmallestFailure:
    """Return the smallest dump that shows a failure: the known one if it still does."""
    found = _known_smallest(session, case, verdict, known)
    if found is None:
        # A hang takes its whole time again with each attempt.
        found = (
            unshrunk(case, verdict)
            if verdict.outcome == "hang"
            else shrink(case, verdict, session.verdict, budget=_BUDGET)
        )
    given = case_for(session.peer, found.case)
    return SmallestFailure(found.verdict, (given or found.case).data, found.lines)


def _known_smallest(
    session: Session, case: Case, verdict: Verdict, known: Failure | None
) -> ShrunkFailure | None:
    """The known smallest dump, if it still shows the same failure."""
    smaller = keep_lines(case, known.lines) if known is not None else None
    again = session.verdict(smaller) if smaller is not None else None
    if known is None or smaller is None or again is None or again.key != verdict.key:
        return None
    return ShrunkFailure(smaller, again, known.lines)


def row_of(peer: Peer, every: Sequence[Case], obstacle: str, *, reshrink: bool) -> Row:
    """Run a peer over all cases and find the smallest dump for each failure.

    *obstacle* is why decoy processes cannot be made here, or an empty string.
    """
    if peer.overlay and obstacle and not peer.reason:
        return Row(peer=peer, reason=obstacle)
    begun = time.monotonic()
    try:
        with Session(peer) as session:
            verdicts = judged(session, every)
            known = dict[str, Failure]() if reshrink else expected.load(peer).fails
            failures = {
                case.id: smallest(session, case, verdicts[case.id], known.get(case.id))
                for case in every
                if case.id in verdicts and not verdicts[case.id].passed
            }
    except NotInstalled as missing:
        return Row(peer=peer, reason=missing.reason)
    took = time.monotonic() - begun
    print_progress(f"  {peer.name:18} {took:6.1f} s, {len(failures)} of {len(verdicts)} fail")
    version = installing.present_version(peer)
    return Row(peer=peer, version=version, verdicts=verdicts, failures=failures)


def on_all(chosen: Sequence[Peer], jobs: int, work: Callable[[Peer], Row]) -> list[Row]:
    """Return the rows of all peers in the order of *chosen*. The slowest start first."""
    slow = sorted(chosen, key=lambda peer: not peer.overlay)
    with ThreadPoolExecutor(jobs) as pool:
        rows = {row.peer.name: row for row in pool.map(work, slow)}
    return [rows[peer.name] for peer in chosen]


# --- the commands ---------------------------------------------------------------------------------


def compare(rows: Sequence[Row]) -> int:
    """Report the verdicts that differ from `expected.json`; return 1 if there are any."""
    changed = 0
    for row in rows:
        if row.reason:
            if not row.peer.reason:
                print_progress(f"NOT RUN {row.peer.name}: {row.reason}")
            continue
        known = expected.load(row.peer)
        differences = list(known.changes(row.verdicts))
        for line in differences:
            print_progress(f"{row.peer.name}: {line}")
        if differences and row.version != known.version:
            print_progress(
                f"{row.peer.name}: expected.json is for version {known.version}, "
                f"but {row.version} is installed"
            )
        changed += len(differences)
        for case, failure in row.failures.items():
            if failure.verdict.key != row.verdicts[case].key:
                print_progress(
                    f"{row.peer.name}: {case}: its smallest dump shows {failure.verdict.key}, "
                    f"the whole dump {row.verdicts[case].key}"
                )
                changed += 1
    ran = [row for row in rows if not row.reason]
    verdicts = sum(len(row.verdicts) for row in ran)
    print_progress(f"{len(ran)} peers, {verdicts} verdicts, {changed} changed")
    return int(changed > 0 or not ran)


def accept(rows: Sequence[Row]) -> None:
    """Write the results to `expected.json` as the known ones."""
    for row in rows:
        if not row.reason:
            fails = {
                case: Failure(row.verdicts[case].key, failure.lines)
                for case, failure in row.failures.items()
            }
            passes = row.counts["pass"]
            expected.save(row.peer, Expected(version=row.version, passes=passes, fails=fails))


def write_pages(results: Results, details: Mapping[str, Details]) -> None:
    """Write ``matrix.md``, ``matrix.html`` and ``answer.json``."""
    html = to_html(results, details)
    (DOCS / "matrix.md").write_text(to_markdown(results))
    (DOCS / "matrix.html").write_text(html)
    (read_peers.FOLDER / "answer.json").write_text(to_json(results))


def redraw() -> int:
    """Write the pages from the recorded results, without running a peer."""
    try:
        recorded = page.recorded((DOCS / "matrix.html").read_text())
        write_pages(expected.known(cases.load()), recorded)
    except page.Outdated as error:
        print_progress(str(error))
        return 1
    return 0


_EPILOG: Final = """\
commands:
  install  install the peers that are missing
  compare  run the peers; exit 1 if a verdict differs from expected.json
  write    install and run the peers, write expected.json and the pages
  redraw   write the pages from the recorded results, without running a peer
"""


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m corpus.tools.matrix",
        description="Run existing parsers over the corpus.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("install", "compare", "write", "redraw"))
    parser.add_argument("peer", nargs="*", help="folder of corpus/peers (default: all)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="run N peers at a time"
    )
    parser.add_argument(
        "--reshrink", action="store_true", help="search every smallest dump again, even if known"
    )
    given = parser.parse_args(arguments)
    try:
        chosen = read_peers.load(given.peer)
    except LookupError as error:
        parser.error(str(error.args[0]))
    if given.command == "redraw":
        return redraw()
    if given.command in ("install", "write"):
        installing.install(chosen, print_progress)
        if given.command == "install":
            return int(any(_is_missing(peer) for peer in chosen))
    every = cases.load()
    obstacle = installing.overlay_allowed()
    rows = on_all(
        chosen, given.jobs, lambda peer: row_of(peer, every, obstacle, reshrink=given.reshrink)
    )
    if given.command == "compare":
        return compare(rows)
    if missing := [row for row in rows if row.reason and not row.peer.reason]:
        for row in missing:
            print_progress(f"{row.peer.name}: {row.reason}")
        return 1
    accept(rows)
    if not given.peer:
        details = {row.peer.name: page.details(row) for row in rows if not row.reason}
        write_pages(Results(every, rows), details)
    return 0


def _is_missing(peer: Peer) -> bool:
    """Whether a peer that can run is still not installed. Reports why."""
    if peer.reason:
        return False
    try:
        installing.command(peer)
    except NotInstalled as reason:
        print_progress(f"{peer.name}: {reason}")
        return True
    return False


if __name__ == "__main__":
    sys.exit(run(main, sys.argv[1:]))
