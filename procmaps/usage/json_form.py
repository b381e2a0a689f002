"""Accounts and differences as JSON; ``docs/json.md`` describes the form."""

from __future__ import annotations

from procmaps.json_format import VERSION, Json, JsonObject, bytes_to_json, to_json
from procmaps.live.gaps import Gap, reason_of
from procmaps.usage.differences import Difference, GroupChange, MappingChange
from procmaps.usage.families import Family
from procmaps.usage.figures import FIGURES, SUMMED
from procmaps.usage.groups import Account, Component, Group


def account_to_json(account: Account) -> JsonObject:
    """Return an account: its keys, the total with its groups, and the gaps."""
    return {
        "version": VERSION,
        "keys": list(account.by),
        "total": group_to_json(account.total),
        "gaps": [gap_to_json(gap) for gap in account.gaps],
    }


def group_to_json(group: Group) -> JsonObject:
    """Return a group with the groups below it.

    ``figures`` has a member for each figure that some mapping has, in bytes. An absent figure has
    no member. ``bounds`` has those that may be too small, ``missing`` those that some mappings
    lack.
    """
    record: JsonObject = {}
    if group.by:
        record["by"] = group.by
    if group.name is not None:
        record["name"] = _component(group.name)
    figures = {name: group.figure(name) for name in FIGURES}
    record |= {
        "mappings": group.mappings,
        "size": group.size,
        "figures": {
            name: figure.value for name, figure in figures.items() if figure.value is not None
        },
        "bounds": {
            name: figure.bound
            for name, figure in figures.items()
            if figure.value is not None and figure.bound
        },
        "missing": {
            name: figure.absent
            for name, figure in figures.items()
            if figure.value is not None and figure.absent
        },
        "refused": group.refused,
        **(
            {
                "unknown": [
                    {"key": bytes_to_json(key), "value": value}
                    for key, value in group.unknown.items()
                ]
            }
            if group.unknown
            else {}
        ),
        "groups": [group_to_json(each) for each in group.groups],
    }
    return record


def _component(name: Component) -> Json:
    return bytes_to_json(name) if isinstance(name, bytes) else name


def gap_to_json(gap: Gap) -> JsonObject:
    """Return a process that could not be read: its ``pid``, a ``reason`` and a ``message``."""
    return {"pid": gap.pid, "reason": reason_of(gap.error), "message": str(gap.error)}


def family_to_json(family: Family) -> JsonObject:
    """Return what a family uses as one: ``unique``, and ``twins``, which are not counted."""
    record: JsonObject = {
        "twins": [{"pid": pid, "same_as": other} for pid, other in family.twins.items()]
    }
    unique = family.unique
    if unique.value is not None:
        most: JsonObject = {"most": unique.value + unique.bound}
        record["unique"] = {"least": unique.value, **({} if unique.state == "partial" else most)}
    return record


def difference_to_json(difference: Difference) -> JsonObject:
    """Return a difference: the changes of groups, and of mappings."""
    return {
        "version": VERSION,
        "keys": list(difference.by),
        "total": _group_change(difference.total),
        "mappings": [_mapping_change(change) for change in difference.mappings],
    }


def _group_change(change: GroupChange) -> JsonObject:
    record: JsonObject = {}
    if change.by:
        record["by"] = change.by
    if change.name is not None:
        record["name"] = _component(change.name)
    deltas = {name: delta for name in FIGURES if (delta := change.delta(name)) is not None}
    bounds = {name: bound for name in deltas if (bound := change.bound(name))}
    record |= {
        "mappings": change.mappings,
        "size": change.size,
        "figures": dict[str, Json](deltas),
        "bounds": dict[str, Json](bounds),
        "groups": [_group_change(part) for part in change.groups if part.changed],
    }
    return record


def _mapping_change(change: MappingChange) -> JsonObject:
    deltas = {name: delta for name in SUMMED if (delta := change.delta(name)) is not None}
    return {
        "events": list(change.events),
        "causes": {str(cause): amount for cause, amount in change.causes.items()},
        "size": change.size,
        "figures": dict[str, Json](deltas),
        "before": [to_json(mapping) for mapping in change.before],
        "after": [to_json(mapping) for mapping in change.after],
    }
