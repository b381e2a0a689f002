"""What there is against the entries of a dump, one by one and together."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import attrs

from procmaps.errors import escape_bytes
from procmaps.explanation import KERNELS, release_spans
from procmaps.explanation.evidence import (
    Clue,
    Layout,
    field_clues,
    layout_clues,
    name_clues,
    offset_clues,
    word_size,
)
from procmaps.formats.smaps_fields import FIELDS, ORDERS
from procmaps.formats.vm_flags import UNNAMED_BIT
from procmaps.grammar import loading
from procmaps.grammar.parsed_line import FieldLine, HeaderLine
from procmaps.lint.rules import RULES, Finding
from procmaps.records.mapping import Mapping
from procmaps.records.names import NEWLINE, FileBacked, FilePath
from procmaps.snapshots.snapshot import Snapshot

_PAGE = 4096


@attrs.frozen
class _Place:
    line: int
    raw: bytes


class Entries:
    """Goes through the entries of one snapshot, and remembers what must not meet."""

    def __init__(self, snapshot: Snapshot, data: bytes) -> None:
        self._snapshot = snapshot
        self._grammar = loading.load(snapshot.dialect.name)
        self._canonical = snapshot.dialect.name in KERNELS
        self._data = data
        self._sizes: dict[int, _Place] = {}
        self._clues: dict[Clue, _Place] = {}
        self._vendors = {"Android"} if snapshot.dialect.name == "android" else set[str]()
        self._said: set[str] = set()
        self._fields = functools.lru_cache(4096)(self._field)

    def findings(self) -> Iterator[Finding]:
        """The findings of every entry."""
        line = 1 + self._data.count(b"\n", 0, self._snapshot.columns.at[0]) if self._snapshot else 1
        for row, mapping in enumerate(self._snapshot):
            source = self._snapshot.source(row)
            text = source.replace(b"\r\n", b"\n") if source.endswith(b"\r\n") else source
            yield from self._entry(mapping, text, line)
            line += source.count(b"\n")
        yield from self._together()

    def _entry(self, mapping: Mapping, text: bytes, line: int) -> Iterator[Finding]:
        behind = self._grammar.line_end(text, 0)
        header = text[:behind].removesuffix(b"\n")
        yield from self._header(mapping, header, line)
        keys: list[bytes] = []
        number = line + text.count(b"\n", 0, behind)
        fields = text[behind:].removesuffix(b"\n")
        for at, raw in enumerate(fields.split(b"\n") if fields else (), number):
            key, clues = self._fields(raw)
            if key:
                keys.append(key)
            yield from self._told(clues, _Place(at, raw))
        if self._canonical and not _ordered(keys):
            yield Finding(RULES["field-order"], number, "no release prints this order", header)
        usage = mapping.usage
        # The stack's hidden guard page belongs to the one and not to the other.
        if usage and usage.size is not None and usage.size - mapping.size not in (0, _PAGE):
            message = f"Size is {usage.size // 1024} kB, the range {mapping.size // 1024} kB"
            yield Finding(RULES["size-field"], line, message, header)

    def _header(self, mapping: Mapping, raw: bytes, line: int) -> Iterator[Finding]:
        place = _Place(line, raw)
        match = self._grammar.header.fullmatch(raw)
        if match and self._canonical:
            layout = Layout.of(match)
            yield from self._told(tuple(layout_clues(layout)), place)
            if bits := word_size(layout):
                self._sizes.setdefault(bits, place)
        header = HeaderLine(
            mapping.start,
            mapping.end,
            mapping.perms.flags,
            mapping.offset,
            mapping.device.major,
            mapping.device.minor,
            mapping.inode,
            mapping.name.raw,
        )
        yield from self._told(
            tuple(clue for clue in offset_clues(header, mapping.name) if clue.spans), place
        )
        yield from self._told(tuple(name_clues(mapping.name)), place)
        for what, value in (
            ("start", mapping.start),
            ("end", mapping.end),
            ("offset", mapping.offset),
        ):
            if value % _PAGE:
                message = f"the {what} {value:#x} is no multiple of {_PAGE}"
                yield Finding(RULES["unaligned"], line, message, raw)
        yield from self._ambiguous(mapping, place)

    @staticmethod
    def _ambiguous(mapping: Mapping, place: _Place) -> Iterator[Finding]:
        name = mapping.name
        if isinstance(name, FileBacked) and name.escaped and NEWLINE in name.raw:
            message = rf"{escape_bytes(name.raw)} has a newline, or \012"
            yield Finding(RULES["ambiguous-newline"], place.line, message, place.raw)
        if isinstance(name, FilePath) and name.deleted:
            message = f"{escape_bytes(name.raw)}: unlinked, or called so"
            yield Finding(RULES["ambiguous-deleted"], place.line, message, place.raw)

    def _field(self, raw: bytes) -> tuple[bytes, tuple[Clue, ...]]:
        """The key of a field line and what it tells; nothing of a line that cannot be read."""
        event = self._grammar.line(raw)
        if not isinstance(event, FieldLine):
            return b"", ()
        return event.key, tuple(field_clues(raw, event))

    def _told(self, clues: tuple[Clue, ...], place: _Place) -> Iterator[Finding]:
        for clue in clues:
            if clue.vendor:
                self._vendors.add(clue.vendor)
                yield from self._once("vendor", f"{clue.what}: {clue.vendor}'s", place)
            elif clue.rule == "trimmed":
                yield Finding(RULES["trimmed"], place.line, clue.what, place.raw)
            elif clue.spans:
                self._clues.setdefault(clue, place)
            elif clue.rule in ("unknown-field", "unknown-flag"):
                yield from self._once(clue.rule, f"{clue.what}: {clue.source}", place)
            elif self._canonical:
                message = f"{clue.what}: {clue.source}"
                yield Finding(RULES[clue.rule], place.line, message, place.raw)
        if place.raw.startswith(b"VmFlags:") and b" " + UNNAMED_BIT in place.raw:
            yield from self._once("unnamed-flag", "?? stands for a bit without letters", place)

    def _once(self, rule: str, message: str, place: _Place) -> Iterator[Finding]:
        """What is true of the kernel and not of the line: told where it first stands."""
        if message not in self._said:
            self._said.add(message)
            yield Finding(RULES[rule], place.line, message, place.raw)

    def _together(self) -> Iterator[Finding]:
        """What does not go together, told where the second of the two first stands."""
        if len(self._sizes) > 1:
            first, second = sorted(self._sizes.values(), key=lambda place: place.line)
            message = f"its word size is not that of line {first.line}"
            yield Finding(RULES["word-size"], second.line, message, second.raw)
        dated = [item for item in self._clues.items() if item[0].forerunner not in self._vendors]
        known = sorted(dated, key=lambda item: item[1].line)
        for at, (clue, place) in enumerate(known):
            for other, before in known[:at]:
                if not release_spans.compatible(clue, other):
                    message = (
                        f"{clue.what} ({release_spans.told(clue)}) does not go with {other.what} "
                        f"({release_spans.told(other)}) in line {before.line}"
                    )
                    yield Finding(RULES["releases"], place.line, message, place.raw)
                    break


def _ordered(keys: list[bytes]) -> bool:
    """Whether any release prints the known ones of *keys* in this order."""
    mainline = [key for key in keys if key in FIELDS and FIELDS[key].producer == "Linux"]
    return any([key for key in order if key in mainline] == mainline for _, order in ORDERS)
