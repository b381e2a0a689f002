"""``corpus/peers/answer.json``: the short answer of the matrix as data, for other pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import attrs

from corpus.tools.matrix import names, probes
from corpus.tools.matrix.names import Effects, NameResult
from corpus.tools.matrix.results import Results
from procmaps.printable import escape_bytes

LABELS: Final = "`[anon:"
"""Start of the heading of those classes that the reviewers' question is about."""


@attrs.frozen
class ClassResult:
    """The programs that one class of labels breaks."""

    title: str
    asked: int
    """Number of programs that the class concerns."""
    broken: tuple[str, ...]
    """The programs that fail on at least one dump of the class."""


def short_answer(results: Results) -> Iterator[ClassResult]:
    """Yield the answer to the reviewers' question for each class of labels."""
    for chosen in results.classes():
        if chosen.part.startswith(LABELS):
            programs = [row for row in results.ran if not row.peer.idiom]
            asked = [row for row in programs if row.tally(chosen.cases).asked]
            broken = [row for row in asked if row.tally(chosen.cases).failed]
            yield ClassResult(
                chosen.title,
                len({row.peer.program for row in asked}),
                tuple(dict.fromkeys(row.peer.program for row in broken)),
            )


def to_json(results: Results) -> str:
    """Return the short answer as JSON."""
    whole = {
        "parsers": len(results.ran),
        "programs": len(results.programs),
        "idioms": len(results.idioms),
        "languages": len(results.languages),
        "dumps": len(results.cases),
        "names": [_name(item) for item in names.results(results.ran, probes.load())],
        "classes": [attrs.asdict(item) for item in short_answer(results)],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _name(item: NameResult) -> dict[str, Any]:
    probe = item.probe
    return {
        "id": probe.id,
        "name": escape_bytes(probe.name),
        "printed_for": probe.printed_for,
        "likely": probe.likely,
        "tables": [table for table in probes.TABLES if table in probe.tables],
        **_effects(item.programs),
        "idioms": _effects(item.idioms),
    }


def _effects(found: Effects) -> dict[str, Any]:
    return {
        "asked": found.asked,
        "broken": found.broken,
        "effects": [attrs.asdict(effect) for effect in found.effects],
        "blemishes": [attrs.asdict(effect) for effect in found.blemishes],
        "anyway": list(found.anyway),
    }
