"""Write every table of the grammar to a Python module. Run by the build, see ``setup.py``.

``python -m procmaps.grammar.write_tables FOLDER`` writes to FOLDER; without it, to the package in a
checkout. The same sources give the same bytes.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast
from zlib import crc32

from procmaps import _resources
from procmaps.grammar.compile_tables import compile_table, table_names
from procmaps.grammar.lark_parser import imported_file

WRITTEN = Path(__file__).with_name("written")
"""The package of the tables."""

COMPILER = (
    "procmaps/formats/smaps_fields.py",
    "procmaps/grammar/compile_tables.py",
    "procmaps/grammar/expressions.py",
    "procmaps/grammar/lark_parser.py",
    "procmaps/grammar/rules.py",
    "procmaps/grammar/to_byte_tables.py",
    "procmaps/grammar/to_regex.py",
    "procmaps/records/perms.py",
)
"""The modules that a table depends on, together with the grammar files."""

_WIDTH = 120
"""Characters of a value that is written on one line."""

_IMPORT = re.compile(r"^%import \.?(\w+)", re.MULTILINE)


def sources(grammar: str) -> dict[str, int]:
    """Return the checksum of each file that the tables of the file *grammar* depend on."""
    names = [grammar]
    for name in names:  # grows while it is read
        folder, _, _ = name.rpartition("/")
        imported = _IMPORT.findall(_resources.read(name).decode())
        files = [imported_file(folder, f"{each}.lark") for each in imported]
        names += [file for file in files if file not in names]
    return {name: crc32(_resources.read(name)) for name in (*sorted({*names}), *COMPILER)}


def module_text(table: str, grammar: str) -> str:
    """Return the text of the module of *table*, which is made from the file *grammar*."""
    return (
        f'"""Compiled from {grammar} by procmaps.grammar.write_tables."""\n\n'
        f"SOURCES = {_literal(sources(grammar))}\n\n"
        f"TABLE: object = {_literal(compile_table(table))}\n"
    )


def _literal(value: object, indent: str = "\n") -> str:
    """Return *value* as Python code, long ones with an item on each line."""
    text, inner = repr(value), f"{indent} "
    if len(text) <= _WIDTH or not isinstance(value, dict | tuple):
        return text
    if isinstance(value, dict):
        entries = cast("dict[object, object]", value).items()
        items = [f"{key!r}: {_literal(item, inner)}" for key, item in entries]
    else:
        items = [_literal(item, inner) for item in cast("Sequence[object]", value)]
    return f"{text[0]}{inner}{f',{inner}'.join(items)},{indent}{text[-1]}"


def write_tables(folder: Path) -> None:
    """Write the module of each table to *folder*; remove those whose grammar is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"__init__.py"}
    for table, grammar in table_names():
        kept.add(f"{table}.py")
        _replace(folder / f"{table}.py", module_text(table, grammar))
    for file in folder.glob("*.py"):
        if file.name not in kept:
            file.unlink()


def _replace(file: Path, text: str) -> None:
    """Write *file* at once, because another process may import it meanwhile."""
    new = file.with_suffix(f".{os.getpid()}")
    new.write_text(text, "ascii")
    new.replace(file)


def main() -> None:
    """Run the program."""
    write_tables(Path(sys.argv[1]) if sys.argv[1:] else WRITTEN)


if __name__ == "__main__":
    main()
