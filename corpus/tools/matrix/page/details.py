"""What the page has of each peer, but ``expected.json`` does not: texts of its failures, its run.

A page that exists is also the record of these, so that it can be drawn again without a run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import attrs

from corpus.tools.matrix.results import Row, SmallestFailure
from corpus.tools.matrix.run_facts import RunFacts
from procmaps.check.display import dump_lines, shorten

_DATA: Final = re.compile(r'<script id="data" type="application/json">(.*?)</script>', re.DOTALL)

_CRATES: Final = re.compile(r"/\S*/registry/src/[^/\s]+/")
"""The folder of cargo's sources in the message of a Rust panic. It differs between machines."""


_TEXTS: Final = 3
"""Members of a failure on the page that are not in ``expected.json``: see `Details.failures`."""


@attrs.frozen
class Details:
    """Details of one peer that only the page has."""

    judged: tuple[str, ...]
    """Members of the records that the peer returns and is judged by."""
    failures: Mapping[str, list[Any]]
    """By case: the differences as [field, expected, got], the error message, the dump's lines."""
    run: RunFacts


def of_run(row: Row, run: RunFacts) -> Details:
    """Return the details of a peer that has just been run."""
    return Details(
        tuple(sorted({member for verdict in row.verdicts.values() for member in verdict.judged})),
        {case: _failure(failure) for case, failure in row.failures.items()},
        run,
    )


def _failure(failure: SmallestFailure) -> list[Any]:
    verdict = failure.verdict
    return [
        [[item.field, shorten(item.expected), shorten(item.got)] for item in verdict.differences],
        shorten(_CRATES.sub("", verdict.detail)),
        [shorten(line) for line in dump_lines(failure.dump)],
    ]


def recorded(page: str) -> dict[str, Details]:
    """Return the details of each peer from the text of an existing page.

    Raises ValueError if *page* has no data.
    """
    found = _DATA.search(page)
    if found is None:
        raise ValueError("the page has no data: it is not a matrix.html")
    data = json.loads(found[1])
    cases = [case[0] for case in data["cases"]]
    runs: list[RunFacts] = [RunFacts(**run) for run in data["runs"]]
    return {
        peer["name"]: Details(
            tuple(peer["judged"]),
            {cases[int(number)]: failure[:_TEXTS] for number, failure in peer["failures"].items()},
            runs[int(peer["run"])],
        )
        for peer in data["peers"]
        if not peer["reason"]
    }
