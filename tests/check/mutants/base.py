"""What the mutants are made from: a parser that is right, and one that goes line by line."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from procmaps import loads
from procmaps.check.judging import fields_of
from procmaps.names import AnonInode, AnonName, AnonShmemName, Backed, Labelled
from procmaps.records import Mapping

LABELLED = AnonName | AnonShmemName | AnonInode | Labelled

Answer = list[dict[str, Any]]
Parser = Callable[[bytes], Answer]


def right(dump: bytes) -> Answer:
    """Every member that the protocol has, as it should be. Raises ValueError to refuse a dump."""
    return [dict(item) | {"usage": dict(item["usage"])} if "usage" in item else dict(item)
            for item in _right(dump)]  # fmt: skip


@functools.lru_cache(2048)
def _right(dump: bytes) -> Answer:
    return [_object(mapping) for mapping in loads(dump)]


def _object(mapping: Mapping) -> dict[str, Any]:
    name = mapping.name
    made: dict[str, Any] = {
        "start": mapping.start,
        "end": mapping.end,
        "perms": str(mapping.perms),
        "offset": mapping.offset,
        "device": str(mapping.device),
        "inode": mapping.inode,
        "name": name.raw,
        "path": name.path if isinstance(name, Backed) else None,
        "deleted": isinstance(name, Backed) and name.deleted,
        "label": name.label if isinstance(name, LABELLED) else None,
    }
    if mapping.usage is not None:
        fields = fields_of(mapping.usage)
        made["usage"] = fields
        made["keys"] = list(fields)
    return made


HEADER = re.compile(
    rb"([0-9a-f]+)-([0-9a-f]+) ([r=-][w=-][x=-][psSg]) ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) ([0-9]+)"
    rb"(?: *)(.*)",
    re.DOTALL,
)


def by_lines(lines: list[bytes], header: re.Pattern[bytes] = HEADER) -> Answer:
    """A plain parser of header lines; whatever else it meets it skips."""
    return [
        {
            "start": int(match[1], 16),
            "end": int(match[2], 16),
            "perms": match[3].decode(),
            "offset": int(match[4], 16),
            "device": match[5].decode(),
            "inode": int(match[6]),
            "name": match[7],
        }
        for match in map(header.fullmatch, lines)
        if match
    ]


def lines_of(dump: bytes) -> list[bytes]:
    """The lines as they should be told apart: at newlines, and nowhere else."""
    return [line for line in dump.split(b"\n") if line]
