"""The JSON that the page carries. ``script.js`` draws, sorts and filters the tables from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from corpus.tools.matrix import probes
from corpus.tools.matrix.page.details import Details
from corpus.tools.matrix.probes import Probe
from corpus.tools.matrix.results import Finding, Results, Row, Tally
from corpus.tools.matrix.run_facts import RunFacts
from corpus.tools.matrix.unjudged import left_unjudged
from procmaps import _resources
from procmaps.check.cases import FOLDER, Case
from procmaps.check.display import dump_lines
from procmaps.check.verdicts import OUTCOMES
from procmaps.printable import escape_bytes, visible

_LETTERS: Final = dict(zip(OUTCOMES, "pwlircha-", strict=True))
_NOT_ASKED: Final = "."
_FEATURES: Final = f"{FOLDER}/features.json"
"""What the words of the manifests mean."""


def of_page(results: Results, all_details: Mapping[str, Details]) -> dict[str, Any]:
    """Return all that the tables and the panel of the page show."""
    classes = results.classes()
    class_of = {case: number for number, item in enumerate(classes) for case in item.cases}
    meanings = json.loads(_resources.read(_FEATURES))
    runs = runs_of(all_details.values())
    rows = [*results.ranked(), *(row for row in results.rows if row.reason)]
    return {
        "outcomes": dict(zip(_LETTERS.values(), _LETTERS, strict=True)),
        "likely": meanings["likely"],
        "disputed": meanings["disputed"],
        "runs": [attrs.asdict(run) for run in runs],
        "classes": [
            {
                "title": item.title.replace("`", ""),
                "short": item.short.replace("`", ""),
                "part": item.part.replace("`", ""),
            }
            for item in classes
        ],
        "probes": {probe.id: _probe(probe) for probe in probes.load()},
        "cases": [_case(case, class_of[case.id]) for case in results.cases],
        "peers": [_peer(row, results, all_details.get(row.peer.name), runs) for row in rows],
    }


def _probe(probe: Probe) -> dict[str, Any]:
    return {
        "name": escape_bytes(probe.name),
        "printed_for": probe.printed_for,
        "dump": dump_lines(probe.case("maps").data),
    }


def runs_of(all_details: Iterable[Details]) -> list[RunFacts]:
    """Return the different runs, the latest first."""
    unique = dict.fromkeys(known.run for known in all_details)
    return sorted(unique, key=lambda run: (run.date, run.commit, run.machine), reverse=True)


def _case(case: Case, class_number: int) -> list[Any]:
    texts = (case.shows, case.source, case.producer)
    return [case.id, class_number, *map(visible, texts), case.likely, case.control]


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "asked": tally.asked,
        "failed": tally.failed,
        "weights": dict(sorted(tally.weights.items())),
        "outcomes": dict(sorted(tally.outcomes.items())),
        "disputed": tally.disputed,
        "anyway": tally.anyway,
        "faults": tally.faults,
    }


def _finding(finding: Finding) -> list[Any]:
    return [finding.weight, visible(finding.policy), finding.caused]


def _peer(
    row: Row, results: Results, known: Details | None, runs: list[RunFacts]
) -> dict[str, Any]:
    peer = row.peer
    described = {
        "name": peer.name,
        "title": visible(peer.title),
        "program": visible(peer.program),
        "idiom": peer.idiom,
        "language": visible(peer.language),
        "source": peer.source,
        "package": visible(peer.package),
        "version": visible(row.version or peer.version),
        "released": visible(peer.released),
        "project": visible(peer.project),
        "entry_point": visible(peer.entry_point),
        "reads": list(peer.reads),
        "note": visible(peer.note),
        "unjudged": [visible(text) for text in left_unjudged(peer)],
        "users": visible(peer.users),
        "reason": visible(row.reason),
    }
    if row.reason or known is None:
        return described
    return {
        **described,
        "run": runs.index(known.run),
        "judged": list(known.judged),
        "probes": {
            key: [visible(tried.how), visible(tried.shown)]
            for key, tried in row.probes.items()
            if tried.caused
        },
        "classes": [_tally(row.tally(item.cases)) for item in results.classes()],
        "cells": "".join(
            _LETTERS[row.verdicts[case.id].outcome] if case.id in row.verdicts else _NOT_ASKED
            for case in results.cases
        ),
        "likely": {likely: _tally(row.tally(ids)) for likely, ids in results.by_likely().items()},
        "total": _tally(row.total),
        "failures": {
            str(number): [*known.failures[case.id], *_finding(row.findings[case.id])]
            for number, case in enumerate(results.cases)
            if case.id in known.failures
        },
    }
