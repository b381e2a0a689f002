"""Fill ``page.html.jinja`` with the results, the style and the script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import jinja2

from corpus.tools.matrix import names, probes
from corpus.tools.matrix.names import Effects
from corpus.tools.matrix.page.data import of_page, runs_of
from corpus.tools.matrix.page.details import Details
from corpus.tools.matrix.probes import KINDS, Probe
from corpus.tools.matrix.results import Results, Row
from procmaps.printable import escape_bytes, visible

_FOLDER: Final = Path(__file__).parent
_TEMPLATE: Final = "page.html.jinja"


@attrs.frozen
class Outdated(Exception):
    """The page on disk and ``expected.json`` are not of the same run."""

    peer: str

    def __str__(self) -> str:
        return (
            f"matrix.html and expected.json differ in the failures of {self.peer}; "
            f"run python -m corpus.tools.matrix write {self.peer}"
        )


def to_html(results: Results, all_details: Mapping[str, Details]) -> str:
    """Return the page. *all_details* has an entry for each peer of *results* that was run.

    Raises `Outdated` if a peer's details are missing, or are not those of its verdicts.
    """
    details: dict[str, Details] = {}
    for row in results.ran:
        failing = {case for case, verdict in row.verdicts.items() if not verdict.passed}
        known = all_details.get(row.peer.name)
        if known is None or failing != set(known.failures):
            raise Outdated(row.peer.name)
        details[row.peer.name] = known
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # Every value in the markup passes through this, so no field can be forgotten.
        finalize=_finalize,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    return environment.get_template(_TEMPLATE).render(
        data=of_page(results, details),
        names=_names(results),
        figures=_figures(results),
        run=next(iter(runs_of(details.values())), None),
        not_run=[row for row in results.rows if row.reason],
        style=_part("style.css"),
        script=_part("script.js"),
    )


def _finalize(value: object) -> object:
    # Markup is a str, too: the style and the script stay as they are.
    return visible(value) if type(value) is str else value


def _part(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def _names(results: Results) -> list[dict[str, Any]]:
    """Return the cards of the names, with links to the peers that they break."""
    rows = {row.peer.name: row for row in results.ran}
    return [
        {
            "id": item.probe.id,
            "name": escape_bytes(item.probe.name),
            "printed_for": item.probe.printed_for,
            "groups": [
                _group(item.probe, found, rows, words)
                for found, words in ((item.programs, "programs"), (item.idioms, "idioms"))
                if found.asked or words == "programs"
            ],
        }
        for item in names.results(results.ran, probes.load())
    ]


def _group(probe: Probe, found: Effects, rows: Mapping[str, Row], words: str) -> dict[str, Any]:
    return {
        "words": words,
        "asked": found.asked,
        "broken": found.broken,
        "anyway": found.anyway,
        "effects": [
            {
                "how": effect.how,
                "shown": effect.shown,
                "blemish": effect in found.blemishes,
                "peers": [
                    {"title": rows[name].peer.title, "link": _link(probe, rows[name])}
                    for name in effect.peers
                ],
            }
            for effect in (*found.effects, *found.blemishes)
        ],
    }


def _link(probe: Probe, row: Row) -> str:
    """Return the anchor of the panel with a row's result on a name."""
    keys = [f"{probe.id}.{kind}" for kind in KINDS]
    key = next(key for key in keys if key in row.probes and row.probes[key].caused)
    return f"#{row.peer.name}/{probes.GROUP}/{key}"


def _figures(results: Results) -> list[tuple[int, str]]:
    tallies = [row.total for row in results.ran]
    failures = [tally.failed for tally in tallies]
    return [
        (len(results.programs), "programs"),
        (len(results.idioms), "idioms: lines written by hand"),
        (len(results.ran), "rows: a program may print several tables"),
        (len(results.languages), "languages"),
        (len(results.cases), "dumps"),
        (sum(tally.asked for tally in tallies), "answers"),
        (sum(failures), "failures"),
        (failures.count(0), "rows without a failure"),
    ]
