"""From text to columns with the selected engine."""

from __future__ import annotations

from procmaps.engines import lark_engine, regex_engine
from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.engines.engine_selection import engine
from procmaps.grammar.loading import Grammar


def scan(text: bytes, grammar: Grammar) -> ColumnBuffers:
    """Read *text* into columns with the selected engine. Raises `EngineUnavailable`.

    The native engine has no tables for a dialect whose names can contain newlines. The Python
    engine reads such a dialect instead.
    """
    name = engine()
    if name == "native":
        from procmaps.engines import native_engine  # noqa: PLC0415 - only where it was built

        if tables := native_engine.scanner_tables(grammar):
            return native_engine.scan(text, grammar, tables)
    if name == "reference":
        return lark_engine.scan(text, grammar)
    return regex_engine.scan(text, grammar)
