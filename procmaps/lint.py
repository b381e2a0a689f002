"""What in a dump is not as a kernel prints it, or not certain: findings, each by a rule.

The rules are data, `RULES`; ``docs/lint.md`` is the same table for people.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Literal

import attrs

import procmaps
from procmaps import grammar
from procmaps.errors import visible
from procmaps.explanation import KERNELS, when
from procmaps.explanation.clues import (
    Clue,
    Layout,
    field_clues,
    layout_clues,
    name_clues,
    offset_clues,
    word_size,
)
from procmaps.fields import FIELDS, ORDERS
from procmaps.lines import Field, Header
from procmaps.names import NEWLINE, Backed, FilePath
from procmaps.records import Mapping
from procmaps.snapshot import Snapshot
from procmaps.vmflags import UNNAMED_BIT

Severity = Literal["error", "warning", "note"]


@attrs.frozen
class Rule:
    """One thing that a dump can have against it."""

    id: str
    """How the rule is called on the command line and in reports."""
    severity: Severity
    """*error*: text is lost or unreadable. *warning*: no kernel prints it so, or a kernel did at a
    bad moment. *note*: right, and not certain."""
    what: str
    """What stands in the dump."""
    why: str
    """Why that matters."""


_TABLE = (
    Rule("unparsed", "error", "A line that no rule of the grammar accepts.",
         "It is no mapping and no field: it was damaged, or is of something else."),
    Rule("cut-off", "error", "The last line has no line end.",
         "The kernel ends every line: the dump was cut off, perhaps within a number or a name."),
    Rule("repeated", "warning", "A mapping stands twice in a row.",
         "The file was read in pieces while the process changed (a torn read)."),
    Rule("overlap", "warning", "A mapping starts below the end of the one before it.",
         "A torn read: the two were never there at the same time."),
    Rule("backward", "warning", "A mapping starts below the start of the one before it.",
         "The dump was put together from several, or a name forged a line."),
    Rule("suspicious", "warning", "A line that a name may have forged.",
         "Where a newline in a name is printed as it is, a program can write lines of its own."),
    Rule("line-ends", "warning", "Lines end in CR LF.",
         "The kernel writes LF: the dump went through something that changes text."),
    Rule("layout", "warning", "A header line whose widths or spaces no Linux prints.",
         "Spaces were trimmed or added, or another system printed it."),
    Rule("trimmed", "warning", "Unnamed memory without a space at the end of its line.",
         "Linux prints one since 2.4.27: spaces were trimmed, or QEMU's user mode printed it."),
    Rule("unaligned", "warning", "An address or an offset that is no multiple of 4096.",
         "No page is smaller."),
    Rule("word-size", "warning", "Names padded for 32 bits and for 64 bits in one dump.",
         "One kernel has one word size: the dump was put together or edited."),
    Rule("field-spacing", "warning", "A field spaced as no release spaces it.",
         "It was edited, or printed by something that only looks like Linux."),
    Rule("field-order", "warning", "Fields in an order that no release prints.",
         "It was edited, or printed by something that only looks like Linux."),
    Rule("flags-spacing", "warning", "Flags spaced as Linux does not space them.",
         "A trailing space was trimmed, or another system printed them."),
    Rule("size-field", "warning", "The field Size is not the size of the address range.",
         "Only a stack's hidden guard page (until 4.12) may make it 4 kB larger."),
    Rule("unknown-field", "warning", "A field that no table knows.",
         "It is kept; a vendor's or a newer kernel prints it."),
    Rule("unknown-flag", "warning", "A flag that no table knows.",
         "It is kept; a vendor's or a newer kernel prints it."),
    Rule("unnamed-flag", "note", "??, a bit without letters of its own.",
         "Several bits print so: which one it was cannot be told."),
    Rule("vendor", "note", "What only a vendor's patched kernel prints.",
         "Mainline's documentation does not describe it."),
    Rule("releases", "warning", "Two things that no one release prints together.",
         "The dump was put together from several, edited, or comes of a kernel with backports."),
    Rule("ambiguous-newline", "note", r"\012 in a path or a name.",
         r"It stands for a newline or for the four characters: the kernel escapes no backslash."),
    Rule("ambiguous-deleted", "note", "A file whose path ends in (deleted).",
         "It was unlinked, or is called so: the kernel prints both alike."),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.id: rule for rule in _TABLE}
"""Every rule by its id, in the order of the documentation."""


@attrs.frozen
class Finding:
    """A rule, and where it found something."""

    rule: Rule
    line: int
    """From 1."""
    message: str
    raw: bytes
    """The line, without its line end."""


def lint(data: bytes, *, dialect: str = "auto") -> Iterator[Finding]:
    """What there is against a dump, in the order of its lines.

    Raises `procmaps.errors.UnknownDialect` for a dialect that there is no grammar for.
    """
    snapshot = procmaps.loads(data, errors="collect", dialect=dialect)
    found = [*_whole(data), *_problems(snapshot), *_Reader(snapshot, data).findings()]
    yield from sorted(found, key=lambda finding: finding.line)


def _whole(data: bytes) -> Iterator[Finding]:
    """What is to be said of the text as a whole."""
    lines = data.count(b"\n")
    if lines and data.count(b"\r\n") == lines:
        yield Finding(RULES["line-ends"], 1, "every line ends in CR LF", data[: data.find(b"\r\n")])
    if data and not data.endswith(b"\n"):
        last = data[data.rfind(b"\n") + 1 :]
        yield Finding(RULES["cut-off"], lines + 1, "the last line has no line end", last)


def _problems(snapshot: Snapshot) -> Iterator[Finding]:
    for problem in snapshot.problems:
        error = problem.error
        message = f"column {error.column}: {error.reason}" if error else problem.message
        # The line is told beside the message.
        message = message.removeprefix(f"line {problem.line}: ")
        line = problem.raw.partition(b"\n")[0].removesuffix(b"\r")
        yield Finding(RULES[problem.kind], problem.line, message, line)


@attrs.frozen
class _Place:
    line: int
    raw: bytes


class _Reader:
    """Goes through the entries of one snapshot, and remembers what must not meet."""

    def __init__(self, snapshot: Snapshot, data: bytes) -> None:
        self._snapshot = snapshot
        self._grammar = grammar.load(snapshot.dialect.name)
        self._canonical = snapshot.dialect.name in KERNELS
        self._data = data
        self._sizes: dict[int, _Place] = {}
        self._clues: dict[Clue, _Place] = {}
        self._vendors = {"Android"} if snapshot.dialect.name == "android" else set[str]()
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
        behind = self._grammar.extent(text, 0)
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
        header = Header(
            mapping.start,
            mapping.end,
            mapping.perms.bits,
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
        if isinstance(name, Backed) and name.escaped and NEWLINE in name.raw:
            message = rf"{visible(name.raw)} has a newline, or \012"
            yield Finding(RULES["ambiguous-newline"], place.line, message, place.raw)
        if isinstance(name, FilePath) and name.deleted:
            message = f"{visible(name.raw)}: unlinked, or called so"
            yield Finding(RULES["ambiguous-deleted"], place.line, message, place.raw)

    def _field(self, raw: bytes) -> tuple[bytes, tuple[Clue, ...]]:
        """The key of a field line and what it tells; nothing of a line that cannot be read."""
        event = self._grammar.line(raw)
        if not isinstance(event, Field):
            return b"", ()
        return event.key, tuple(field_clues(raw, event))

    def _told(self, clues: tuple[Clue, ...], place: _Place) -> Iterator[Finding]:
        for clue in clues:
            if clue.vendor:
                self._vendors.add(clue.vendor)
                message = f"{clue.what}: {clue.vendor}'s"
                yield Finding(RULES["vendor"], place.line, message, place.raw)
            elif clue.rule == "trimmed":
                yield Finding(RULES["trimmed"], place.line, clue.what, place.raw)
            elif clue.spans:
                self._clues.setdefault(clue, place)
            elif self._canonical or clue.rule in ("unknown-field", "unknown-flag"):
                message = f"{clue.what}: {clue.source}"
                yield Finding(RULES[clue.rule], place.line, message, place.raw)
        if place.raw.startswith(b"VmFlags:") and b" " + UNNAMED_BIT in place.raw:
            message = "?? stands for a bit without letters"
            yield Finding(RULES["unnamed-flag"], place.line, message, place.raw)

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
                if not when.compatible(clue, other):
                    message = (
                        f"{clue.what} ({when.told(clue)}) does not go with {other.what} "
                        f"({when.told(other)}) in line {before.line}"
                    )
                    yield Finding(RULES["releases"], place.line, message, place.raw)
                    break


_PAGE = 4096


def _ordered(keys: list[bytes]) -> bool:
    """Whether any release prints the known ones of *keys* in this order."""
    mainline = [key for key in keys if key in FIELDS and FIELDS[key].producer == "Linux"]
    return any([key for key in order if key in mainline] == mainline for _, order in ORDERS)
