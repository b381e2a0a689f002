"""The reference engine: Lark reads each line by the grammar, a transformer makes values of it.

Everything else in the package is held to this one. `load` gives the `Grammar` of a dialect, made
once; Lark is imported then, not before.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import attrs

from procmaps import names, resources
from procmaps.columns import Columns, Field, Header, Refused
from procmaps.dialects import Dialect, dialect
from procmaps.patterns import Step, bare, compile_rule, paths
from procmaps.records import Perms

if TYPE_CHECKING:
    from lark import Lark, Token

STARTS = ("line", "name", "maps", "smaps", "rollup", "evidence")
"""What can be parsed: one line, one name column, a whole file, a dialect's mark."""

HEADER_PARTS = ("start", "end", "perms", "offset", "major", "minor", "inode", "NAME")
"""The rules and the terminal of a header line that carry a value, in their order."""


@attrs.frozen(eq=False, slots=False)
class Grammar:
    """A dialect's grammar, loaded; and what is compiled from it."""

    dialect: Dialect
    lark: Lark
    """The parser with the transformer inside: `Header` and `Field` values come out."""

    @functools.cached_property
    def header(self) -> re.Pattern[bytes]:
        """A header line with its line end, compiled; groups are `HEADER_PARTS`.

        Where names may hold newlines it says how far a record reaches.
        """
        rule = compile_rule(self.lark, "header", HEADER_PARTS)
        return re.compile(f"{rule}(?:\\n|\\Z)".encode("latin-1"))

    @functools.cached_property
    def evidence(self) -> re.Pattern[bytes] | None:
        """What only this dialect prints, compiled; None where nothing tells it apart."""
        if not self.has_rule("evidence"):
            return None
        return re.compile(compile_rule(self.lark, "evidence").encode("latin-1"))

    def has_rule(self, rule: str) -> bool:
        """Whether the grammar has a rule of this name."""
        return any(bare(str(known.origin.name)) == rule for known in self.lark.rules)

    @functools.cache  # noqa: B019 - a grammar lives as long as the process
    def ways(self, rule: str) -> tuple[tuple[Step, ...], ...]:
        """Every way through *rule*; see `procmaps.patterns.paths`."""
        return paths(self.lark, rule)

    def line(self, line: bytes) -> Header | Field | None:
        """What the reference engine reads in one line, its line end or not; None: nothing."""
        from lark import UnexpectedInput  # noqa: PLC0415 - Lark only where it is needed

        try:
            return cast("Header | Field", self._parse(line, "line"))
        except UnexpectedInput:
            return None

    def name(self, raw: bytes) -> names.Name:
        """The record of a name column."""
        if not raw:
            return names.Unnamed()
        rule, terminal = cast("tuple[str, str]", self._parse(raw, "name"))
        return self.build_name(rule, terminal, raw, self.parts(terminal, raw))

    def record_of(self, raw: bytes) -> names.Name:
        """The same as `name`, by one expression compiled from the grammar: many times as fast."""
        if not raw:
            return names.Unnamed()
        match = self._names.fullmatch(raw)
        assert match, raw
        terminal = match.lastgroup
        assert terminal, raw
        first = self._names.groupindex[terminal]
        parts = match.groups()[first : first + self._terminals[terminal].groups]
        return self.build_name(self._name_rules[terminal], terminal, raw, parts)

    @functools.cached_property
    def _names(self) -> re.Pattern[bytes]:
        """A name column: one group for each terminal of the rule, in the order of priority."""
        priority = {bare(known.name): known.priority for known in self.lark.terminals}
        ranked = sorted(self._name_rules, key=lambda name: -priority[name])
        groups = [
            f"(?P<{name}>{re.sub('[?]P<[a-z_]+>', '', self._terminals[name].pattern.decode())})"
            for name in ranked
        ]
        return re.compile("|".join(groups).encode("latin-1"))

    @functools.cached_property
    def _name_rules(self) -> dict[str, str]:
        """Each terminal of a name column, and the rule that it stands in."""
        return {step.terminal: step.path[-1] for (step,) in self.ways("name")}

    def parts(self, terminal: str, text: bytes) -> tuple[bytes | None, ...]:
        """What the groups of *terminal* hold where it has matched the whole of *text*."""
        match = self.terminal(terminal).fullmatch(text)
        assert match, (terminal, text)
        return match.groups()

    def terminal(self, name: str) -> re.Pattern[bytes]:
        """One terminal of the grammar, compiled."""
        return self._terminals[name]

    @functools.cached_property
    def _terminals(self) -> dict[str, re.Pattern[bytes]]:
        return {
            bare(known.name): re.compile(known.pattern.to_regexp().encode("latin-1"))
            for known in self.lark.terminals
        }

    def build_name(
        self, rule: str, terminal: str, raw: bytes, parts: tuple[bytes | None, ...]
    ) -> names.Name:
        """The record for a column that *terminal* matched, in *rule*, its groups being *parts*."""
        kind = terminal.lower()
        if rule == "special":
            return names.Special(raw, kind)
        escaped = self.dialect.escapes
        if rule == "kernel_file":
            return names.KernelFile(raw, kind, escaped=escaped)
        return _NAMES[terminal](raw, *(part or b"" for part in parts), escaped)

    def _parse(self, text: bytes, start: str) -> object:
        # Lark's annotations say str; with use_bytes it takes and gives bytes.
        return self.lark.parse(cast("str", text), start=start)

    def extent(self, text: bytes, at: int) -> int:
        """Where the line that starts at *at* ends, its line end included.

        In a dialect whose names hold newlines it is the end of the header, lines later.
        """
        if match := self.header.match(text, at):
            return match.end()
        return text.find(b"\n", at) + 1 or len(text)


