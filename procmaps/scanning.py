"""From text to columns, with the engine in use."""

from __future__ import annotations

from procmaps import grammar as reference
from procmaps import scan as python
from procmaps.columns import Columns
from procmaps.engines import engine
from procmaps.grammar import Grammar


def scan(text: bytes, grammar: Grammar) -> Columns:
    """Read *text* into columns with the engine in use; raises `EngineUnavailable`."""
    name = engine()
    if name == "native":
        from procmaps import native  # noqa: PLC0415 - only where it was built

        if tables := native.machine(grammar):
            return native.scan(text, grammar, tables)
    if name == "reference":
        return reference.scan(text, grammar)
    return python.scan(text, grammar)
