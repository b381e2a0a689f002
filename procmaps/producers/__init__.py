"""The exact output of every known kernel and emulation: one `Producer` for each.

`procmaps.formats.dialects` has the differences that matter to a *reader*. A producer also has those
of a *writer*: widths, padding, order of lines, escaping, limits. The tables state every difference
between releases as a span of releases; no code compares version numbers.
"""

from procmaps.formats.header_line import HeaderFormat, WordSize
from procmaps.producers.linux import PATHLESS
from procmaps.producers.model import LabelRule, Producer, ProducerKind, SmapsLine
from procmaps.producers.registry import as_producer, every_producer, newest, parse
from procmaps.producers.variants import VARIANTS, Variant

__all__ = [
    "PATHLESS",
    "VARIANTS",
    "HeaderFormat",
    "LabelRule",
    "Producer",
    "ProducerKind",
    "SmapsLine",
    "Variant",
    "WordSize",
    "as_producer",
    "every_producer",
    "newest",
    "parse",
]
