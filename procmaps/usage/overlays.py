"""`Overlay`: labels from elsewhere for memory that has none, such as a JVM's heap or JIT code.

Three forms of text are read:

* what ``jcmd PID System.map`` prints, JDK 24 and later: the address range, then columns, of which
  ``info`` is the label (``JAVAHEAP``, ``META``, ``STACK-71-main`` …)
* a perf map, ``/tmp/perf-PID.map``: ``START SIZE FUNCTION``, in hexadecimal
* lines ``START-END LABEL``, in hexadecimal
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

import attrs

from procmaps._arguments import StrOrBytesPath, as_path
from procmaps._cached_property import cached_property
from procmaps.errors import InvalidOverlay
from procmaps.records.names import AnonName, Unnamed
from procmaps.usage.overlay_sweep import most_covered
from procmaps.usage.tables import Table

_RANGE = rb"(?:0[xX])?(?P<start>[0-9a-fA-F]{1,16})[ \t]*-[ \t]*(?:0[xX])?(?P<end>[0-9a-fA-F]{1,16})"
_SYSTEM_MAP: Final = re.compile(
    # The page size and the notes come before the label, whatever other columns there are.
    _RANGE + rb" .*? [0-9]+[KMG] +(?:-|[a-z]+(?:,[a-z]+)*) +(?P<label>\S.*)"
)
_PERF_MAP: Final = re.compile(
    rb"(?:0[xX])?(?P<start>[0-9a-fA-F]{1,16}) (?:0[xX])?(?P<size>[0-9a-fA-F]{1,16}) (?P<label>.+)"
)
_LINE: Final = re.compile(_RANGE + rb"[ \t]+(?P<label>\S.*)")
_JVM_ONLY: Final = re.compile(rb"0x[0-9a-f]{16}-0x[0-9a-f]{16} ")

JIT_CODE: Final = b"JIT code"
"""The label of all ranges of a perf map. A mapping has thousands of functions."""

JVM: Final = b"JVM"


@attrs.frozen
class LabelledRange:
    """A range of addresses with a label.

    start   The first address.
    end     The exclusive end.
    label   What the memory is.
    """

    start: int
    end: int
    label: bytes


def _sorted(ranges: Sequence[LabelledRange]) -> tuple[LabelledRange, ...]:
    return tuple(sorted(ranges, key=lambda each: (each.start, each.end)))


@attrs.frozen(slots=False)
class Overlay:
    """Labels of address ranges of one process.

    ranges   The ranges, by address. They may overlap, and need not be whole mappings.
    """

    ranges: tuple[LabelledRange, ...] = attrs.field(converter=_sorted)

    @classmethod
    def load(cls, path: StrOrBytesPath) -> Overlay:
        """Return the ranges of a file; the module describes its forms.

        Raises `procmaps.InvalidOverlay` for any other content and `OSError` if it cannot be read.
        """
        return cls.loads(as_path(path).read_bytes())

    @classmethod
    def loads(cls, text: bytes) -> Overlay:
        """Return the ranges of a text; see `load`. Raises `procmaps.InvalidOverlay`."""
        lines = [(number, line.rstrip(b"\r")) for number, line in enumerate(text.split(b"\n"), 1)]
        jvm = any(_JVM_ONLY.match(line) for _, line in lines)
        ranges = [*(_system_map(lines) if jvm else _plain(lines))]
        if not ranges:
            raise InvalidOverlay(0, "has no line of an address range and a label")
        return cls(ranges)

    def label_of(self, start: int, end: int) -> bytes | None:
        """Return the label that has most bytes from *start* to *end*; None if there is none."""
        starts, limits = self._indexes
        first, last = bisect_right(limits, start), bisect_left(starts, end)
        covered: Counter[bytes] = Counter()
        for each in self.ranges[first:last]:
            length = min(each.end, end) - max(each.start, start)
            if length > 0:
                covered[each.label] += length
        return min(covered, key=lambda label: (-covered[label], label), default=None)

    def labels_of(self, asked: Sequence[tuple[int, int]]) -> list[bytes | None]:
        """Return what `label_of` returns for each start and end, in the time of sorting them."""
        return most_covered(self.ranges, asked)

    @cached_property
    def _indexes(self) -> tuple[list[int], list[int]]:
        """The starts, and for each range the largest end of it and all before it."""
        return (
            [each.start for each in self.ranges],
            [*accumulate((each.end for each in self.ranges), max)],
        )


def overlaid(table: Table, overlay: Overlay) -> Table:
    """Return *table* with the labels of *overlay* for unnamed memory, as anonymous memory's."""
    unnamed = [isinstance(name, Unnamed) for name in table.names]
    names, keys, index = [*table.names], [*table.name_keys], [*table.name_index]
    places: dict[bytes, int] = {}
    asked = [row for row, old in enumerate(index) if unnamed[old]]
    labels = overlay.labels_of([(table.start[row], table.end[row]) for row in asked])
    for row, label in zip(asked, labels, strict=True):
        if label is not None:
            if label not in places:
                places[label] = len(names)
                names.append(AnonName.of(label))
                keys.append(("overlay", label))
            index[row] = places[label]
    return attrs.evolve(table, name_index=index, name_keys=keys, name=names.__getitem__)


def _system_map(lines: Sequence[tuple[int, bytes]]) -> Iterator[LabelledRange]:
    """Yield the ranges that have a label; the text has titles, sums and a legend, too."""
    for number, line in lines:
        found = _SYSTEM_MAP.fullmatch(line)
        if not found:
            continue
        # Two spaces end the column. A pattern would look at each run of spaces many times.
        label, _, _ = found["label"].partition(b"  ")
        if label != b"-":
            yield _range(number, found, JVM + b": " + label)


def _plain(lines: Sequence[tuple[int, bytes]]) -> Iterator[LabelledRange]:
    for number, line in lines:
        if not line.strip():
            continue
        if found := _LINE.fullmatch(line):
            yield _range(number, found, found["label"].rstrip(b" \t"))
        elif found := _PERF_MAP.fullmatch(line):
            start = int(found["start"], 16)
            yield LabelledRange(start, start + int(found["size"], 16), JIT_CODE)
        else:
            raise InvalidOverlay(number, "is neither START-END LABEL nor START SIZE FUNCTION")


def _range(number: int, found: re.Match[bytes], label: bytes) -> LabelledRange:
    start, end = int(found["start"], 16), int(found["end"], 16)
    if end < start:
        raise InvalidOverlay(number, "ends before it starts")
    return LabelledRange(start, end, label)
