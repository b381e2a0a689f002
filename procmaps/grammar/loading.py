"""The reference engine: Lark reads each line by the grammar, a transformer makes values of it.

Everything else in the package is held to this one. `load` gives the `Grammar` of a dialect, made
once; Lark is imported then, not before.
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
"""What can be parsed: one line, one name column, a whole file."""

HEADER_PARTS = ("start", "end", "perms", "offset", "major", "minor", "inode", "NAME")
"""The rules and the terminal of a header line that carry a value, in their order."""


@attrs.frozen(eq=False, slots=False)
class Grammar:
    """A dialect's grammar, loaded; and what is compiled from it."""

    dialect: Dialect
    lark: Lark
    """The parser with the transformer inside: `HeaderLine` and `FieldLine` values come out."""

    def __reduce__(self) -> tuple[object, ...]:
        # Lark's parser holds what cannot be copied; another process loads its own.
        return load, (self.dialect.name,)

    @functools.cached_property
    def header(self) -> re.Pattern[bytes]:
        """A header line with its line end, compiled; groups are `HEADER_PARTS`.

        Where names may hold newlines it says how far a record reaches.
        """
        rule = compile_rule(self.lark, "header", HEADER_PARTS)
        return re.compile(f"{rule}(?:\\n|\\Z)".encode("latin-1"))

    @functools.cache  # noqa: B019 - a grammar lives as long as the process
    def expansions(self, rule: str) -> tuple[tuple[Terminal, ...], ...]:
        """Every way through *rule*; see `procmaps.grammar.to_regex.expansions`."""
        return expansions(self.lark, rule)

    def line(self, line: bytes) -> HeaderLine | FieldLine | None:
        """What the reference engine reads in one line, its line end or not; None: nothing."""
        from lark import UnexpectedInput

        try:
            return cast("HeaderLine | FieldLine", self._parse(line, "line"))
        except UnexpectedInput:
            return None

    def parse_name_with_lark(self, raw: bytes) -> names.Name:
        """The record of a name column."""
        if not raw:
            return names.Unnamed()
        rule, terminal = cast("tuple[str, str]", self._parse(raw, "name"))
        part = self.captured(terminal, raw)
        return build_name(rule, terminal, raw, part, escaped=self.dialect.escapes_newlines)

    def parse_name(self, raw: bytes) -> names.Name:
        """The same as `name`, by one expression compiled from the grammar: many times as fast."""
        if not raw:
            return names.Unnamed()
        match = cast("re.Match[bytes]", self._names.fullmatch(raw))
        terminal = cast("str", match.lastgroup)
        part = self.captured(terminal, raw)
        rule = self._name_rules[terminal]
        return build_name(rule, terminal, raw, part, escaped=self.dialect.escapes_newlines)

    @functools.cached_property
    def _names(self) -> re.Pattern[bytes]:
        """A name column: one group for each terminal of the rule, in the order of priority."""
        priority = {bare(known.name): known.priority for known in self.lark.terminals}
        ranked = sorted(self._name_rules, key=lambda name: -priority[name])
        patterns = (
            without_groups(self.terminal(name).pattern.decode("latin-1")) for name in ranked
        )
        groups = (f"(?P<{name}>{text})" for name, text in zip(ranked, patterns, strict=True))
        return re.compile("|".join(groups).encode("latin-1"))

    @functools.cached_property
    def _name_rules(self) -> dict[str, str]:
        """Each terminal of a name column, and the rule that it stands in."""
        return {step.terminal: step.path[-1] for (step,) in self.expansions("name")}

    def captured(self, terminal: str, text: bytes) -> bytes:
        """What the group of *terminal* holds in *text*, all of which it has matched."""
        match = cast("re.Match[bytes]", self.terminal(terminal).fullmatch(text))
        return (match[1] or b"") if match.re.groups else b""

    def terminal(self, name: str) -> re.Pattern[bytes]:
        """One terminal of the grammar, compiled."""
        return self._terminals[name]

    @functools.cached_property
    def _terminals(self) -> dict[str, re.Pattern[bytes]]:
        return {
            bare(known.name): re.compile(known.pattern.to_regexp().encode("latin-1"))
            for known in self.lark.terminals
        }

    def _parse(self, text: bytes, start: str) -> object:
        # Lark's annotations know neither bytes nor what a transformer makes.
        return cast("Any", self.lark).parse(text, start=start)

    def line_end(self, text: bytes, at: int) -> int:
        """Where the line that starts at *at* ends, its line end included.

        In a dialect whose names hold newlines it is where the name ends, lines later.
        """
        if match := self.header.match(text, at) or (self._label and self._label.match(text, at)):
            return match.end()
        return text.find(b"\n", at) + 1 or len(text)

    @functools.cached_property
    def _label(self) -> re.Pattern[bytes] | None:
        """A line below the header that holds a name, compiled; None where the dialect has none."""
        if all(bare(str(known.origin.name)) != "label" for known in self.lark.rules):
            return None
        return re.compile(f"{compile_rule(self.lark, 'label')}(?:\\n|\\Z)".encode("latin-1"))


@functools.cache
def load(name: str) -> Grammar:
    """The grammar of the dialect called *name*; raises `procmaps.errors.UnknownDialect`."""
    wanted = dialect(name)
    events = LineTransformer()
    grammar = Grammar(wanted, parser(wanted, events))
    events.captured = grammar.captured
    return grammar


@functools.cache
def dialect_markers() -> dict[str, re.Pattern[bytes]]:
    """By dialect, what only it prints, compiled from ``grammar/dialect_markers.lark``."""
    # Only the terminals are wanted. LALR would weigh them against each other, which takes long.
    marks = _lark(
        "grammar/dialect_markers.lark", start=["evidence"], parser="earley", lexer="dynamic"
    )
    return {
        known.name.lower(): re.compile(known.pattern.to_regexp().encode("latin-1"))
        for known in marks.terminals
    }


def parser(wanted: Dialect, transformer: object = None) -> Lark:
    """A Lark parser of a dialect; without a *transformer* it gives trees, with positions."""
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

    place = _resources.path(grammar)
    lark = cast("Any", Lark)(
        place.read_text("ascii"),
        use_bytes=True,
        import_paths=[str(_resources.path("grammar"))],
        source_path=str(place),
        **options,
    )
    return cast("Lark", lark)
