"""The findings about the mappings of a dump, one by one and together."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

import attrs

from procmaps.errors import escape_bytes
from procmaps.explanation import release_spans
from procmaps.explanation.evidence import LINUX_DIALECTS, Evidence
from procmaps.explanation.field_evidence import field_evidence
from procmaps.explanation.header_evidence import layout_evidence, value_evidence
from procmaps.explanation.header_layout import HeaderLayout, word_size
from procmaps.explanation.name_evidence import name_evidence
from procmaps.formats.smaps_fields import FIELDS, ORDERS
from procmaps.formats.vm_flags import UNNAMED_MNEMONIC
from procmaps.grammar import loading
from procmaps.grammar.parsed_line import FieldLine, HeaderLine
from procmaps.lint.findings import Finding
from procmaps.lint.rules import RULES
from procmaps.records.mapping import Mapping
from procmaps.records.names import NEWLINE, FileBacked, FilePath
from procmaps.snapshots.snapshot import Snapshot

_PAGE = 4096


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


class MappingLinter:
    """Goes through the mappings of one snapshot, and remembers what must not occur together."""

    def __init__(self, snapshot: Snapshot, data: bytes) -> None:
        self._snapshot = snapshot
        self._grammar = loading.load(snapshot.dialect.name)
        self._is_linux = snapshot.dialect.name in LINUX_DIALECTS
        self._data = data
        self._word_sizes: dict[int, _Line] = {}
        """The first line of each word size."""
        self._evidence: dict[Evidence, _Line] = {}
        """The first line of each feature that some release prints."""
        self._vendors = {"Android"} if snapshot.dialect.name == "android" else set[str]()
        self._once: dict[tuple[str, str], _Occurrences] = {}
        """By rule and message."""
        self._read_field = functools.lru_cache(4096)(self._read_field_uncached)

    def findings(self) -> Iterator[Finding]:
        """Yield the findings about each mapping, then those about the dump as a whole."""
        number = 1
        if self._snapshot:
            number += self._data.count(b"\n", 0, self._snapshot.columns.line_offset[0])
        for row, mapping in enumerate(self._snapshot):
            source = self._snapshot.source(row)
            text = source.replace(b"\r\n", b"\n") if source.endswith(b"\r\n") else source
            yield from self._check_entry(mapping, text, number)
            number += source.count(b"\n")
        for (rule, message), found in self._once.items():
            yield found.first.finding(rule, message, found.count)
        yield from self._check_word_sizes()
        yield from self._check_releases()

    def _check_entry(self, mapping: Mapping, text: bytes, number: int) -> Iterator[Finding]:
        """Yield the findings about a mapping and the fields below it."""
        header_end = self._grammar.line_end(text, 0)
        header = _Line(number, text[:header_end].removesuffix(b"\n"))
        yield from self._check_header(mapping, header)
        keys: list[bytes] = []
        first = number + text.count(b"\n", 0, header_end)
        fields = text[header_end:].removesuffix(b"\n")
        for line, raw in enumerate(fields.split(b"\n") if fields else (), first):
            key, evidence = self._read_field(raw)
            if key:
                keys.append(key)
            yield from self._report(evidence, _Line(line, raw))
        if self._is_linux and not _has_known_order(keys):
            message = "no release prints the fields in this order"
            yield Finding(RULES["field-order"], first, message, header.raw)
        usage = mapping.usage
        # Size includes the stack's hidden guard page, the address range does not.
        if usage and usage.size is not None and usage.size - mapping.size not in (0, _PAGE):
            size, expected = usage.size // 1024, mapping.size // 1024
            message = f"Size is {size} kB, but the address range has {expected} kB"
            yield header.finding("size-field", message)

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
        yield from self._report(name_evidence(mapping.name), line)
        for label, value in (
            ("start", mapping.start),
            ("end", mapping.end),
            ("offset", mapping.offset),
        ):
            if value % _PAGE:
                message = f"the {label} {value:#x} is not a multiple of {_PAGE}"
                yield line.finding("unaligned", message)
        yield from _check_ambiguity(mapping, line)

    def _read_field_uncached(self, raw: bytes) -> tuple[bytes, tuple[Evidence, ...]]:
        """Return the key of a field line and its evidence; both are empty for other lines."""
        field = self._grammar.parse_line(raw)
        if not isinstance(field, FieldLine):
            return b"", ()
        return field.key, tuple(field_evidence(raw, field))

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
        self._once.setdefault((rule, message), _Occurrences(line)).count += 1

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


def _has_known_order(keys: list[bytes]) -> bool:
    """Return whether a release prints the known ones of *keys* in this order."""
    mainline = [key for key in keys if key in FIELDS and FIELDS[key].producer == "Linux"]
    return any([key for key in order if key in mainline] == mainline for _, order in ORDERS)
