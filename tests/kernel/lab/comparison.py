"""Compare parsed mappings with a capture's ground truth."""

from __future__ import annotations

import itertools
import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel.lab.scenario_builder import END, HEAP
from procmaps import Mapping
from procmaps.records import names

# The limit of interpretations of an ambiguous name; n newlines make 2**n of them.
INTERPRETATIONS = 64


def truths(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(folder.glob("*.truth.json")):
        yield path.name.removesuffix(".truth.json"), json.loads(path.read_bytes())


def bytes_of(value: dict[str, str] | None) -> bytes | None:
    return None if value is None else b64decode(value["base64"])


def check_area(
    mappings: list[Mapping], regions: list[dict[str, Any]], where: str, end: int = END
) -> None:
    """Check that mappings cover all regions exactly, and that there are no others below *end*."""
    explained: set[int] = set()
    for region in regions:
        inside = [m for m in mappings if region["start"] <= m.start < region["end"]]
        context = f"{where}: {region}"
        ends = [region["start"], *(m.end for m in inside)]
        assert [m.start for m in inside] == ends[:-1], context
        assert ends[-1] == region["end"], context
        for mapping in inside:
            check_mapping(mapping, region, context)
            explained.add(mapping.start)
    area = {m.start for m in mappings if HEAP <= m.start < end}
    assert area <= explained, where


def check_mapping(mapping: Mapping, region: dict[str, Any], context: str) -> None:
    assert str(mapping.perms) == region["perms"], context
    backed = region["kind"] not in ("anonymous", "heap")
    offset = region["offset"] + mapping.start - region["start"] if backed else 0
    assert mapping.offset == offset, context
    if "inode" in region:
        assert mapping.inode == region["inode"], context
    elif not backed:
        assert mapping.inode == 0, context
    if "device" in region:
        assert [mapping.device.major, mapping.device.minor] == region["device"], context
    check_name(mapping.name, region, context)
    if mapping.usage is not None:
        assert mapping.usage.size == mapping.end - mapping.start, context


def check_name(name: names.Name, region: dict[str, Any], context: str) -> None:
    label = bytes_of(region["label"])
    kind = region["kind"]
    if kind == "heap":
        assert name == names.Heap(), context
    elif label is not None:
        labelled = names.AnonName if kind == "anonymous" else names.AnonShmemName
        assert name == labelled.of(label), context
    elif kind == "anonymous":
        assert name == names.Unnamed(), context
    elif kind == "shared":
        assert name.raw == b"/dev/zero (deleted)", context
    elif kind == "hugetlb":
        assert name.raw == b"/anon_hugepage (deleted)", context
    elif kind == "sysv":
        assert isinstance(name, names.SysV), context
    elif kind == "object":
        assert name.raw.removesuffix(names.DELETED) == bytes_of(region["name"]), context
    elif kind == "memfd":
        assert isinstance(name, names.Memfd), context
        interpretations = itertools.islice(name.interpretations(), INTERPRETATIONS)
        assert bytes_of(region["name"]) in [each.value for each in interpretations], context
    else:
        assert isinstance(name, names.FilePath), context
        interpretations = itertools.islice(name.interpretations(), INTERPRETATIONS)
        original = (bytes_of(region["name"]), not region["linked"])
        assert original in [(each.value, each.deleted) for each in interpretations], context
