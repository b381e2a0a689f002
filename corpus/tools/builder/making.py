"""Make cases from mappings. The modules of the groups call these functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from corpus.tools.builder import printer
from corpus.tools.builder.model import (
    PAGE,
    STACK,
    Case,
    Column,
    FieldLine,
    Json,
    Vma,
    file_vma,
    text,
)

BASE = 0x7F2A4C000000
FOLLOWER = Vma(0x7FFC12345000, 0x7FFC12366000, name=STACK)
"""The mapping after the tested one. It shows whether a parser loses or carries over anything."""


def pair(name: Column, *, backed: bool = False, perms: str | None = None) -> tuple[Vma, Vma]:
    """Return the mapping that a case tests, and `FOLLOWER`."""
    if backed:
        first = file_vma(BASE, BASE + 8 * PAGE, name, perms=perms or "r--p", offset=2 * PAGE)
    else:
        first = Vma(BASE, BASE + 8 * PAGE, perms or "rw-p", name=name)
    return first, FOLLOWER


def make(
    group: str,
    name: str,
    shows: str,
    mappings: Sequence[Vma],
    *,
    source: str,
    since: str = "",
    until: str = "",
    producer: str = "linux",
    tags: Iterable[str] = (),
    fields_of: str = "",
    header: printer.Header = printer.linux64,
    kinds: Sequence[str] = ("maps", "smaps"),
    either: Sequence[Json] = (),
) -> Case:
    """Return a case with *mappings* printed as each of *kinds*.

    *fields_of* is the release whose smaps fields are printed. The default is the release *since*.
    """
    fields_of = fields_of or newest_fields(since)
    maps = b"".join(header(vma) + b"\n" for vma in mappings)
    smaps = b""
    records: list[Json] = []
    for number, vma in enumerate(mappings):
        lines = None
        if "smaps" in kinds or "smaps_rollup" in kinds:
            lines = printer.lines_of(vma, fields_of, number) if vma.lines is None else vma.lines
            smaps += b"".join(part + b"\n" for part in (header(vma), *(x.printed for x in lines)))
        records.append(printer.record(vma, lines))
    texts = {kind: maps if kind == "maps" else smaps for kind in kinds}
    return Case(
        group,
        name,
        shows,
        source,
        texts,
        records,
        producer=producer,
        since=since,
        until=until,
        tags=tuple(tags),
        either=tuple(either),
        interpretations=tuple(_interpretations(mappings)),
    )


def newest_fields(release: str) -> str:
    """Return the key of `printer.FIELDS` that applies to *release*; the newest if it is empty."""
    if not release:
        return list(printer.FIELDS)[-1]
    numbers = _numbers(release)
    older = [known for known in printer.FIELDS if _numbers(known) <= numbers]
    return older[-1] if older else next(iter(printer.FIELDS))


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


def _interpretations(mappings: Sequence[Vma]) -> Iterable[Json]:
    for number, vma in enumerate(mappings):
        for interpretation in vma.name.interpretations:
            yield {
                "record": number,
                "policy": interpretation.policy,
                "path": text(interpretation.path),
                "deleted": interpretation.deleted,
            }


def with_lines(vma: Vma, lines: Iterable[FieldLine]) -> Vma:
    """Return *vma* with exactly these fields of smaps."""
    return attrs.evolve(vma, lines=tuple(lines))


def allow(policy: str, *records: int) -> Json:
    """Return an allowed answer: these records, by index."""
    return {"policy": policy, "records": list(records)}


def refuse(policy: str) -> Json:
    """Return an allowed answer: the dump is refused."""
    return {"policy": policy, "rejected": True}
