"""``docs/generated/matrix.html``: the whole matrix as one page without other files.

The page carries its data as JSON. ``page.html.jinja`` draws, sorts and filters the tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import jinja2

from corpus.tools.matrix.results import Results, Row, SmallestFailure, tally
from corpus.tools.matrix.summary import short_answer
from procmaps.check.cases import Case
from procmaps.check.display import dump_lines, shorten
from procmaps.check.verdicts import OUTCOMES

_TEMPLATE: Final = "page.html.jinja"
_DATA: Final = re.compile(r'<script id="data" type="application/json">(.*?)</script>', re.DOTALL)
_LETTERS: Final = dict(zip(OUTCOMES, "pwlircha-", strict=True))
_NOT_ASKED: Final = "."

_CRATES: Final = re.compile(r"/\S*/registry/src/[^/\s]+/")
"""The folder of cargo's sources in the message of a Rust panic. It differs between machines."""


@attrs.frozen
class Details:
    """Details of one peer that the page has, but ``expected.json`` does not."""

    judged: tuple[str, ...]
    """Members of the records that the peer returns and is judged by."""
    failures: Mapping[str, list[Any]]
    """By case: the differences as [field, expected, got], the error message, the dump's lines."""


@attrs.frozen
class Outdated(Exception):
    """The page on disk and ``expected.json`` are not of the same run."""

    peer: str

    def __str__(self) -> str:
        return (
            f"matrix.html and expected.json differ in the failures of {self.peer}; "
            "run python -m corpus.tools.matrix write"
        )


def details(row: Row) -> Details:
    """Return the details of a peer that has just been run."""
    return Details(
        tuple(sorted({member for verdict in row.verdicts.values() for member in verdict.judged})),
        {case: _failure(failure) for case, failure in row.failures.items()},
    )


def recorded(page: str) -> dict[str, Details]:
    """Return the details of each peer from the text of an existing page.

    Raises ValueError if *page* has no data.
    """
    found = _DATA.search(page)
    if found is None:
        raise ValueError("the page has no data: it is not a matrix.html")
    data = json.loads(found[1])
    cases = [case[0] for case in data["cases"]]
    return {
        peer["name"]: Details(
            tuple(peer["judged"]),
            {cases[int(number)]: failure for number, failure in peer["failures"].items()},
        )
        for peer in data["peers"]
        if not peer["reason"]
    }


def to_html(results: Results, all_details: Mapping[str, Details]) -> str:
    """Return the page. *all_details* has an entry for each peer of *results* that was run.

    Raises `Outdated` if a peer's details are missing, or are not those of its verdicts.
    """
    for row in results.ran:
        failing = {case for case, verdict in row.verdicts.items() if not verdict.passed}
        known = all_details.get(row.peer.name)
        if known is None or failing != set(known.failures):
            raise Outdated(row.peer.name)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    return environment.get_template(_TEMPLATE).render(
        data=_data(results, all_details),
        answers=_answers(results),
        figures=_figures(results),
        not_run=[row for row in results.rows if row.reason],
    )


def _answers(results: Results) -> list[dict[str, Any]]:
    """The short answer: one card for each class of labels, with the peers that fail."""
    numbers = {item.title: number for number, item in enumerate(results.classes())}
    names = {row.peer.title: row.peer.name for row in results.ran}
    return [
        {
            "title": item.title.replace("`", ""),
            "asked": item.asked,
            "broken": [
                {"title": title, "link": f"#{names[title]}~{numbers[item.title]}"}
                for title in item.broken
            ],
        }
        for item in short_answer(results)
    ]


def _figures(results: Results) -> list[tuple[int, str]]:
    ran = results.ran
    failures = [row.counts.total() - row.counts["pass"] for row in ran]
    return [
        (len(ran), "parsers"),
        (len({row.peer.language for row in ran}), "languages"),
        (len(results.cases), "dumps"),
        (sum(failures), "failures"),
        (failures.count(0), "parsers without a failure"),
    ]


def _data(results: Results, all_details: Mapping[str, Details]) -> dict[str, Any]:
    classes = results.classes()
    class_of = {case: number for number, item in enumerate(classes) for case in item.cases}
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
        "cases": [_case(case, class_of[case.id]) for case in results.cases],
        "peers": [_peer(row, results, all_details.get(row.peer.name)) for row in results.rows],
    }


def _case(case: Case, class_number: int) -> list[Any]:
    return [case.id, class_number, case.shows, case.source, case.producer]


def _peer(row: Row, results: Results, known: Details | None) -> dict[str, Any]:
    peer = row.peer
    described = {
        "name": peer.name,
        "title": peer.title,
        "language": peer.language,
        "source": peer.source,
        "version": row.version or peer.version,
        "entry_point": peer.entry_point,
        "reads": list(peer.reads),
        "note": peer.note,
        "users": peer.users,
        "reason": row.reason,
    }
    if row.reason or known is None:
        return described
    return {
        **described,
        "judged": list(known.judged),
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
            str(number): known.failures[case.id]
            for number, case in enumerate(results.cases)
            if case.id in known.failures
        },
    }


def _failure(failure: SmallestFailure) -> list[Any]:
    verdict = failure.verdict
    return [
        [[item.field, shorten(item.expected), shorten(item.got)] for item in verdict.differences],
        shorten(_CRATES.sub("", verdict.detail)),
        [shorten(line) for line in dump_lines(failure.dump)],
    ]
