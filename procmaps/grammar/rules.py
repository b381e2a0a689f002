"""The rules of a grammar as data, without Lark: `Rules`.

`procmaps.grammar.lark_parser` reads them from Lark. Everything else is compiled from them.
"""

from __future__ import annotations

HEADER_PARTS = ("start", "end", "perms", "offset", "major", "minor", "inode", "NAME")
"""The rules and the terminal of a header line that have a value, in their order."""

TerminalRow = tuple[str, str, int, bool]
"""The regular expression of a terminal; its text if it is a quoted text (else empty); its priority;
and whether it is a separator, which has no value: a quoted text in a rule, or a name with an
underscore."""

Sequences = tuple[tuple[str, ...], ...]
"""The alternatives of a rule; each is a sequence of rules and terminals."""

RulesData = tuple[dict[str, TerminalRow], dict[str, Sequences]]
"""The terminals and the rules of a grammar by name, as they are written to a file."""


class Rules:
    """The terminals and rules that some rules of a grammar need, by their names in its files."""

    def __init__(self, data: RulesData) -> None:
        self.terminals, self.rules = data

    def pattern(self, terminal: str) -> str:
        """Return the regular expression of *terminal*. Raises `KeyError` for another name."""
        return self.terminals[terminal][0]

    def literal(self, terminal: str) -> str:
        """Return the text of a *terminal* that is a quoted text; else an empty string."""
        return self.terminals[terminal][1]

    def priority(self, terminal: str) -> int:
        """Return the priority of *terminal*: of two that match, the higher one wins."""
        return self.terminals[terminal][2]
