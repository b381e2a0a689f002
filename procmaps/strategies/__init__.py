"""Hypothesis strategies: names, records and whole files as any known producer can print them.

Use them to test programs that read or print memory maps. They need the extra ``test``. They follow
the tables of formats: nothing is drawn that the producer cannot print.

* text: `labels`, `android_labels`, `raw_android_names`, `file_names`
* records: `names`, `mappings`, `address_spaces`
* lines: `edge_lines`, `edge_fields`, `edge_names`, with numbers at their limits
* bytes: `dumps`, `snapshots`, `grammar_bytes`, and `damaged_dumps` for what no producer prints
"""

from procmaps.formats.file_kinds import FileKind
from procmaps.strategies.damage import (
    DAMAGES,
    Damage,
    damaged_dumps,
)
from procmaps.strategies.edges import edge_fields, edge_lines, edge_names
from procmaps.strategies.files import dumps, every_producer, grammar_bytes, snapshots
from procmaps.strategies.mappings import address_spaces, mappings
from procmaps.strategies.names import names
from procmaps.strategies.text import android_labels, file_names, labels, raw_android_names

__all__ = [
    "DAMAGES",
    "Damage",
    "FileKind",
    "address_spaces",
    "android_labels",
    "damaged_dumps",
    "dumps",
    "edge_fields",
    "edge_lines",
    "edge_names",
    "every_producer",
    "file_names",
    "grammar_bytes",
    "labels",
    "mappings",
    "names",
    "raw_android_names",
    "snapshots",
]
