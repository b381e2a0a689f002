"""A module in JSON, as ``docs/json.md`` describes it."""

from __future__ import annotations

from procmaps.json_format import JsonObject, bytes_to_json, name_to_json
from procmaps.live.loaded_module import LoadedModule


def module_to_json(row: LoadedModule) -> JsonObject:
    """Return a module: addresses and offsets as texts, sizes as numbers, nothing that is absent."""
    module = row.module
    record: JsonObject = {
        "name": name_to_json(module.name),
        "device": {"major": module.device.major, "minor": module.device.minor},
        "inode": str(module.inode),
        "start": hex(module.start),
        "end": hex(module.end),
        "base": hex(module.base),
        "copy": module.copy,
        "offset": hex(module.offset),
        "deleted": module.deleted,
        "mappings": [
            {
                **_range((each.start, each.end)),
                "perms": str(each.perms),
                "offset": hex(each.offset),
            }
            for each in module.mappings
        ],
        "anonymous": [_range((each.start, each.end)) for each in module.anonymous],
        "gaps": [_range(each) for each in module.gaps],
    }
    for name, value in (("text", module.text), ("bss", row.bss), ("relro", row.relro)):
        if value is not None:
            record[name] = _range(value)
    if module.member is not None:
        member = module.member
        record["member"] = {"name": bytes_to_json(member.name), "size": member.size}
    if row.build_id is not None:
        record["build_id"] = row.build_id.hex()
    if row.bias is not None:
        record["bias"] = hex(row.bias)
    if row.how is not None:
        record["how"] = row.how
    if row.problems:
        record["problems"] = [*row.problems]
    return record


def _range(edges: tuple[int, int]) -> JsonObject:
    return {"start": hex(edges[0]), "end": hex(edges[1])}
