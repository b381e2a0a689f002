"""What happens to each name of the tables: the programs that it breaks, and how.

A program counts once, even if several rows of the matrix are about it. A figure counts only the
programs that show the name at all, and those that fail because of it. Idioms, the lines that people
write by hand instead of calling a library, are counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from corpus.tools.matrix.probes import KINDS, Probe
from corpus.tools.matrix.read_peers import Peer
from corpus.tools.matrix.results import FAULT, Row, Tried


@attrs.frozen
class Effect:
    """One thing that a name does, and the rows of the matrix that it happens to."""

    how: str
    """A verb phrase: ``shows``, ``refuses the dump``."""
    shown: str
    """The text that is shown instead of the name, or an empty string."""
    parsers: tuple[str, ...]
    """Titles of the rows."""
    peers: tuple[str, ...]
    """Their folders in ``corpus/peers``, in the same order."""


@attrs.frozen
class Effects:
    """What one name does to some rows of the matrix."""

    asked: int
    """Number of programs that show the name, or fail because of it."""
    broken: int
    """Number of programs that fail because of it."""
    effects: tuple[Effect, ...]
    """What it does to these programs."""
    blemishes: tuple[Effect, ...]
    """What it does to others without a wrong value: a byte that no terminal shows becomes ``?``."""
    anyway: tuple[str, ...]
    """Titles of rows that fail on the name's dump, and without the name in the same way."""


@attrs.frozen
class NameResult:
    """The result of one probe."""

    probe: Probe
    programs: Effects
    """What it does to libraries and programs."""
    idioms: Effects
    """What it does to the lines that people write by hand."""


def results(rows: Sequence[Row], probes: Iterable[Probe]) -> list[NameResult]:
    """Return the results in the order of *probes*."""
    programs = [row for row in rows if not row.peer.idiom]
    idioms = [row for row in rows if row.peer.idiom]
    return [
        NameResult(probe, _effects(programs, probe), _effects(idioms, probe)) for probe in probes
    ]


def _effects(rows: Sequence[Row], probe: Probe) -> Effects:
    asked: set[str] = set()
    broken: set[str] = set()
    effects: dict[tuple[str, str], list[Peer]] = {}
    blemishes: dict[tuple[str, str], list[Peer]] = {}
    anyway: list[str] = []
    for row in rows:
        tried = _tried(row, probe)
        if tried is None:
            continue
        if tried.shows or tried.caused:
            asked.add(row.peer.program)
        if tried.breaks:
            broken.add(row.peer.program)
        if tried.caused:
            found = effects if tried.breaks else blemishes
            found.setdefault((tried.how, tried.shown), []).append(row.peer)
        elif tried.verdict not in ("pass", FAULT) and row.peer.view != "total":
            # A sum over all mappings shows no name, so it says nothing about one.
            anyway.append(row.peer.title)
    return Effects(
        len(asked),
        len(broken),
        _frequent_first(effects),
        _frequent_first(blemishes),
        tuple(sorted(anyway, key=str.lower)),
    )


def _frequent_first(found: dict[tuple[str, str], list[Peer]]) -> tuple[Effect, ...]:
    frequent = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(_effect(*how, peers) for how, peers in frequent)


def _effect(how: str, shown: str, peers: Iterable[Peer]) -> Effect:
    in_order = sorted(peers, key=lambda peer: peer.title.lower())
    titles = tuple(peer.title for peer in in_order)
    return Effect(how, shown, titles, tuple(peer.name for peer in in_order))


def _tried(row: Row, probe: Probe) -> Tried | None:
    """The result of a peer that reads several kinds of dumps: the worst."""
    found = [row.probes[key] for kind in KINDS if (key := f"{probe.id}.{kind}") in row.probes]
    return max(found, key=_heaviness, default=None)


def _heaviness(tried: Tried) -> tuple[bool, bool, bool]:
    return tried.breaks, tried.caused, tried.verdict != "pass"
