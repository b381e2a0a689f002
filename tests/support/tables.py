"""The tables of the grammar in a checkout."""

from __future__ import annotations

import importlib
import sys

from procmaps.grammar.compile_tables import table_names
from procmaps.grammar.tables import written_table
from procmaps.grammar.write_tables import WRITTEN, write_tables


def refresh() -> None:
    """Write the tables again if one of them is missing, or made from other sources."""
    names = [table for table, _ in table_names()]
    if all(written_table(table) is not None for table in names):
        return
    write_tables(WRITTEN)
    for table in names:
        sys.modules.pop(f"procmaps.grammar.written.{table}", None)
    importlib.invalidate_caches()
