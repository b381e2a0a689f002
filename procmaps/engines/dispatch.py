"""From text to columns, with the engine in use."""

from __future__ import annotations

from procmaps.engines import lark_engine as reference
from procmaps.engines import regex_engine as python
from procmaps.engines.columns import Columns
from procmaps.engines.selection import engine
from procmaps.grammar.loading import Grammar


def scan(text: bytes, grammar: Grammar) -> Columns:
    """Read *text* into columns with the engine in use; raises `EngineUnavailable`."""
    name = engine()
    if name == "native":
        from procmaps.engines import native_engine  # noqa: PLC0415 - only where it was built

        if tables := native_engine.machine(grammar):
            return native_engine.scan(text, grammar, tables)
    if name == "reference":
        return reference.scan(text, grammar)
    return python.scan(text, grammar)