_NAMES: dict[str, Callable[..., names.Name]] = {
    "HEAP": lambda raw, _: names.Heap(raw),
    "STACK": lambda raw, _: names.Stack(raw),
    "THREAD_STACK": lambda raw, tid, _: names.ThreadStack(raw, int(tid)),
    "ANON": lambda raw, label, _: names.AnonName(raw, label),
    "ANON_SHMEM": lambda raw, label, _: names.AnonShmemName(raw, label),
    "SYSV": lambda raw, key, esc: names.SysV(raw, int(key, 16), escaped=esc),
    "MEMFD": lambda raw, label, esc: names.Memfd(raw, label, escaped=esc),
    "ASHMEM": lambda raw, label, esc: names.Ashmem(raw, label, escaped=esc),
    "DMABUF": lambda raw, label, esc: names.DmaBuf(raw, label, escaped=esc),
    "ANON_INODE": lambda raw, label, _: names.AnonInode(raw, label),
    "SOCKET": lambda raw, number, _: names.Socket(raw, int(number)),
    "FILE": lambda raw, esc: names.FilePath(raw, escaped=esc),
    "OTHER": lambda raw, _: names.Other(raw),
}
"""How each terminal of ``grammar/name.lark`` becomes a record: its text, its parts, escaping."""


def scan(text: bytes, grammar: Grammar) -> Columns:
    """Read *text* line by line with Lark alone: the reference for every other engine."""
    columns = Columns()
    at = 0
    while at < len(text):
        at, _ = take(text, at, grammar, columns)
    return columns


def take(
    text: bytes, at: int, grammar: Grammar, columns: Columns
) -> tuple[int, Header | Field | None]:
    """Read the one line at *at* into *columns*; gives the place behind it, and what it was.

    A line that cannot be read is noted in ``columns.faults``, and gives None.
    """
    end = grammar.extent(text, at)
    event = grammar.line(text[at:end])
    try:
        if isinstance(event, Header):
            columns.header(at, event)
        elif event is None:
            columns.fault(at, end)
        else:
            columns.field(event)
    except Refused as refused:
        columns.fault(at, end, refused)
        event = None
    return end, event


