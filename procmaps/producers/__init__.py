"""Who prints these files, to the byte: one `Producer` for each kernel or emulation that is known.

`procmaps.formats.dialects` says what a *reader* has to tell apart; this says what a *writer* does:
widths, padding, line order, escaping, limits. Every difference between releases is a span of
releases in the tables; nothing compares version numbers.
"""

from procmaps.formats.header_line import Bits, HeaderFormat
from procmaps.producers.linux import PATHLESS
from procmaps.producers.model import FieldLine, LabelRule, Producer, ProducerKind
from procmaps.producers.registry import as_producer, every_producer, newest, parse
from procmaps.producers.variants import VARIANTS, Variant

__all__ = [
    "PATHLESS",
    "VARIANTS",
    "Bits",
    "FieldLine",
    "HeaderFormat",
    "LabelRule",
    "Producer",
    "ProducerKind",
    "Variant",
    "as_producer",
    "every_producer",
    "newest",
    "parse",
]
