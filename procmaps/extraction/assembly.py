"""From the lines of one dump to the contents of an `Extract`."""

from __future__ import annotations

import heapq
import itertools
import sys
from collections.abc import Iterable, Iterator

from procmaps._cached_property import cached_property
from procmaps.extraction.accounting import (
    as_unread,
    hidden_mappings,
    line_spans,
    skipped_lines,
    unread_spans,
    with_line_ends,
)
from procmaps.extraction.container_evidence import ContainerEvidence
from procmaps.extraction.drafts import Draft, DraftField, make_drafts, make_fields
from procmaps.extraction.dump_lines import kernel_line, missing_columns, partial_mapping
from procmaps.extraction.grouping import Group
from procmaps.extraction.listing_names import finish_names
from procmaps.extraction.packed_items import PackedItems
from procmaps.extraction.remarks import separate_remarks
from procmaps.extraction.results import (
    ByteSpan,
    Container,
    Doubt,
    PartialMapping,
    Repair,
    RepairKind,
    SkippedLine,
)
from procmaps.extraction.source_lines import SourceLine
from procmaps.snapshots.loading import loads
from procmaps.snapshots.snapshot import Snapshot


class Assembled:
    """A dump with its text. Everything else is packed until it is asked for.

    The properties are those of `Contents`.
    """

    def __init__(self, group: Group) -> None:
        self._source = group.source
        self._mappings = PackedItems[PartialMapping]()
        self._origins = PackedItems[tuple[int, ...]]()
        self._repairs = PackedItems[Repair]()
        self._doubts = PackedItems[Doubt]()
        self._entries = PackedItems[ByteSpan]()
        self._unread = PackedItems[ByteSpan]()
        self._others = PackedItems[SkippedLine]()
        self._text = bytearray()
        self._assumed: frozenset[str] = frozenset()
        self._lines = sys.maxsize, 0
        self._long_repairs: set[tuple[int, RepairKind, int]] = set()
        # A single line that only another system prints shows the system of all of them.
        self._format = next((m.format for m in group.matches if m.format != "linux"), "linux")
        self.declared = _declared(group)
        self.container = self._add(group)
        self.text = bytes(self._text)
        """The dump as the kernel prints it."""
        del self._text

    # --- making it --------------------------------------------------------------------------------

    def _add(self, group: Group) -> Container:
        """Add all lines of the dump, and return its container."""
        drafts = make_drafts(group)
        finish_names(drafts, group.heading)
        separate_remarks(drafts)
        evidence = ContainerEvidence(group.heading)
        rest = iter(drafts)
        for each in make_fields(group):
            if isinstance(each, DraftField):
                self._entries.extend(line_spans(each.line, each.begin, len(each.line.text)))
                self._add_line(each.text, each.line)
            elif each:
                self._unread.extend(unread_spans(each))
                self._others.extend(skipped_lines([each]))
            else:
                draft = next(rest)
                self._add_mapping(draft)
                evidence.add(draft)
        return evidence.container()

    def _add_mapping(self, draft: Draft) -> None:
        mapping = partial_mapping(draft)
        text = kernel_line(draft, mapping)
        line = draft.line
        self._mappings.append(mapping)
        self._assumed |= missing_columns(mapping)
        self._doubts.extend(line.doubts)
        self._entries.extend(line_spans(line, draft.match.column, draft.end))
        self._add_line(text, line)

    def _add_line(self, text: bytes, line: SourceLine) -> None:
        self._text += text + b"\n"
        numbers = line.numbers
        self._origins.append(numbers)
        self._lines = min(self._lines[0], *numbers), max(self._lines[1], *numbers)
        self._repairs.extend(filter(self._is_other, line.repairs))

    def _is_other(self, repair: Repair) -> bool:
        """Return whether no line before has *repair*, if its detail is long; otherwise True.

        The detail may be all lines of the dump, and each of them has the repair.
        """
        number = self._source.long_texts.shortened(repair.detail)
        if isinstance(number, bytes):
            return True
        key = (repair.line, repair.kind, number)
        is_other = key not in self._long_repairs
        self._long_repairs.add(key)
        return is_other

    # --- reading it -------------------------------------------------------------------------------

    @property
    def first_line(self) -> int:
        """The first line of the input that is in the dump."""
        return self._lines[0]

    @property
    def last_line(self) -> int:
        """The last line of the input that is in the dump."""
        return self._lines[1]

    @property
    def assumed(self) -> frozenset[str]:
        """The columns that some mapping does not have."""
        return self._assumed

    @cached_property
    def mappings(self) -> tuple[PartialMapping, ...]:
        """The mappings."""
        return tuple(self._mappings)

    @cached_property
    def origins(self) -> tuple[tuple[int, ...], ...]:
        """The lines of the input, for each line of the text."""
        return tuple(self._origins)

    @cached_property
    def snapshot(self) -> Snapshot:
        """The text, parsed."""
        dialect = self._format if self._format in ("wsl", "cygwin") else "auto"
        return loads(self.text, errors="collect", dialect=dialect)

    @cached_property
    def repairs(self) -> tuple[Repair, ...]:
        """The repairs, each once, in the order of the lines."""
        return tuple(sorted(dict.fromkeys(self._repairs), key=lambda repair: repair.line))

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """The doubts, each once, in the order of the lines."""
        return tuple(sorted(dict.fromkeys(self._doubts), key=lambda doubt: doubt.line))

    @cached_property
    def skipped(self) -> tuple[SkippedLine, ...]:
        """The text that was not read, in order."""
        hidden = hidden_mappings(self._uses, self._source)
        return tuple(sorted((*self._others, *hidden), key=lambda each: each.begin))

    @cached_property
    def spans(self) -> tuple[ByteSpan, ...]:
        """The use of all bytes of the dump."""
        return tuple(as_unread(self._uses, self._source))

    @property
    def _uses(self) -> Iterator[ByteSpan]:
        both = heapq.merge(_in_order(self._entries), _in_order(self._unread), key=_place)
        return with_line_ends(both, self._source)


def _in_order(spans: Iterable[ByteSpan]) -> Iterable[ByteSpan]:
    """Return *spans* in their order in the input; they nearly always are."""
    is_ordered = all(_place(one) <= _place(other) for one, other in itertools.pairwise(spans))
    return spans if is_ordered else sorted(spans, key=_place)


def _place(span: ByteSpan) -> tuple[int, int]:
    return span.begin, span.end


def _declared(group: Group) -> int | None:
    for marker in (group.ending, group.heading):
        if marker and marker.declared is not None:
            return marker.declared
    return None
