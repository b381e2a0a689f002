"""From text to columns with the selected engine."""

from __future__ import annotations

from procmaps.engines.engine_selection import engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps.engines.column_buffers import ColumnBuffers
    from procmaps.grammar.loading import Grammar


def scan(text: bytes, grammar: Grammar, *, stop: bool = False) -> ColumnBuffers:
    """Read *text* into columns with the selected engine. Raises `EngineUnavailable`.

    With *stop*, reading ends soon after the first line that is refused.

    The native engine has no tables for a dialect whose names can contain newlines. The Python
    engine reads such a dialect instead.
    """
    name = engine()
    if name == "native":
        from procmaps.engines import native_engine  # noqa: PLC0415 - only where it was built

        if tables := native_engine.scanner_tables(grammar):
            return native_engine.scan(text, grammar, tables, stop=stop)
    if name == "reference":
        from procmaps.engines import lark_engine  # noqa: PLC0415 - each engine by itself

        return lark_engine.scan(text, grammar, stop=stop)
    from procmaps.engines import regex_engine  # noqa: PLC0415 - each engine by itself

    return regex_engine.scan(text, grammar, stop=stop)
