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
    Likely,
    Vma,
    anon,
    file_vma,
    path,
    special,
    text,
)

BASE = 0x7F2A4C000000
FOLLOWER = Vma(0x7FFC12345000, 0x7FFC12366000, name=STACK)
"""The mapping after the tested one. It shows whether a parser loses or carries over anything."""


LIBRARY = path(b"/usr/lib/x86_64-linux-gnu/libc.so.6")
"""A name that every parser reads."""
LABEL = anon(b"libc_malloc")
"""A label that has nothing special."""


def pair(name: Column, *, backed: bool = False, perms: str | None = None) -> tuple[Vma, Vma]:
    """Return the mapping that a case tests, and `FOLLOWER`."""
    if backed:
        first = file_vma(BASE, BASE + 8 * PAGE, name, perms=perms or "r--p", offset=2 * PAGE)
    else:
        first = Vma(BASE, BASE + 8 * PAGE, perms or "rw-p", name=name)
    return first, FOLLOWER


def shared(name: Column) -> tuple[Vma, Vma]:
    """Return a shared mapping of a file that the kernel made, and `FOLLOWER`."""
    return Vma(BASE, BASE + 4 * PAGE, "rw-s", PAGE, 0, 1, 2058, name), FOLLOWER


def make(
    group: str,
    name: str,
    shows: str,
    mappings: Sequence[Vma],
    *,
    source: str,
    feature: str,
    control: Sequence[Vma] | Case | None,
    since: str = "",
    until: str = "",
    producer: str = "linux",
    tags: Iterable[str] = (),
    fields_of: str = "",
    header: printer.Header = printer.linux64,
    control_header: printer.Header | None = None,
    kinds: Sequence[str] = ("maps", "smaps"),
    either: Sequence[Json] = (),
    likely: Likely | None = None,
    disputed: str = "",
    shown_by: Iterable[str] = (),
) -> Case:
    """Return a case with *mappings* printed as each of *kinds*.

    *control* is the same dump without the *feature*: mappings that are printed in the same way, or
    by *control_header*; or a whole case. *fields_of* is the release whose smaps fields are printed.
    The default is the newest up to *until*.
    """
    fields_of = fields_of or newest_fields(until)
    if control is not None and not isinstance(control, Case):
        by_linux = control_header in (printer.linux64, printer.linux32)
        control = attrs.evolve(
            plain(control, kinds, fields_of, control_header or header),
            producer="linux" if by_linux else producer,
        )
    texts, records = printed(mappings, kinds, fields_of, header)
    return Case(
        group,
        name,
        shows,
        source,
        texts,
        records,
        feature=feature,
        producer=producer,
        since=since,
        until=until,
        fields_of=fields_of if "smaps" in kinds else "",
        tags=tuple(tags),
        either=tuple(either),
        interpretations=tuple(_interpretations(mappings)),
        likely=likely or likely_of(producer, until),
        disputed=disputed,
        control=control,
        shown_by=tuple(shown_by),
    )


def printed(
    mappings: Sequence[Vma], kinds: Sequence[str], fields_of: str, header: printer.Header
) -> tuple[dict[str, bytes], list[Json]]:
    """Return the dump of each kind, and the records."""
    maps = b"".join(header(vma) + b"\n" for vma in mappings)
    smaps = b""
    records: list[Json] = []
    for number, vma in enumerate(mappings):
        lines = None
        if "smaps" in kinds or "smaps_rollup" in kinds:
            lines = printer.lines_of(vma, fields_of, number) if vma.lines is None else vma.lines
            smaps += b"".join(part + b"\n" for part in (header(vma), *(x.printed for x in lines)))
        records.append(printer.record(vma, lines))
    return {kind: maps if kind == "maps" else smaps for kind in kinds}, records


def plain(
    mappings: Sequence[Vma],
    kinds: Sequence[str],
    fields_of: str = "6.12",
    header: printer.Header = printer.linux64,
) -> Case:
    """Return the control of a case: a dump without a feature. `writing` gives it a name."""
    texts, records = printed(mappings, kinds, fields_of, header)
    return Case(
        "controls",
        "",
        "",
        "the case that it controls",
        texts,
        records,
        feature="plain",
        fields_of=fields_of if "smaps" in kinds else "",
        tags=("plain",),
        interpretations=tuple(_interpretations(mappings)),
    )


def rollup(release: str) -> Vma:
    """Return the mapping of smaps_rollup, with the fields of *release*."""
    lines = [
        printer.line_of(key, "5.4" if release == "5.4" else "6.12", 4 * (at + 1))
        for at, key in enumerate(printer.ROLLUP_FIELDS[release].split())
    ]
    return with_lines(Vma(0x55E47622E000, 0x7FFE6F691000, "---p", name=special("rollup")), lines)


_IN_USE = "3.10"
"""The oldest kernel that a distributor still maintains."""


def likely_of(producer: str, until: str) -> Likely:
    """Return who prints such a dump, by its producer and the last release that prints it."""
    last = until.removeprefix("before ")
    reaches = _numbers(last) > _numbers(_IN_USE) if last != until else True
    old = bool(last) and not (reaches and _numbers(last) >= _numbers(_IN_USE))
    return "other-systems" if old or producer not in ("linux", "android") else "kernels"


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
