"""A snapshot as JSON, written mapping by mapping."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

from procmaps.json_format import head_to_json, problem_to_json, to_json
from procmaps.printable import visible
from procmaps.records.mapping import Mapping
from procmaps.snapshots.snapshot import Snapshot


def write_json(target: str, snapshot: Snapshot, rows: Iterable[Mapping], stream: TextIO) -> None:
    """Write the form of `procmaps.json_format.snapshot_to_json` with *target*, a mapping a line."""
    head = json.dumps({"target": visible(target), **head_to_json(snapshot)})
    write = stream.write
    write(f'{head[:-1]}, "mappings": [')
    for index, row in enumerate(rows):
        write(f"{',' if index else ''}\n{json.dumps(to_json(row))}")
    write('],\n"problems": [')
    for index, problem in enumerate(snapshot.problems):
        write(f"{',' if index else ''}\n{json.dumps(problem_to_json(problem))}")
    write("]}\n")
