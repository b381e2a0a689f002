"""Grammars by dialect: `load` returns a `Grammar`, which parses lines and compiles rules.

The Lark parser in it is the reference for all engines. `load` makes each grammar once, and imports
Lark only then.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, cast

import attrs

from procmaps import _resources
from procmaps.formats.dialects import Dialect, dialect
from procmaps.grammar.parsed_line import FieldLine, HeaderLine
from procmaps.grammar.to_regex import Terminal, bare, compile_rule, expansions, without_groups
from procmaps.grammar.transformer import LineTransformer, build_name
from procmaps.records import names

if TYPE_CHECKING:
    from lark import Lark

STARTS = ("line", "name", "maps", "smaps", "rollup")
"""Start rules of the parser: one line, one name column, or a whole file."""

HEADER_PARTS = ("start", "end", "perms", "offset", "major", "minor", "inode", "NAME")
"""The rules and the terminal of a header line that have a value, in their order."""


@attrs.frozen(eq=False, slots=False)
class Grammar:
    """The loaded grammar of a dialect, and what is compiled from it."""

    dialect: Dialect
    lark: Lark
    """The parser with the transformer inside. It returns `HeaderLine` and `FieldLine` values."""

    def __reduce__(self) -> tuple[object, ...]:
        # A Lark parser cannot be pickled; another process loads its own.
        return load, (self.dialect.name,)

    @functools.cached_property
    def header(self) -> re.Pattern[bytes]:
        """The expression for a header line with its line end; the groups are `HEADER_PARTS`.

        If names can contain newlines, the match ends where the name ends.
        """
        rule = compile_rule(self.lark, "header", HEADER_PARTS)
        return re.compile(f"{rule}(?:\\n|\\Z)".encode("latin-1"))

    @functools.cache  # noqa: B019 - a grammar lives as long as the process
    def expansions(self, rule: str) -> tuple[tuple[Terminal, ...], ...]:
        """Return every expansion of *rule*; see `procmaps.grammar.to_regex.expansions`."""
        return expansions(self.lark, rule)

    def parse_line(self, line: bytes) -> HeaderLine | FieldLine | None:
        """Parse a line, with or without its line end. Returns None if the grammar rejects it."""
        from lark import UnexpectedInput

        try:
            return cast("HeaderLine | FieldLine", self._parse(line, "line"))
        except UnexpectedInput:
            return None

    def parse_name_with_lark(self, raw: bytes) -> names.Name:
        """Return the record of a name column, parsed by Lark."""
        if not raw:
            return names.Unnamed()
        rule, terminal = cast("tuple[str, str]", self._parse(raw, "name"))
        captured = self.captured(terminal, raw)
        return build_name(rule, terminal, raw, captured, escaped=self.dialect.escapes_newlines)

    def parse_name(self, raw: bytes) -> names.Name:
        """Return the record of a name column, by one compiled expression: many times as fast."""
        if not raw:
            return names.Unnamed()
        match = cast("re.Match[bytes]", self._names.fullmatch(raw))
        terminal = cast("str", match.lastgroup)
        captured = self.captured(terminal, raw)
        rule = self._name_rules[terminal]
        return build_name(rule, terminal, raw, captured, escaped=self.dialect.escapes_newlines)

    @functools.cached_property
    def _names(self) -> re.Pattern[bytes]:
        """The expression for a name column: one group for each terminal, by priority."""
        priority = {bare(known.name): known.priority for known in self.lark.terminals}
        ranked = sorted(self._name_rules, key=lambda name: -priority[name])
        patterns = (
            without_groups(self.terminal(name).pattern.decode("latin-1")) for name in ranked
        )
        groups = (f"(?P<{name}>{text})" for name, text in zip(ranked, patterns, strict=True))
        return re.compile("|".join(groups).encode("latin-1"))

    @functools.cached_property
    def _name_rules(self) -> dict[str, str]:
        """By terminal of a name column: the rule that contains it."""
        return {terminal.name: terminal.path[-1] for (terminal,) in self.expansions("name")}

    def captured(self, terminal: str, text: bytes) -> bytes:
        """Return the group that *terminal* captures in *text*, all of which it matches."""
        match = cast("re.Match[bytes]", self.terminal(terminal).fullmatch(text))
        return (match[1] or b"") if match.re.groups else b""

    def terminal(self, name: str) -> re.Pattern[bytes]:
        """Return the compiled expression of a terminal."""
        return self._terminals[name]

    @functools.cached_property
    def _terminals(self) -> dict[str, re.Pattern[bytes]]:
        return {
            bare(known.name): re.compile(known.pattern.to_regexp().encode("latin-1"))
            for known in self.lark.terminals
        }

    def _parse(self, text: bytes, start: str) -> object:
        # Lark's annotations allow neither bytes nor the values of a transformer.
        return cast("Any", self.lark).parse(text, start=start)

    def line_end(self, text: bytes, offset: int) -> int:
        """Return the end of the line that starts at *offset*, after its line end.

        If names can contain newlines, the line ends where the name ends.
        """
        match = self.header.match(text, offset)
        if not match and self._label:
            match = self._label.match(text, offset)
        return match.end() if match else text.find(b"\n", offset) + 1 or len(text)

    @functools.cached_property
    def _label(self) -> re.Pattern[bytes] | None:
        """The expression for a ``Name:`` line; None if the dialect has none."""
        if all(bare(str(known.origin.name)) != "label" for known in self.lark.rules):
            return None
        return re.compile(f"{compile_rule(self.lark, 'label')}(?:\\n|\\Z)".encode("latin-1"))


@functools.cache
def load(name: str) -> Grammar:
    """Return the grammar of the dialect *name*. Raises `procmaps.errors.UnknownDialect`."""
    wanted = dialect(name)
    transformer = LineTransformer()
    grammar = Grammar(wanted, parser(wanted, transformer))
    transformer.captured = grammar.captured
    return grammar


@functools.cache
def dialect_markers() -> dict[str, re.Pattern[bytes]]:
    """Return by dialect the expression for text that only it prints.

    They are compiled from ``grammar/dialect_markers.lark``.
    """
    # Only the terminals are needed. LALR would compare them with each other, which takes long.
    markers = _lark(
        "grammar/dialect_markers.lark", start=["markers"], parser="earley", lexer="dynamic"
    )
    return {
        known.name.lower(): re.compile(known.pattern.to_regexp().encode("latin-1"))
        for known in markers.terminals
    }


def parser(wanted: Dialect, transformer: object = None) -> Lark:
    """Return a Lark parser of a dialect. Without a *transformer* it makes trees with positions."""
    return _lark(
        wanted.grammar,
        start=[*STARTS],
        parser="lalr",
        maybe_placeholders=False,
        transformer=transformer,
        propagate_positions=transformer is None,
    )


def _lark(grammar: str, **options: object) -> Lark:
    from lark import Lark

    path = _resources.path(grammar)
    lark = cast("Any", Lark)(
        path.read_text("ascii"),
        use_bytes=True,
        import_paths=[str(_resources.path("grammar"))],
        source_path=str(path),
        **options,
    )
    return cast("Lark", lark)
