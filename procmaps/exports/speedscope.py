"""speedscope's JSON: https://www.speedscope.app/file-format-schema.json."""

from __future__ import annotations

import json
from collections.abc import Sequence

from procmaps.exports.stacks import EXPORTED, stacks_of
from procmaps.usage.groups import Account

_SCHEMA = "https://www.speedscope.app/file-format-schema.json"


def to_speedscope(
    accounts: Sequence[tuple[str, Account]], figures: Sequence[str] = EXPORTED
) -> bytes:
    """Return a file with one profile for each figure; a sample is a smallest group.

    Sizes have the unit bytes. A group of size 0 is left out of the profile.
    """
    stacks = stacks_of(accounts, figures)
    frames: dict[str, int] = {}
    samples = [[frames.setdefault(name, len(frames)) for name in row.names] for row in stacks.rows]
    profiles: list[object] = []
    for index, figure in enumerate(stacks.figures):
        weights = [row.values[index] for row in stacks.rows]
        kept = [position for position, weight in enumerate(weights) if weight]
        profiles.append(
            {
                "type": "sampled",
                "name": figure,
                "unit": "none" if figure == "count" else "bytes",
                "startValue": 0,
                "endValue": sum(weights),
                "samples": [samples[position] for position in kept],
                "weights": [weights[position] for position in kept],
            }
        )
    record = {
        "$schema": _SCHEMA,
        "exporter": "procmaps",
        "name": ", ".join(stacks.titles),
        "activeProfileIndex": 0,
        "shared": {"frames": [{"name": name} for name in frames]},
        "profiles": profiles,
    }
    return json.dumps(record).encode("ascii") + b"\n"
