"""Reproduce one verdict for a person: the dump, what the parser answered, what was expected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import attrs

from corpus.tools.matrix import expected, probes
from corpus.tools.matrix.probes import GROUP
from corpus.tools.matrix.read_peers import Peer
from corpus.tools.matrix.running import Judged, Session
from procmaps.check import cases
from procmaps.check.answers import Answer, Rejection
from procmaps.check.cases import Case
from procmaps.check.display import dump_lines, explain
from procmaps.check.shrinking import keep_lines
from procmaps.printable import escape_bytes, visible


@attrs.frozen
class NoSuchDump(LookupError):
    """An id that is neither a case nor a probe with its kind."""

    asked: str

    def __str__(self) -> str:
        return (
            f"no dump {visible(self.asked)!r}; the dumps are the cases of `procmaps check --list` "
            f"and {GROUP}/NAME.maps or .smaps for a NAME of probes.toml"
        )


def find(peer: Peer, identity: str, *, whole: bool = False) -> Case:
    """Return a case or the dump of a probe by its id.

    Unless *whole*, a case that is known to fail is cut to its smallest dump. Raises `NoSuchDump`.
    """
    group, _, rest = identity.partition("/")
    if group == GROUP:
        name, _, kind = rest.rpartition(".")
        for probe in probes.load():
            if probe.id == name and kind in probes.KINDS:
                return probe.case(next(known for known in probes.KINDS if known == kind))
        raise NoSuchDump(identity)
    case = next((case for case in cases.load() if case.id == identity), None)
    if case is None:
        raise NoSuchDump(identity)
    failure = expected.load(peer).fails.get(identity)
    smallest = keep_lines(case, failure.lines) if failure is not None and not whole else None
    return smallest or case


def report(session: Session, case: Case) -> Iterator[str]:
    """Yield the lines that show what the peer does with *case*, safe for a terminal."""
    peer = session.peer
    judged = session.judged(case)
    yield f"{visible(peer.title)} {visible(peer.version)}: {visible(peer.entry_point)}"
    if judged is None:
        yield f"{case.id} does not concern it: it returns none of its mappings by design"
        return
    yield f"the dump {case.id}, {len(judged.given)} bytes:"
    yield from (f"  {line}" for line in dump_lines(judged.given))
    yield "the answer:"
    yield from (f"  {line}" for line in _answer(judged))
    yield f"the verdict: {visible(judged.verdict.key)}"
    yield from (f"  {visible(line)}" for line in explain(judged.verdict))


def _answer(judged: Judged) -> Iterator[str]:
    match judged.answer:
        case Answer(mappings=mappings):
            for mapping in mappings:
                shown = {member: _member(member, value) for member, value in mapping.items()}
                yield json.dumps(shown)
            if not mappings:
                yield "no mapping"
        case Rejection(reason=reason):
            yield f"refused: {visible(reason)}"
        case None:
            yield "none"


def _member(member: str, value: object) -> object:
    """Return a member in a form that JSON has, and that a person can compare with the dump."""
    if member in ("start", "end", "offset") and isinstance(value, int):
        return f"{value:x}"
    if member == "device" and isinstance(value, tuple):
        major, minor = cast("tuple[int, int]", value)
        return f"{major:02x}:{minor:02x}"
    return _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return escape_bytes(value)
    if isinstance(value, tuple | frozenset):
        items = cast("Iterable[object]", value)
        return [_plain(item) for item in items]
    if isinstance(value, Mapping):
        fields = cast("Mapping[bytes, object]", value)
        return {escape_bytes(key): _plain(item) for key, item in fields.items()}
    return value
