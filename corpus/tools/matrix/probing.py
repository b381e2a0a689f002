"""Try the probes on one peer: whether it shows each name, and what it does to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from corpus.tools.matrix.probes import KINDS, Probe
from corpus.tools.matrix.results import FAULT, Tried
from corpus.tools.matrix.running import Judged, Session
from procmaps.check.answers import Answer
from procmaps.check.attribution import own_verdict
from procmaps.check.display import shorten
from procmaps.check.verdicts import Verdict

_TEXTS: Final = ("name", "path", "label")
"""The members of an answer that show a name."""

_PHRASES: Final = {
    "lost": "loses the mapping",
    "invented": "returns a mapping too many",
    "rejected": "refuses the dump",
    "crash": "crashes",
    "hang": "hangs",
}


def try_all(session: Session, probes: Iterable[Probe]) -> dict[str, Tried]:
    """Return the results by the probes' ids and kinds: ``label-word.maps``.

    A name is left out if its dump is read right, but the peer does not show the name.
    """
    found: dict[str, Tried] = {}
    for probe in probes:
        for kind in KINDS:
            if kind in session.peer.reads:
                named = session.judged(probe.case(kind))
                control = session.judged(probe.control(kind))
                result = compare(named, control)
                if result is not None:
                    found[f"{probe.id}.{kind}"] = result
    return found


def compare(named: Judged | None, control: Judged | None) -> Tried | None:
    """Return the result of a name by the answers to its dump and to the control.

    Return None if the peer is not asked, or passes without showing the name.
    """
    if named is None:
        return None
    known = control.verdict if control is not None else Verdict("pass")
    if FAULT in (named.verdict.outcome, known.outcome):
        # It says nothing about the peer, and the other dump cannot be compared with it.
        return Tried(FAULT, shows=False)
    # Without a control, as for a parser of libraries only, the answer is about the name alone.
    shows = _texts(named) != (_texts(control) if control is not None else [])
    if named.verdict.passed:
        return Tried("pass") if shows else None
    own = own_verdict(named.verdict, known)
    if own is None:
        return Tried(named.verdict.key, shows=shows)
    how, shown = _effect(own)
    return Tried(named.verdict.key, how, shown, caused=True, shows=shows, weight=own.weight)


def _effect(own: Verdict) -> tuple[str, str]:
    """What a failure does to the name, as a verb phrase, and the text that is shown for it."""
    if own.outcome != "wrong":
        return _PHRASES[own.outcome], ""
    for item in own.differences:
        if item.field in _TEXTS:
            return ("shows", shorten(item.got)) if item.got else ("shows no name", "")
    # The name is right, but something else was read out of it.
    return "misreads " + ", ".join(sorted({item.field for item in own.differences})), ""


def _texts(judged: Judged) -> list[object]:
    if not isinstance(judged.answer, Answer):
        return []
    return [
        mapping[member]
        for mapping in judged.answer.mappings
        for member in _TEXTS
        if mapping.get(member)
    ]
