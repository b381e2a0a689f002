"""From mappings to cases: what the modules of the groups call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from corpus.tools.builder import printer
from corpus.tools.builder.model import PAGE, STACK, Case, Column, Json, Line, Vma, file_vma, text

BASE = 0x7F2A4C000000
FOLLOWER = Vma(0x7FFC12345000, 0x7FFC12366000, name=STACK)
"""The mapping behind the one that a case is about: it shows what was swallowed or carried over."""


def pair(name: Column, *, backed: bool = False, perms: str | None = None) -> tuple[Vma, Vma]:
    """The mapping that a case is about, and the one that follows it."""
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
    age: str = "",
    header: printer.Header = printer.linux64,
    kinds: Sequence[str] = ("maps", "smaps"),
    either: Sequence[Json] = (),
) -> Case:
    """A case of *mappings* that some kernel could print, as maps, as smaps or as both.

    *age* says which kernel's fields; without it those of the release *since*.
    """
    age = age or age_of(since)
    maps = b"".join(header(vma) + b"\n" for vma in mappings)
    smaps = b""
    records: list[Json] = []
    for number, vma in enumerate(mappings):
        lines = None
        if "smaps" in kinds or "smaps_rollup" in kinds:
            lines = printer.lines_of(vma, age, number) if vma.lines is None else vma.lines
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
        interpretations=tuple(_readings(mappings)),
    )


def age_of(release: str) -> str:
    """The fields that kernels had at *release*: those of the newest age before it; "": the last."""
    if not release:
        return list(printer.AGES)[-1]
    numbers = _numbers(release)
    older = [age for age in printer.AGES if _numbers(age) <= numbers]
    return older[-1] if older else next(iter(printer.AGES))


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


def _readings(mappings: Sequence[Vma]) -> Iterable[Json]:
    for number, vma in enumerate(mappings):
        for reading in vma.name.interpretations:
            yield {
                "record": number,
                "policy": reading.policy,
                "path": text(reading.path),
                "deleted": reading.deleted,
            }


def with_lines(vma: Vma, lines: Iterable[Line]) -> Vma:
    """*vma* with these fields of smaps and no others."""
    return attrs.evolve(vma, lines=tuple(lines))


def allow(policy: str, *records: int) -> Json:
    """An answer allowed: these records, by index."""
    return {"policy": policy, "records": list(records)}


def refuse(policy: str) -> Json:
    """An answer allowed: that the dump is refused."""
    return {"policy": policy, "rejected": True}
