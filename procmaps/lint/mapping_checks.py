"""The findings about the mappings of a dump, one by one and together."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from itertools import repeat

import attrs

from procmaps.engines.usage_block_table import MISSING
from procmaps.explanation import release_spans
from procmaps.explanation.evidence import LINUX_DIALECTS, Evidence
from procmaps.explanation.field_evidence import field_evidence
from procmaps.explanation.header_evidence import layout_evidence, value_evidence
from procmaps.explanation.header_layout import HeaderLayout, word_size
from procmaps.explanation.name_evidence import name_evidence
from procmaps.formats.smaps_fields import FIELDS, ORDERS, always_printed
from procmaps.formats.vm_flags import UNNAMED_MNEMONIC
from procmaps.grammar import loading
from procmaps.grammar.compiled_lines import parse_line
from procmaps.grammar.parsed_line import FieldLine, HeaderLine
from procmaps.lint.findings import Finding
from procmaps.lint.rules import RULES
from procmaps.printable import escape_bytes
from procmaps.records.mapping import Mapping
from procmaps.records.names import NEWLINE, FileBacked, FilePath
from procmaps.snapshots.snapshot import Snapshot
from procmaps.snapshots.source_text import SourceText

_PAGE = 4096

MAX_MESSAGES = 256
"""Messages of one rule that are reported once per dump; all after them share one more."""

_KEPT_FIELDS = 256
"""Field lines whose evidence is cached."""

_USUAL_LINE = 200
"""Bytes of the longest field line whose evidence is cached; the longest of the corpus has 102."""


@attrs.frozen
class _Line:
    number: int
    raw: bytes

    def finding(self, rule: str, message: str, count: int = 1) -> Finding:
        return Finding(RULES[rule], self.number, message, self.raw, count)


@attrs.define
class _Occurrences:
    """The lines with one message of a rule that is reported once."""

    first: _Line
    count: int = 0


class _Keys:
    """The keys of the fields of one entry: at most one of each known field is kept."""

    def __init__(self) -> None:
        self.any = False
        self.known: dict[bytes, None] = {}
        """The known ones in the order of the text."""
        self._is_repeated = False

    def add(self, key: bytes) -> None:
        """Add the key of the next line; it is empty if the line is no field."""
        self.any = self.any or bool(key)
        if key in FIELDS:
            is_mainline = FIELDS[key].producer == "Linux"
            self._is_repeated = self._is_repeated or (is_mainline and key in self.known)
            self.known.setdefault(key)

    def have_known_order(self) -> bool:
        """Return whether a release prints the known fields of mainline in this order, once each."""
        mainline = [key for key in self.known if FIELDS[key].producer == "Linux"]
        return not self._is_repeated and any(
            [key for key in order if key in self.known] == mainline for _, order in ORDERS
        )


class MappingLinter:
    """Goes through the mappings of one snapshot, and remembers what must not occur together."""

    def __init__(self, snapshot: Snapshot, data: bytes, *, remembers: bool = True) -> None:
        """Without *remembers* there are no `dump_findings`, and no memory is needed for them."""
        self._snapshot = snapshot
        self._remembers = remembers
        self._grammar = loading.load(snapshot.dialect.name)
        self._is_linux = snapshot.dialect.name in LINUX_DIALECTS
        self._data = data
        self._needs_fields = snapshot.kind == "smaps" and self._grammar.dialect.newlines_in_names
        self._word_sizes: dict[int, _Line] = {}
        """The first line of each word size."""
        self._evidence: dict[Evidence, _Line] = {}
        """The first line of each feature that some release prints."""
        self._vendors = {"Android"} if snapshot.dialect.name == "android" else set[str]()
        self._once: dict[str, dict[str, _Occurrences]] = {}
        """By rule, then by message; see `MAX_MESSAGES`."""
        self._read_field = functools.lru_cache(_KEPT_FIELDS)(self._read_field_uncached)

    def line_findings(self) -> Iterator[Finding]:
        """Yield the findings about each mapping, in the order of their lines."""
        number, newline = 1, SourceText.of(self._data).newline
        if self._snapshot:
            number += self._data.count(b"\n", 0, self._snapshot.columns.line_offset[0])
        # `Mapping.usage` would have a record for each unknown field of an entry.
        sizes: Iterable[int] = self._snapshot.columns.usage.get("size", repeat(MISSING))
        for row, (mapping, size) in enumerate(zip(self._snapshot, sizes, strict=False)):
            source = self._snapshot.source(row)
            text = source.replace(newline, b"\n")
            yield from self._check_entry(mapping, size, text, number)
            number += source.count(b"\n")

    def dump_findings(self) -> Iterator[Finding]:
        """Yield the findings about the dump as a whole; all of `line_findings` must be taken."""
        self._check_hidden_addresses()
        for rule, messages in self._once.items():
            for message, found in messages.items():
                yield found.first.finding(rule, message, found.count)
        yield from self._check_word_sizes()
        yield from self._check_releases()

    def _check_entry(
        self, mapping: Mapping, printed_size: int, text: bytes, number: int
    ) -> Iterator[Finding]:
        """Yield the findings about a mapping and the fields below it, in the order of lines.

        *printed_size* is the field Size in bytes, or `MISSING`.

        The fields are read twice: what all of them show is about the header line, before them, and
        the findings about one entry can be many more than its bytes.
        """
        header_end = self._grammar.line_end(text, 0)
        header = _Line(number, text[:header_end].removesuffix(b"\n"))
        yield from self._check_header(mapping, header)
        keys = _Keys()
        for raw in _lines(text, header_end):
            keys.add(self._field(raw)[0])
        if self._is_linux and keys.any:
            self._check_missing_fields(keys, header)
        has_fields = header_end < len(text.removesuffix(b"\n"))
        if self._needs_fields and not has_fields:
            message = "an smaps entry without fields: they may be below a line that its name forged"
            yield header.finding("suspicious", message)
        # Size includes the stack's hidden guard page, the address range does not.
        if printed_size != MISSING and printed_size - mapping.size not in (0, _PAGE):
            size, expected = printed_size // 1024, mapping.size // 1024
            message = f"Size is {size} kB, but the address range has {expected} kB"
            yield header.finding("size-field", message)
        first = number + text.count(b"\n", 0, header_end)
        for line, raw in enumerate(_lines(text, header_end), first):
            yield from self._report(self._field(raw)[1], _Line(line, raw))
            if line == first and self._is_linux and not keys.have_known_order():
                message = "no release prints the fields in this order"
                yield Finding(RULES["field-order"], first, message, header.raw)

    def _check_missing_fields(self, keys: _Keys, header: _Line) -> None:
        expected = always_printed(rollup=self._snapshot.kind == "smaps_rollup")
        if missing := [key.decode("ascii") for key in expected if key not in keys.known]:
            message = f"an entry without {', '.join(missing)}, which every release prints"
            self._add_once("filtered", message, header)

    def _check_header(self, mapping: Mapping, line: _Line) -> Iterator[Finding]:
        match = self._grammar.header.fullmatch(line.raw)
        if match and self._is_linux:
            layout = HeaderLayout.of(match)
            yield from self._report(layout_evidence(layout), line)
            if bits := word_size(layout):
                self._word_sizes.setdefault(bits, line)
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
        # An offset that no release prints is reported below, with the addresses.
        values = [each for each in value_evidence(header, mapping.name) if each.spans]
        yield from self._report(values, line)
        yield from self._report(name_evidence(mapping.name, self._grammar), line)
        for label, value in (
            ("start", mapping.start),
            ("end", mapping.end),
            ("offset", mapping.offset),
        ):
            if value % _PAGE:
                message = f"the {label} {value:#x} is not a multiple of {_PAGE}"
                yield line.finding("unaligned", message)
        yield from _check_ambiguity(mapping, line)

    def _field(self, raw: bytes) -> tuple[bytes, Iterable[Evidence]]:
        """Return the key of a field line and its evidence, of a long line to be taken once."""
        # A dump may have any number of keys that no table knows, each with a line of its own.
        is_usual = len(raw) <= _USUAL_LINE and raw.partition(b":")[0] in FIELDS
        return self._read_field(raw) if is_usual else self._read_long_field(raw)

    def _read_field_uncached(self, raw: bytes) -> tuple[bytes, Iterable[Evidence]]:
        """Return the key of a field line and its evidence; both are empty for other lines."""
        key, evidence = self._read_long_field(raw)
        return key, tuple(evidence)

    def _read_long_field(self, raw: bytes) -> tuple[bytes, Iterable[Evidence]]:
        """Do the same; the evidence can be taken once. That of a long line is not kept."""
        field = parse_line(self._grammar, raw)
        if not isinstance(field, FieldLine):
            return b"", ()
        return field.key, field_evidence(raw, field)

    def _report(self, evidence: Iterable[Evidence], line: _Line) -> Iterator[Finding]:
        """Yield the findings about one line; keep evidence for the checks of the whole dump."""
        for each in evidence:
            if each.vendor:
                self._vendors.add(each.vendor)
                self._add_once("vendor", f"{each.feature}: from {each.vendor}'s patches", line)
            elif each.rule == "trimmed":
                yield line.finding("trimmed", each.feature)
            elif each.spans:
                self._evidence.setdefault(each, line)
            elif RULES[each.rule].once:
                self._add_once(each.rule, f"{each.feature}: {each.source}", line)
            elif self._is_linux:
                yield line.finding(each.rule, f"{each.feature}: {each.source}")
        if line.raw.startswith(b"VmFlags:") and b" " + UNNAMED_MNEMONIC in line.raw:
            self._add_once("unnamed-flag", "?? is a bit without letters of its own", line)

    def _add_once(self, rule: str, message: str, line: _Line) -> None:
        if not self._remembers:
            return
        found = self._once.setdefault(rule, {})
        if message not in found and len(found) >= MAX_MESSAGES:
            message = f"after {MAX_MESSAGES} others: all further messages of this rule, together"
        if message not in found:
            found[message] = _Occurrences(line)
        found[message].count += 1

    def _check_hidden_addresses(self) -> None:
        """Add a finding if there are several mappings and every address is 0."""
        columns = self._snapshot.columns
        if len(self._snapshot) > 1 and not any(columns.end) and not any(columns.start):
            first = _Line(1, self._snapshot.source(0).partition(b"\n")[0].rstrip(b"\r"))
            found = _Occurrences(first, len(self._snapshot))
            self._once["hidden-addresses"] = {"every address is 0": found}

    def _check_word_sizes(self) -> Iterator[Finding]:
        if len(self._word_sizes) > 1:
            first, second = sorted(self._word_sizes.values(), key=lambda line: line.number)
            message = f"the word size differs from that of line {first.number}"
            yield second.finding("word-size", message)

    def _check_releases(self) -> Iterator[Finding]:
        """Yield a finding for each feature that no release prints together with an earlier one."""
        dated = [
            (each, line)
            for each, line in self._evidence.items()
            if each.earlier_vendor not in self._vendors
        ]
        dated.sort(key=lambda item: item[1].number)
        for index, (each, line) in enumerate(dated):
            for other, before in dated[:index]:
                if not release_spans.are_compatible(each, other):
                    message = (
                        f"no release prints both {each.feature} "
                        f"({release_spans.format_spans(each)}) and {other.feature} of line "
                        f"{before.number} ({release_spans.format_spans(other)})"
                    )
                    yield line.finding("releases", message)
                    break


def _check_ambiguity(mapping: Mapping, line: _Line) -> Iterator[Finding]:
    name = mapping.name
    if isinstance(name, FileBacked) and name.escaped and NEWLINE in name.raw:
        message = rf"{escape_bytes(name.raw)}: \012 is a newline or four literal characters"
        yield line.finding("ambiguous-newline", message)
    if isinstance(name, FilePath) and name.deleted:
        message = f'{escape_bytes(name.raw)}: either unlinked, or literally named "… (deleted)"'
        yield line.finding("ambiguous-deleted", message)


def _lines(text: bytes, start: int) -> Iterator[bytes]:
    """Yield the lines from *start* on, without line ends and without keeping them."""
    end = len(text.removesuffix(b"\n"))
    while start < end:
        stop = text.find(b"\n", start, end)
        stop = end if stop < 0 else stop
        yield text[start:stop]
        start = stop + 1
