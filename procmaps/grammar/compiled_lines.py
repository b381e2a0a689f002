"""One line without Lark: `compiled_lines` reads it with the expressions of the dialect.

The result is that of `procmaps.grammar.loading.Grammar.parse_with_lark`, many times as fast. The
first terminal of a field decides its rules, and of the terminals after it the one with the highest
priority wins, as in Lark's lexer. Each expression is atomic, so the work is linear.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple, cast

from procmaps.grammar.loading import Grammar
from procmaps.grammar.parsed_line import FieldLine, Form, HeaderLine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps.grammar.expressions import FieldExpressions

_KIB = 1024


class _FieldRules(NamedTuple):
    """The rules of field lines that begin with one terminal."""

    first: re.Pattern[bytes]
    """Matches the key and the colon."""
    rest: re.Pattern[bytes]
    """Matches what follows and the line end; each terminal is a group."""
    forms: dict[str | None, Form]
    """The form by terminal; by None if nothing follows the key."""

    @classmethod
    def of(cls, expressions: FieldExpressions) -> _FieldRules:
        """Compile the expressions of a dialect's tables."""
        first, rest, forms = expressions
        return cls(re.compile(first), re.compile(rest), forms)

    def read(self, key: bytes, match: re.Match[bytes]) -> FieldLine:
        """Return the field line whose first terminal matched *key* and whose rest is *match*."""
        name = match.lastgroup
        form = self.forms[name]
        text = match[name] if name else b""
        if form not in ("size", "count"):
            return FieldLine(key, form, 0, text)
        # The terminal has one group, the number, which opens after it.
        number = int(match[match.re.groupindex[cast("str", name)] + 1])
        return FieldLine(key, form, number * _KIB if form == "size" else number, text)


class CompiledLines(NamedTuple):
    """The expressions for one line of a dialect. Equal if they accept the same lines."""

    header: re.Pattern[bytes]
    perms: dict[bytes, int]
    fields: tuple[_FieldRules, ...]
    """By priority of their first terminal."""

    def read(self, text: bytes, offset: int) -> tuple[int, HeaderLine | FieldLine | None]:
        """Parse the line at *offset*; return its end offset and None if the grammar rejects it."""
        if header := self.header.match(text, offset):
            return header.end(), self._header_line(header)
        for rules in self.fields:
            if key := rules.first.match(text, offset):
                if rest := rules.rest.match(text, key.end()):
                    return rest.end(), rules.read(key[0].partition(b":")[0], rest)
                break
        return text.find(b"\n", offset) + 1 or len(text), None

    def _header_line(self, match: re.Match[bytes]) -> HeaderLine:
        start, end, perms, offset, major, minor, inode, name = match.groups(b"")
        return HeaderLine(
            int(start, 16),
            int(end, 16),
            self.perms[perms],
            int(offset, 16),
            int(major, 16),
            int(minor, 16),
            int(inode),
            name,
        )


@functools.cache
def compiled_lines(grammar: Grammar) -> CompiledLines:
    """Return the expressions for one line of a dialect."""
    fields = tuple(map(_FieldRules.of, grammar.field_expressions))
    return CompiledLines(grammar.header, grammar.perms, fields)


def parse_line(grammar: Grammar, line: bytes) -> HeaderLine | FieldLine | None:
    """Parse a line, with or without its line end. Returns None if the grammar rejects it."""
    end, parsed = compiled_lines(grammar).read(line, 0)
    return parsed if end == len(line) else None
