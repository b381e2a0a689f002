"""Hypothesis strategies: names, records and whole files as any known producer could print them.

For tests of whatever reads or holds memory maps, this package first of all. Needs the extra
``test``. What is drawn follows the tables: what a producer cannot print is not drawn for it.

* text: `labels`, `android_labels`, `raw_android_names`, `file_names`
* records: `names`, `mappings`, `address_spaces`
* bytes: `dumps`, `snapshots`, `grammar_bytes`, and `broken` for what no producer would print
"""

from procmaps.formats.file_kinds import FileKind
from procmaps.strategies.damage import (
    FAULTS,
    Fault,
    beheaded,
    broken,
    dos,
    flipped,
    hollowed,
    littered,
    repeated,
    torn,
    unended,
)
from procmaps.strategies.files import dumps, every_producer, grammar_bytes, snapshots
from procmaps.strategies.mappings import address_spaces, mappings
from procmaps.strategies.names import names
from procmaps.strategies.text import android_labels, file_names, labels, raw_android_names

__all__ = [
    "FAULTS",
    "Fault",
    "FileKind",
    "address_spaces",
    "android_labels",
    "beheaded",
    "broken",
    "dos",
    "dumps",
    "every_producer",
    "file_names",
    "flipped",
    "grammar_bytes",
    "hollowed",
    "labels",
    "littered",
    "mappings",
    "names",
    "raw_android_names",
    "repeated",
    "snapshots",
    "torn",
    "unended",
]
