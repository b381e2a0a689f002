"""What can go wrong, as values: every exception of the package.

All derive from `ProcmapsError`. They are attrs classes, so two errors with the same facts are
equal, and `str(error)` is composed from the facts: the whole text is part of the interface.
"""

from __future__ import annotations

import attrs

_WINDOW = 60
"""How many bytes of a long line are shown on either side of the caret."""


class ProcmapsError(Exception):
    """The base of every exception that this package raises on purpose.

    Two are equal where their facts are; attrs itself compares exceptions by identity.
    """

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ProcmapsError) or type(self) is not type(other):
            return NotImplemented
        return self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash((type(self), self._facts()))

    def _facts(self) -> tuple[object, ...]:
        fields: tuple[attrs.Attribute[object], ...] = getattr(type(self), "__attrs_attrs__", ())
        return tuple(getattr(self, field.name) for field in fields) or self.args


PRINTABLE = range(0x20, 0x7F)
"""ASCII but for the control characters: what may reach a terminal as it is."""


def visible(raw: bytes) -> str:
    r"""*raw* as printable ASCII, one character a byte where that is possible.

    Tab, newline and every byte outside 0x20–0x7e become ``\xNN``; nothing is lost, and no
    terminal is driven by a hostile name.
    """
    return "".join(chr(byte) if byte in PRINTABLE else f"\\x{byte:02x}" for byte in raw)


@attrs.frozen
class ParseError(ProcmapsError, ValueError):
    """Text that no rule of the grammar accepts: what, where, why and what to do.

    ``line`` and ``column`` count from 1, the column in bytes; ``offset`` counts bytes from 0.
    """

    reason: str
    """What was expected and what stood there instead, as one sentence."""
    source: bytes
    """The whole line that failed, without its line end."""
    line: int
    column: int
    offset: int
    """Where the failing byte stands in the whole input."""
    field: str
    """The grammar rule that failed: ``start``, ``perms``, ``inode``, ``Rss`` …"""
    hint: str = ""
    """What a person can do about it; empty where nothing useful is known."""

    def __str__(self) -> str:
        head = f"line {self.line}, column {self.column}: {self.reason}"
        hint = f"\n{self.hint}" if self.hint else ""
        return f"{head}\n{self.picture}{hint}"

    @property
    def picture(self) -> str:
        """The failing line with a caret under the failing byte, cut around it when long."""
        at = self.column - 1
        first = max(0, at - _WINDOW)
        last = at + _WINDOW
        before = ("…" if first else "") + visible(self.source[first:at])
        after = visible(self.source[at:last]) + ("…" if last < len(self.source) else "")
        return f"  {before}{after}\n  {' ' * len(before)}^"


@attrs.frozen
class UnknownDialect(ProcmapsError, LookupError):
    """A dialect name that ``grammar/dialects`` has no file for."""

    name: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        return f"unknown dialect {self.name!r}; known are: auto, {', '.join(self.known)}"


@attrs.frozen
class InvalidLabel(ProcmapsError, ValueError):
    """A label that ``prctl(PR_SET_VMA_ANON_NAME)`` refuses, and the rule that it breaks."""

    label: bytes
    reason: str

    def __str__(self) -> str:
        return f"the kernel refuses the label '{visible(self.label)}': {self.reason}"
