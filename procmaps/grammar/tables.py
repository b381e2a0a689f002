"""The compiled grammar: `load_table` returns a table that the build has written.

The build writes each table to a module of `procmaps.grammar.written`, with the checksums of the
files that it was made from. If one of these files is different now, as in a checkout after an edit,
the table is compiled again, which needs Lark. Nothing is written then: the package may be installed
where its user cannot write, and a file that others can write is no place for what is executed.
"""

from __future__ import annotations

import importlib
from zlib import crc32

from procmaps import _resources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def load_table(table: str) -> Any:  # noqa: ANN401 - each table has a type of its own
    """Return a table by its name, which `procmaps.grammar.compile_tables` explains.

    Raises `procmaps.errors.UnknownDialect` or `procmaps.errors.ResourceNotFound` if there is no
    grammar of that name.
    """
    written = written_table(table)
    if written is not None:
        return written
    from procmaps.grammar.compile_tables import compile_table  # noqa: PLC0415 - imports Lark

    return compile_table(table)


def written_table(table: str) -> Any | None:  # noqa: ANN401
    """Return a table that the build has written; None if there is none, or its sources differ."""
    try:
        written = importlib.import_module(f"procmaps.grammar.written.{table}")
    except ModuleNotFoundError:
        return None
    return written.TABLE if is_current(written.SOURCES) else None


def is_current(sources: Mapping[str, int]) -> bool:
    """Return whether each file of *sources* has this checksum.

    A file that is not there cannot have been edited: an installed package has no sources of the
    compiler as data, and one that is run from a zip file has no grammar.
    """
    found = ((_resources.find(name), checksum) for name, checksum in sources.items())
    return all(text is None or crc32(text) == checksum for text, checksum in found)
