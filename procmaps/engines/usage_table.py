"""What stands below the header lines of smaps, in columns: `UsageTable`."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping

import attrs

from procmaps.engines.selection import engine
from procmaps.formats.smaps_fields import FIELDS
from procmaps.grammar.parsed_line import FieldLine, Form, ImpossibleValue

MISSING = 2**64 - 1
"""What a usage column holds for a field that was not printed. No size is: it is not a multiple of
1024, and `Columns.field` refuses it as a count."""

ABSENT = 2**32 - 1
"""What the ``vm_flags`` column holds where there was no ``VmFlags`` line."""


class InternTable(dict[bytes, int]):
    """A table of distinct texts, each with its place; a column of places stands for the texts."""

    def __init__(self, *texts: bytes) -> None:
        super().__init__((text, place) for place, text in enumerate(texts))
        self.texts = [*texts]

    def __missing__(self, text: bytes) -> int:
        """Add *text*; looking a text up gives its place, a new one where there is none."""
        place = self[text] = len(self.texts)
        self.texts.append(text)
        return place

    def index(self, text: bytes) -> int:
        """Where *text* stands in `texts`; it is added if it is new."""
        return self[text]


@attrs.define(eq=False)
class UsageTable:
    """What stands below headers, one row for each; row 0 is that of nothing.

    Mappings that are in use alike share a row, so that a process of many mappings has few. A column
    may be shorter than the table: what is behind its end was not printed.
    """

    rows: int = 1
    numbers: dict[str, array[int]] = attrs.field(factory=dict[str, "array[int]"])
    """By attribute of `procmaps.records.mapping.Usage`; `MISSING` where not printed."""
    vm_flags: array[int] = attrs.field(factory=lambda: array("I"))
    """Places in ``flags``; `ABSENT` where not printed."""
    flags: InternTable = attrs.field(factory=InternTable)
    """The distinct texts after ``VmFlags:``."""
    extra: dict[int, list[tuple[bytes, bytes]]] = attrs.field(
        factory=dict[int, list[tuple[bytes, bytes]]]
    )
    """By row, the lines that no table knows: key and value."""
    labels: dict[int, bytes] = attrs.field(factory=dict[int, bytes])
    """By row, the name in old Android's ``Name:`` line."""

    def field(self, row: int, field: FieldLine) -> None:
        """Add a line to the last *row*, or to a new one behind it.

        Raises `ImpossibleValue` where it cannot belong there; then there is no new row.
        """
        known = FIELDS.get(field.key)
        if known is not None and known.unit in ("kB", "count"):
            self._once(len(self.numbers.get(known.attribute, ())), row)
            self.extend_numbers(known.attribute, row, (_number(field, known.unit),))
        else:
            if field.form == "flags":
                self._once(len(self.vm_flags), row)
            elif field.form == "label":
                self._once(row + (row in self.labels), row)
            self.extend_texts(field.form, field.key, row, (field.text,))
        self.rows = row + 1

    @staticmethod
    def _once(filled: int, row: int) -> None:
        if filled > row:
            raise ImpossibleValue("key", "this field stands twice in one entry")

    def extend_numbers(self, attribute: str, row: int, values: Iterable[int]) -> None:
        """Put *values* into a column of numbers, from *row* on."""
        column = self.numbers.get(attribute)
        if column is None:
            column = self.numbers[attribute] = array("Q")
        _fill(column, row, MISSING)
        column.extend(values)

    def extend_texts(self, form: Form, key: bytes, row: int, texts: Iterable[bytes]) -> None:
        """Keep what stood after the colon of lines that are no number, from *row* on."""
        if form == "flags":
            _fill(self.vm_flags, row, ABSENT)
            self.vm_flags.extend(map(self.flags.__getitem__, texts))
        elif form == "label":
            self.labels.update(enumerate(texts, row))
        else:
            for place, text in enumerate(texts, row):
                self.extra.setdefault(place, []).append((key, text))


def _number(field: FieldLine, unit: str) -> int:
    wanted: Form = "size" if unit == "kB" else "count"
    if field.form != wanted:
        kind = "a size in kB" if wanted == "size" else "a number without a unit"
        raise ImpossibleValue("value", f"{field.key.decode()} wants {kind}")
    if field.value >= MISSING:
        raise ImpossibleValue("value", "the number is larger than 64 bits can hold")
    return field.value


def _fill(column: array[int], row: int, filler: int) -> None:
    """Bring *column* up to *row* where the rows before it had no such line."""
    if len(column) < row:
        column.extend([filler] * (row - len(column)))


class UsageColumns(Mapping[str, "array[int]"]):
    """The columns of smaps fields as one needs them for sums: a number a mapping.

    Each is gathered anew when it is asked for; `MISSING` where the field was not printed.
    """

    def __init__(self, below: array[int], numbers: dict[str, array[int]]) -> None:
        self._below = below
        self._numbers = numbers

    def __getitem__(self, attribute: str) -> array[int]:
        return gather(self._numbers[attribute], self._below)

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def gather(numbers: array[int], places: array[int]) -> array[int]:
    """The number at each of *places*, `MISSING` where there is none."""
    if engine() == "native":
        from procmaps.engines import _scanner  # noqa: PLC0415 - only where it was built

        gathered = array("Q", bytes(8 * len(places)))
        _scanner.gather(numbers, places, gathered)
        return gathered
    behind = len(numbers)
    return array("Q", [numbers[at] if at < behind else MISSING for at in places])
