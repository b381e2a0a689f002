"""Grammars by dialect: `load` returns a `Grammar`, which has the rules and expressions.

They come from tables that were compiled when the package was built, so Lark is not imported. The
exception are the methods whose names say so; they are the reference for all engines.
"""

from __future__ import annotations

import functools
import re

from procmaps._cached_property import cached_property
from procmaps.grammar.rules import Rules
from procmaps.grammar.tables import load_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from lark import Lark

    from procmaps.formats.dialects import Dialect
    from procmaps.formats.smaps_fields import Unit
    from procmaps.grammar.compile_tables import DialectTables
    from procmaps.grammar.expressions import FieldExpressions
    from procmaps.grammar.parsed_line import FieldLine, HeaderLine
    from procmaps.grammar.to_byte_tables import Programs
    from procmaps.grammar.to_regex import Terminal
    from procmaps.records import names

DEFAULT_DIALECT = "linux"
"""The dialect that a text is first read as."""


_KINDS = {"": "anonymous", "OPEN_LABEL": "other"}
"""By terminal of a name column, the kind of its record. Others are called like their terminal."""


class Grammar:
    """The grammar of a dialect, and what is compiled from it."""

    def __init__(self, name: str, tables: DialectTables) -> None:
        """*name* is that of the dialect."""
        self.name = name
        self.rules = Rules(tables["rules"])
        self.field_expressions: tuple[FieldExpressions, ...] = tables["fields"]
        """The expressions of field lines, for `procmaps.grammar.compiled_lines`."""
        self.programs: Programs | None = tables["programs"]
        """The byte tables; None if a rule cannot be compiled to them."""
        self.perms: dict[bytes, int] = tables["perms"]
        """By text of the permissions: their flags."""
        self.usage_fields: dict[bytes, tuple[Unit, str]] = tables["usage_fields"]
        """By key without its colon: the unit and the usage column of each field that has one."""
        self.usage_columns: tuple[str, ...] = tables["usage_columns"]
        """The usage columns in the order of the byte tables."""
        self._tables = tables
        self._expansions: dict[str, tuple[tuple[Terminal, ...], ...]] = {}
        self._terminals: dict[str, re.Pattern[bytes]] = {}

    def __repr__(self) -> str:
        return f"<Grammar of {self.name}>"

    def __reduce__(self) -> tuple[object, ...]:
        # Another process loads its own.
        return load, (self.name,)

    @cached_property
    def dialect(self) -> Dialect:
        """The row of the dialect in `procmaps.formats.dialects`."""
        from procmaps.formats.dialects import dialect  # noqa: PLC0415 - slow to import

        return dialect(self.name)

    @cached_property
    def header(self) -> re.Pattern[bytes]:
        """The expression for a header line with its line end; the groups are `HEADER_PARTS`.

        If names can contain newlines, the match ends where the name ends.
        """
        return re.compile(self._tables["header"])

    def expansions(self, rule: str) -> tuple[tuple[Terminal, ...], ...]:
        """Return every expansion of *rule*; see `procmaps.grammar.to_regex.expansions`."""
        if rule not in self._expansions:
            from procmaps.grammar.to_regex import expansions  # noqa: PLC0415 - slow to import

            self._expansions[rule] = expansions(self.rules, rule)
        return self._expansions[rule]

    # --- lines, with Lark -------------------------------------------------------------------------

    @cached_property
    def _lark(self) -> Lark:
        """The parser with the transformer inside: it returns values instead of trees."""
        from procmaps.grammar.lark_parser import build_parser  # noqa: PLC0415 - imports Lark
        from procmaps.grammar.transformer import LineTransformer  # noqa: PLC0415 - imports Lark

        return build_parser(self.dialect.grammar, LineTransformer(self.captured))

    def _parse(self, text: bytes, start: str) -> Any:  # noqa: ANN401 - the transformer's value
        # Lark's annotations allow neither bytes nor the values of a transformer.
        lark: Any = self._lark
        return lark.parse(text, start=start)

    def parse_with_lark(self, line: bytes) -> HeaderLine | FieldLine | None:
        """Parse a line, with or without its line end. Returns None if the grammar rejects it."""
        from lark import UnexpectedInput

        try:
            parsed: HeaderLine | FieldLine = self._parse(line, "line")
        except UnexpectedInput:
            return None
        return parsed

    def parse_name_with_lark(self, raw: bytes) -> names.Name:
        """Return the record of a name column, parsed by Lark."""
        rule, terminal = self._parse(raw, "name") if raw else ("", "")
        return self._build_name(rule, terminal, raw)

    # --- names ------------------------------------------------------------------------------------

    def parse_name(self, raw: bytes) -> names.Name:
        """Return the record of a name column, by one compiled expression: many times as fast."""
        terminal = self.name_terminal(raw)
        return self._build_name(self._tables["name_rules"].get(terminal, ""), terminal, raw)

    def name_kind(self, raw: bytes) -> str:
        """Return the kind of the record of a name column, without the record."""
        terminal = self.name_terminal(raw)
        if terminal == "SOCKET" and self.parse_name(raw).kind != "socket":
            return "other"  # a number that no inode has
        return _KINDS.get(terminal) or terminal.lower()

    def name_terminal(self, raw: bytes) -> str:
        """Return the terminal of a name column; empty if the column is."""
        if fixed := self._tables["fixed_names"].get(raw):
            return fixed
        found = self._names.fullmatch(raw)
        return (found.lastgroup or "") if found else ""

    def _build_name(self, rule: str, terminal: str, raw: bytes) -> names.Name:
        from procmaps.grammar.name_records import build_name  # noqa: PLC0415 - slow to import

        captured = self.captured(terminal, raw) if raw else b""
        return build_name(rule, terminal, raw, captured, escaped=self.dialect.escapes_newlines)

    @cached_property
    def _names(self) -> re.Pattern[bytes]:
        """The expression for a name column that is not fixed: one group for each terminal."""
        return re.compile(self._tables["names"])

    # --- terminals --------------------------------------------------------------------------------

    def captured(self, terminal: str, text: bytes) -> bytes:
        """Return the group that *terminal* captures in *text*, all of which it matches."""
        match = self.terminal(terminal).fullmatch(text)
        assert match, (terminal, text)  # noqa: S101 - the terminal that matched it was just found
        return (match[1] or b"") if match.re.groups else b""

    def terminal(self, name: str) -> re.Pattern[bytes]:
        """Return the compiled expression of a terminal. Raises `KeyError` for another name."""
        known = self._terminals.get(name)
        if known is None:
            pattern = self.rules.pattern(name).encode("latin-1")
            known = self._terminals[name] = re.compile(pattern)
        return known

    # --- line ends --------------------------------------------------------------------------------

    def line_end(self, text: bytes, offset: int) -> int:
        """Return the end of the line that starts at *offset*, after its line end.

        If names can contain newlines, the line ends where the name ends.
        """
        match = self.header.match(text, offset)
        if not match and self._label:
            match = self._label.match(text, offset)
        return match.end() if match else text.find(b"\n", offset) + 1 or len(text)

    @cached_property
    def _label(self) -> re.Pattern[bytes] | None:
        """The expression for a ``Name:`` line; None if the dialect has none."""
        label = self._tables["label"]
        return None if label is None else re.compile(label)


@functools.cache
def load(name: str) -> Grammar:
    """Return the grammar of the dialect *name*. Raises `procmaps.errors.UnknownDialect`."""
    return Grammar(name, load_table(f"dialect_{name}"))


@functools.cache
def dialect_markers() -> dict[str, re.Pattern[bytes]]:
    """Return by dialect the expression for text that only it prints.

    They are compiled from ``grammar/dialect_markers.lark``.
    """
    markers: dict[str, bytes] = load_table("markers")
    return {name: re.compile(pattern) for name, pattern in markers.items()}


@functools.cache
def unmarked_lines() -> re.Pattern[bytes]:
    """Return the expression for lines, none of which has a marker of any dialect.

    It takes as many as there are, and always matches. One call for all lines takes a seventh of the
    time of trying each marker at each line.
    """
    markers: dict[str, bytes] = load_table("markers")
    return re.compile(rb"(?:(?!%s)(?:[^\n]*\n|[^\n]+))*+" % b"|".join(markers.values()))


@functools.cache
def embedded_rules(name: str) -> Rules:
    """Return the rules of ``grammar/embedded/NAME.lark``."""
    return Rules(load_table(f"embedded_{name}"))
