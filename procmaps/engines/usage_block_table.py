"""The smaps field blocks, deduplicated: `UsageTable`."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import attrs

from procmaps.engines.intern_table import InternTable
from procmaps.formats.smaps_fields import FIELDS
from procmaps.grammar.parsed_line import FieldLine, Form, ImpossibleValue

MISSING = 2**64 - 1
"""Value in a usage column: the field was not printed.

It cannot be a printed value. A size is a multiple of 1024, and `UsageTable.add_field` refuses it as
a count.
"""

ABSENT = 2**32 - 1
"""Value in a column of flags indexes: there was no ``VmFlags`` line."""


@attrs.define(eq=False)
class UsageTable:
    """The field blocks, one row for each distinct block. Row 0 is the empty block.

    Mappings with equal blocks share a row, so a process with many mappings needs few rows. A column
    can be shorter than the table: in the rows after its end, the field was not printed.
    """

    rows: int = 1
    numbers: dict[str, array[int]] = attrs.field(factory=dict[str, "array[int]"])
    """Usage columns by attribute of `procmaps.records.usage.Usage`, in bytes; `MISSING` if not
    printed."""
    flags_index: array[int] = attrs.field(factory=lambda: array("I"))
    """Index in `flags` by row; `ABSENT` if not printed."""
    flags: InternTable = attrs.field(factory=InternTable)
    """The distinct texts after ``VmFlags:``."""
    extra: dict[int, list[tuple[bytes, bytes]]] = attrs.field(
        factory=dict[int, list[tuple[bytes, bytes]]]
    )
    """By row: key and value of each line with an unknown key."""
    labels: dict[int, bytes] = attrs.field(factory=dict[int, bytes])
    """By row: the name in old Android's ``Name:`` line."""

    def add_field(self, row: int, field: FieldLine) -> None:
        """Add a line to the last *row*, or to a new row after it.

        Raises `ImpossibleValue`, without adding a row, for a second line with this key or for a
        value of the wrong form.
        """
        known = FIELDS.get(field.key)
        if known is not None and known.unit in ("kB", "count"):
            self._require_first(len(self.numbers.get(known.attribute, ())), row)
            self.extend_numbers(known.attribute, row, (_number(field, known.unit),))
        else:
            if field.form == "flags":
                self._require_first(len(self.flags_index), row)
            elif field.form == "label":
                self._require_first(row + (row in self.labels), row)
            self.extend_texts(field.form, field.key, row, (field.text,))
        self.rows = row + 1

    @staticmethod
    def _require_first(filled: int, row: int) -> None:
        if filled > row:
            raise ImpossibleValue("key", "this field occurs twice in one entry")

    def extend_numbers(self, attribute: str, row: int, values: Iterable[int]) -> None:
        """Append *values* to a usage column; the first one is for *row*."""
        column = self.numbers.get(attribute)
        if column is None:
            column = self.numbers[attribute] = array("Q")
        _fill(column, row, MISSING)
        column.extend(values)

    def extend_texts(self, form: Form, key: bytes, row: int, texts: Iterable[bytes]) -> None:
        """Store the texts of lines without a usage column; the first one is for *row*."""
        if form == "flags":
            _fill(self.flags_index, row, ABSENT)
            self.flags_index.extend(self.flags.indexes([*texts]))
        elif form == "label":
            self.labels.update(enumerate(texts, row))
        else:
            for text_row, text in enumerate(texts, row):
                self.extra.setdefault(text_row, []).append((key, text))


def _number(field: FieldLine, unit: str) -> int:
    wanted: Form = "size" if unit == "kB" else "count"
    if field.form != wanted:
        kind = "a size in kB" if wanted == "size" else "a number without a unit"
        raise ImpossibleValue("value", f"{field.key.decode()} must be {kind}")
    if field.value >= MISSING:
        limit = (MISSING - 1) // (1024 if wanted == "size" else 1)
        raise ImpossibleValue("value", f"the number must be at most {limit}")
    return field.value


def _fill(column: array[int], row: int, filler: int) -> None:
    """Append *filler* until *column* has *row* items."""
    if len(column) < row:
        column.extend([filler] * (row - len(column)))
