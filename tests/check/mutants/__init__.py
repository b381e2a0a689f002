"""Parsers that are wrong on purpose: the suite must find each of them."""

from __future__ import annotations

from tests.check.mutants import fields, names, numbers, structure
from tests.check.mutants.base import Parser, right

TABLES = {"names": names, "numbers": numbers, "structure": structure, "fields": fields}

MUTANTS: dict[str, tuple[str, Parser]] = {
    f"{group}/{name}": entry
    for group, table in TABLES.items()
    for name, entry in table.MUTANTS.items()
}
"""The mistake of each, and the parser: bytes to an answer; ValueError refuses the dump."""

__all__ = ["MUTANTS", "right"]
