"""Find dumps inside other text: crash reports, tombstones, logs, mail, source code.

`extract` removes, layer by layer, what was done to a dump on its way into the text. Each layer is a
module in ``layers``; ``pipeline`` has their order. Then ``grouping`` collects the lines of each
dump, and ``assembly`` makes an `Extract` of them. A mapping may begin anywhere in a line.
"""

from procmaps.extraction.extracts import Extract, account_for
from procmaps.extraction.pipeline import extract
from procmaps.extraction.results import (
    ByteSpan,
    ByteUse,
    Container,
    Doubt,
    PartialMapping,
    Repair,
    RepairKind,
    SkippedLine,
    SkipReason,
)

__all__ = [
    "ByteSpan",
    "ByteUse",
    "Container",
    "Doubt",
    "Extract",
    "PartialMapping",
    "Repair",
    "RepairKind",
    "SkipReason",
    "SkippedLine",
    "account_for",
    "extract",
]