@functools.cache
def load(name: str) -> Grammar:
    """The grammar of the dialect called *name*; raises `procmaps.errors.UnknownDialect`."""
    wanted = dialect(name)
    events = _Events()
    events.grammar = Grammar(wanted, parser(wanted, events))
    return events.grammar


def parser(wanted: Dialect, transformer: object = None) -> Lark:
    """A Lark parser of a dialect; without a *transformer* it gives trees, with positions."""
    from lark import Lark  # noqa: PLC0415 - Lark only where it is needed

    place = resources.path(wanted.grammar)
    text = place.read_text("ascii")
    return Lark(
        text,
        parser="lalr",
        start=[start for start in STARTS if start != "evidence" or "\nevidence:" in text],
        use_bytes=True,
        maybe_placeholders=False,
        import_paths=[str(resources.path("grammar"))],
        source_path=str(place),
        transformer=cast("Any", transformer),
        propagate_positions=transformer is None,
    )


class _Events:
    """The transformer: what Lark calls for each rule that it has recognised."""

    grammar: Grammar

    def header(self, parts: list[Any]) -> Header:
        """The seven values and the name, where there is one."""
        start, end, perms, offset, (major, minor), inode, *name = parts
        return Header(
            start, end, perms, offset, major, minor, inode, bytes_of(name[0]) if name else b""
        )

    def start(self, parts: list[Token]) -> int:
        """A hexadecimal number."""
        return int(parts[0].value, 16)

    end = offset = major = minor = start

    def perms(self, parts: list[Token]) -> int:
        """The bits of the permissions."""
        text = b"".join(map(bytes_of, parts))
        return Perms.from_text(text.decode("ascii")).bits

    def device(self, parts: list[int]) -> tuple[int, int]:
        """Major and minor number."""
        return (parts[0], parts[1])

    def inode(self, parts: list[Token]) -> int:
        """A decimal number."""
        return int(parts[0].value)

    def flags(self, parts: list[Token]) -> Field:
        """The text after ``VmFlags:``."""
        return Field(b"VmFlags", "flags", 0, bytes_of(parts[0]) if parts else b"")

    def size(self, parts: list[Token]) -> Field:
        """A size in bytes; printed in kB, which are units of 1024 bytes."""
        key, text = map(bytes_of, parts)
        (kilobytes,) = self.grammar.parts("SIZE", text)
        return Field(key[:-1], "size", int(kilobytes or 0) * 1024, text)

    def count(self, parts: list[Token]) -> Field:
        """A number without a unit."""
        key, text = map(bytes_of, parts)
        (number,) = self.grammar.parts("COUNT", text)
        return Field(key[:-1], "count", int(number or 0), text)

    def text(self, parts: list[Token]) -> Field:
        """Anything else after a colon."""
        key, *text = map(bytes_of, parts)
        return Field(key[:-1], "text", 0, b"".join(text))

    def label(self, parts: list[Token]) -> Field:
        """Android's ``Name:`` line."""
        return Field(b"Name", "label", 0, bytes_of(parts[0]) if parts else b"")

    def line(self, parts: list[Header | Field]) -> Header | Field:
        """The one thing that a line is."""
        return parts[0]

    field = line

    def name(self, parts: list[Token | tuple[str, str]]) -> tuple[str, str]:
        """The rule and the terminal that matched the column."""
        (part,) = parts
        return part if isinstance(part, tuple) else ("name", bare(part.type))

    def special(self, parts: list[Token]) -> tuple[str, str]:
        """The same for a fixed name in brackets."""
        return "special", bare(parts[0].type)

    def kernel_file(self, parts: list[Token]) -> tuple[str, str]:
        """The same for a file of the kernel's own."""
        return "kernel_file", bare(parts[0].type)


def bytes_of(token: Token) -> bytes:
    """The bytes of a token: with ``use_bytes`` its value is bytes, whatever Lark's types say."""
    return cast("bytes", token.value)
