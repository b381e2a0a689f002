"""From the lines of one dump to an `Extract`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from procmaps.extraction.drafts import Draft, make_drafts
from procmaps.extraction.dump_lines import kernel_line, partial_mapping
from procmaps.extraction.grouping import Group
from procmaps.extraction.markers import is_coredump
from procmaps.extraction.results import (
    Container,
    Extract,
    PartialMapping,
    Repair,
    RepairKind,
    SkippedLine,
)
from procmaps.snapshots.loading import loads

_MISSING_COLUMNS = {
    "linux": frozenset[str](),
    "wsl": frozenset[str](),
    "cygwin": frozenset[str](),
    "tombstone": frozenset({"sharing", "device", "inode"}),
    "sanitizer": frozenset({"perms", "sharing", "offset", "device", "inode"}),
}
"""The columns that a format does not print."""

_CONTAINERS: tuple[tuple[RepairKind, Container], ...] = (
    ("quote", "mail"),
    ("quoted-printable", "mail"),
    ("log prefix", "log"),
    ("string", "string"),
    ("comment", "comment"),
    ("markup", "markup"),
)
"""The container that a repair of most mappings shows, the first that applies."""

_SHOWN_BY_ONE = ("string", "markup")
"""Repairs that show their container even if only one mapping has them."""


def assemble(group: Group) -> Extract:
    """Return the dump in *group*."""
    drafts, others = make_drafts(group)
    mappings: list[PartialMapping] = []
    lines: list[bytes] = []
    origins: list[tuple[int, ...]] = []
    repairs: list[Repair] = []
    for draft in drafts:
        mapping = partial_mapping(draft)
        mappings.append(mapping)
        lines.append(kernel_line(draft, mapping))
        origins.append(draft.line.numbers)
        repairs += draft.line.repairs
        for field in draft.fields:
            lines.append(field.text)
            origins.append(field.line.numbers)
            repairs += field.line.repairs
    text = b"".join(line + b"\n" for line in lines)
    used = {number for numbers in origins for number in numbers}
    # A single line that only another system prints shows the system of all of them.
    form = next((m.format for m in group.matches if m.format != "linux"), "linux")
    assumed = set(_MISSING_COLUMNS[form])
    if any(mapping.offset is None for mapping in mappings):
        assumed.add("offset")
    return Extract(
        container=_container(group, drafts),
        first_line=min(used),
        last_line=max(used),
        mappings=tuple(mappings),
        text=text,
        origins=tuple(origins),
        assumed=frozenset(assumed),
        snapshot=loads(
            text, errors="collect", dialect=form if form in ("wsl", "cygwin") else "auto"
        ),
        repairs=tuple(sorted(dict.fromkeys(repairs), key=lambda repair: repair.line)),
        skipped=tuple(
            dict.fromkeys(
                SkippedLine(number, original)
                for line in others
                for number, original in zip(line.numbers, line.originals, strict=True)
                if number not in used
            )
        ),
        declared=_declared(group),
    )


def _container(group: Group, drafts: Sequence[Draft]) -> Container:
    if group.heading and group.heading.container:
        return group.heading.container
    first = drafts[0]
    if any(is_coredump(repair.detail) for repair in first.line.repairs):
        return "coredump"
    if first.match.format == "tombstone":
        return "tombstone"
    if first.match.format == "sanitizer":
        return "sanitizer"
    counts = Counter(
        kind for draft in drafts for kind in {repair.kind for repair in draft.line.repairs}
    )
    for kind, container in _CONTAINERS:
        if counts[kind] * 2 > len(drafts) or (kind in _SHOWN_BY_ONE and counts[kind]):
            return container
    return "plain"


def _declared(group: Group) -> int | None:
    for marker in (group.ending, group.heading):
        if marker and marker.declared is not None:
            return marker.declared
    return None
