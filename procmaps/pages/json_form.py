"""Pages and sharing as JSON; ``docs/json.md`` describes the form."""

from __future__ import annotations

from collections.abc import Sequence

from procmaps.json_format import VERSION, Json, JsonObject, bytes_to_json, to_json
from procmaps.pages.grouping import PageGroup
from procmaps.pages.results import Pages, known_figures
from procmaps.pages.sharing import FamilySharing
from procmaps.pages.sums import PageSums
from procmaps.usage.json_form import gap_to_json
from procmaps.usage.keys import Key
from procmaps.usage.rules import Rules


def pages_to_json(
    pages: Pages, by: Sequence[Key], *, rules: Rules | None = None, mappings: bool = False
) -> JsonObject:
    """Return the pages of a process: how they were had, the groups by the keys *by*, the mappings.

    A figure that is not known has no member.
    """
    record: JsonObject = {
        "version": VERSION,
        "pid": pages.pid,
        "tier": pages.tier,
        "missing": list(pages.missing),
        "sources": list(pages.sources),
        "faults": list(pages.faults),
        "page_size": pages.page_size,
        "retries": pages.retries,
        "torn": pages.torn,
        "keys": list(by),
        "total": _group(pages.by(*by, rules=rules)),
    }
    if pages.averages is not None:
        record["averages"] = pages.averages
    if mappings:
        record["mappings"] = [
            {"mapping": to_json(each.mapping), **_sums(each.sums)} for each in pages
        ]
    return record


def _sums(sums: PageSums) -> JsonObject:
    record: JsonObject = {"figures": dict[str, Json](known_figures(sums))}
    if sums.sharers is not None:
        record["sharers"] = {str(count): size for count, size in sorted(sums.sharers.items())}
    return record


def _group(group: PageGroup) -> JsonObject:
    record: JsonObject = {}
    if group.by:
        record["by"] = group.by
    if group.name is not None:
        name = group.name
        record["name"] = bytes_to_json(name) if isinstance(name, bytes) else name
    record |= {"mappings": group.sums.mappings, **_sums(group.sums)}
    record["groups"] = [_group(each) for each in group.groups]
    return record


def sharing_to_json(sharing: FamilySharing) -> JsonObject:
    """Return what processes share, and with whom, in bytes."""
    return {
        "version": VERSION,
        "members": list(sharing.members),
        "unique": dict[str, Json](sharing.unique.items()),
        "within": sharing.within,
        "outside": sharing.outside,
        "unseen": sharing.unseen,
        "matrix": [
            [sharing.matrix.get((one, other), 0) for other in sharing.members]
            for one in sharing.members
        ],
        "others": [{"pid": pid, "size": size} for pid, size in sharing.others.items()],
        "twins": [{"pid": pid, "same_as": other} for pid, other in sharing.twins.items()],
        "gaps": [gap_to_json(gap) for gap in sharing.gaps],
        "stale": sharing.stale,
    }
