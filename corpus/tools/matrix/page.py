"""``docs/generated/matrix.html``: the whole matrix as one page that needs nothing else.

The figures travel as JSON within the page; ``page.html`` draws, sorts and filters them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from corpus.tools.matrix.results import Results, Row, Shown, tally
from procmaps.check.cases import Case
from procmaps.check.reports import cut, shown
from procmaps.check.verdicts import OUTCOMES

_TEMPLATE: Final = Path(__file__).with_name("page.html")
_PLACE: Final = "/*DATA*/"
_LETTERS: Final = dict(zip(OUTCOMES, "pwlircha-", strict=True))
_NOT_ASKED: Final = "."

_CRATES: Final = re.compile(r"/\S*/registry/src/[^/\s]+/")
"""Where cargo keeps sources, in what a program in Rust says as it panics: of one machine only."""


def to_html(results: Results) -> str:
    """The page."""
    data = json.dumps(_data(results), separators=(",", ":"), ensure_ascii=False)
    # Within a script element only this could end it; \u003c is the same to JSON.
    return _TEMPLATE.read_text().replace(_PLACE, data.replace("<", "\\u003c"))


def _data(results: Results) -> dict[str, Any]:
    classes = results.classes()
    of_case = {case: number for number, item in enumerate(classes) for case in item.cases}
    return {
        "outcomes": dict(zip(_LETTERS.values(), _LETTERS, strict=True)),
        "classes": [
            {
                "title": item.title.replace("`", ""),
                "short": item.short.replace("`", ""),
                "part": item.part.replace("`", ""),
            }
            for item in classes
        ],
        "cases": [_case(case, of_case[case.id]) for case in results.cases],
        "peers": [_peer(row, results) for row in results.rows],
    }


def _case(case: Case, of_class: int) -> list[Any]:
    return [case.id, of_class, case.shows, case.source, case.producer]


def _peer(row: Row, results: Results) -> dict[str, Any]:
    peer = row.peer
    told = {
        "name": peer.name,
        "title": peer.title,
        "language": peer.language,
        "source": peer.source,
        "version": row.version or peer.version,
        "face": peer.face,
        "reads": list(peer.reads),
        "note": peer.note,
        "users": peer.users,
        "reason": row.reason,
    }
    if row.reason:
        return told
    return {
        **told,
        "judged": sorted({m for verdict in row.verdicts.values() for m in verdict.judged}),
        "classes": [
            [counts["pass"], counts.total()]
            for item in results.classes()
            for counts in [tally(row, item)]
        ],
        "cells": "".join(
            _LETTERS[row.verdicts[case.id].outcome] if case.id in row.verdicts else _NOT_ASKED
            for case in results.cases
        ),
        "failures": {
            str(number): _failure(row.failures[case.id])
            for number, case in enumerate(results.cases)
            if case.id in row.failures
        },
    }


def _failure(failure: Shown) -> list[Any]:
    """The differences as [field, expected, got], the reason in words, and the lines of the dump."""
    verdict = failure.verdict
    return [
        [[item.field, cut(item.expected), cut(item.got)] for item in verdict.differences],
        cut(_CRATES.sub("", verdict.detail)),
        [cut(line) for line in shown(failure.dump)],
    ]
