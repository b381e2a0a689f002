"""``python -m corpus.tools.matrix``: install the peers, run them, write the pages."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from corpus.tools.command_line import run
from corpus.tools.matrix import (
    expected,
    installing,
    read_peers,
    readme,
    run_facts,
    trying,
)
from corpus.tools.matrix.answer import to_json
from corpus.tools.matrix.expected import Expected, Failure
from corpus.tools.matrix.installing import ROOT, NotInstalled
from corpus.tools.matrix.page import details
from corpus.tools.matrix.page.details import Details
from corpus.tools.matrix.page.rendering import Outdated, to_html
from corpus.tools.matrix.read_peers import Peer
from corpus.tools.matrix.results import Results, Row
from corpus.tools.matrix.run_peers import print_progress, run_all
from corpus.tools.matrix.running import Session
from corpus.tools.matrix.summary import to_markdown
from procmaps.check import cases

DOCS: Final = ROOT / "docs" / "generated"

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
        differences = [
            *known.changes(row.verdicts),
            *known.changed_findings(row.findings),
            *known.changed_probes(row.probes),
        ]
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


def accept(row: Row) -> None:
    """Write the results of a peer that ran to its `expected.json`, as the known ones.

    A peer that cannot be run anywhere has none: what it did once would contradict the pages.
    """
    if row.peer.reason:
        expected.forget(row.peer)
    if row.reason:
        return
    fails = {
        case: Failure(row.verdicts[case].key, failure.lines, **attrs.asdict(row.findings[case]))
        for case, failure in row.failures.items()
    }
    found = Expected(version=row.version, passes=row.total.passed, fails=fails, probes=row.probes)
    expected.save(row.peer, found)


def write_pages(results: Results, known: Mapping[str, Details]) -> None:
    """Write ``matrix.md``, ``matrix.html``, ``answer.json`` and the table in ``README.md``."""
    html = to_html(results, known)
    text = readme.update((ROOT / "README.md").read_text("utf-8"), results)
    (ROOT / "README.md").write_text(text, "utf-8")
    (DOCS / "matrix.md").write_text(to_markdown(results))
    (DOCS / "matrix.html").write_text(html)
    (read_peers.FOLDER / "answer.json").write_text(to_json(results))


def redraw(rows: Sequence[Row] = ()) -> int:
    """Write the pages from the recorded results and those of *rows*, which have just been run."""
    run = run_facts.now()
    fresh = {row.peer.name: details.of_run(row, run) for row in rows if not row.reason}
    known = expected.known(cases.load())
    try:
        if missing := {row.peer.name for row in known.ran} - fresh.keys():
            recorded = details.recorded((DOCS / "matrix.html").read_text("utf-8"))
            fresh |= {name: recorded[name] for name in missing if name in recorded}
        write_pages(known, fresh)
    except Outdated as error:
        print_progress(str(error))
        return 1
    return 0


def try_one(peer: Peer, identity: str, *, whole: bool) -> int:
    """Print what a peer does with one dump; return 0 whatever the verdict is."""
    try:
        case = trying.find(peer, identity, whole=whole)
        with Session(peer) as session:
            for line in trying.report(session, case):
                print(line)
    except (trying.NoSuchDump, NotInstalled) as error:
        print_progress(str(error))
        return 2
    return 0


_EPILOG: Final = """\
commands:
  install  install the peers that are missing
  compare  run the peers; exit 1 if a verdict differs from expected.json
  write    install and run the peers, write expected.json and the pages
  redraw   write the pages from the recorded results, without running a peer
  try      run one peer on one dump and print the dump, the answer and the verdict:
           try smem probes/label-glibc.smaps, try gdb names/space.maps
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m corpus.tools.matrix",
        description="Run existing parsers over the corpus.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("install", "compare", "write", "redraw", "try"))
    parser.add_argument(
        "peer", nargs="*", help="folder of corpus/peers (default: all); for try: a peer and a dump"
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="run N peers at a time"
    )
    parser.add_argument(
        "--reshrink", action="store_true", help="search every smallest dump again, even if known"
    )
    parser.add_argument(
        "--whole", action="store_true", help="try the whole dump of a case, not the smallest"
    )
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit status."""
    parser = _parser()
    given = parser.parse_args(arguments)
    names: list[str] = given.peer
    if given.command == "try" and len(names) != len(("PEER", "DUMP")):
        parser.error("try needs a peer and a dump")
    try:
        chosen = read_peers.load(names[:1] if given.command == "try" else names)
    except LookupError as error:
        parser.error(str(error.args[0]))
    if given.command == "try":
        return try_one(chosen[0], names[1], whole=given.whole)
    if given.command == "redraw":
        return redraw()
    if given.command in ("install", "write"):
        installing.install(chosen, print_progress)
        if given.command == "install":
            return int(any(_is_missing(peer) for peer in chosen))
    if given.command == "compare":
        return compare(run_all(chosen, given.jobs, reshrink=given.reshrink))
    return write(run_all(chosen, given.jobs, reshrink=given.reshrink, keep=accept))


def write(rows: Sequence[Row]) -> int:
    """Write the pages with the results that were just kept; return 1 if a peer did not run."""
    status = redraw(rows)
    for row in rows:
        if row.reason and not row.peer.reason:
            print_progress(f"NOT RUN {row.peer.name}: {row.reason}")
            status = 1
    return status


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
