"""Compile the grammar files to tables: everything that reading a dump needs of them.

The build writes the tables to Python modules (`procmaps.grammar.write_tables`), one for each name:

``dialect_NAME``   rules, expressions and byte tables of a dialect: `DialectTables`
``embedded_NAME``  the rules of ``grammar/embedded/NAME.lark``: `procmaps.grammar.rules.RulesData`
``markers``        the expression of each dialect's markers, by dialect

A table consists of tuples, dictionaries, texts, numbers and None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypedDict, cast

from procmaps import _resources
from procmaps.formats.dialects import DIALECTS, dialect
from procmaps.formats.smaps_fields import Unit
from procmaps.grammar import expressions
from procmaps.grammar.expressions import FieldExpressions
from procmaps.grammar.lark_parser import (
    bare,
    build_parser,
    build_unparsed,
    read_rules,
)
from procmaps.grammar.rules import Rules, RulesData
from procmaps.grammar.to_byte_tables import (
    USAGE,
    USAGE_FIELDS,
    Programs,
    compile_programs,
    perm_flags,
)

ROOTS = ("header", "field", "name", "label")
"""The rules of a dialect that tables have; ``label`` only if the dialect has it."""

_RULE = re.compile("^([a-z_]+):", re.MULTILINE)
"""Where a grammar file defines a rule."""


class DialectTables(TypedDict):
    """What is compiled from the grammar of a dialect."""

    rules: RulesData
    header: bytes
    """The expression of a header line with its line end; the groups are `HEADER_PARTS`."""
    label: bytes | None
    """The expression of a ``Name:`` line; None if the dialect has none."""
    fixed_names: dict[bytes, str]
    """By name column that is the only one of a terminal: the terminal that wins."""
    names: bytes
    """The expression of every other name column: one group for each terminal, by priority."""
    name_rules: dict[str, str]
    """By terminal of a name column: the rule that contains it."""
    fields: tuple[FieldExpressions, ...]
    """The expressions of field lines, by priority of their first terminal."""
    programs: Programs | None
    """The byte tables; None if a rule cannot be compiled to them."""
    perms: dict[bytes, int]
    """By text of the permissions: their flags."""
    usage_fields: dict[bytes, tuple[Unit, str]]
    """By key without its colon: the unit and the usage column of each field that has one."""
    usage_columns: tuple[str, ...]
    """The usage columns in the order of the scanner's buffers; the flags column follows them."""


MarkerTables = dict[str, bytes]


def compile_dialect(name: str) -> DialectTables:
    """Return the tables of the dialect *name*. Raises `procmaps.errors.UnknownDialect`."""
    data = read_rules(build_parser(dialect(name).grammar), ROOTS)
    rules = Rules(data)
    return {
        "rules": data,
        "header": expressions.header_expression(rules),
        "label": expressions.label_expression(rules),
        "fixed_names": expressions.fixed_names(rules),
        "names": expressions.name_expression(rules),
        "name_rules": expressions.name_rules(rules),
        "fields": tuple(expressions.field_expressions(rules)),
        "programs": compile_programs(rules),
        "perms": perm_flags(rules),
        "usage_fields": USAGE_FIELDS,
        "usage_columns": USAGE,
    }


def compile_embedded(name: str) -> RulesData:
    """Return every rule of ``grammar/embedded/NAME.lark``.

    Raises `procmaps.errors.ResourceNotFound` if there is no such grammar.
    """
    file = f"grammar/embedded/{name}.lark"
    rules = _RULE.findall(_resources.read(file).decode())
    return read_rules(build_unparsed(file, rules), rules)


def compile_markers() -> MarkerTables:
    """Return by dialect the expression for text that only it prints."""
    markers = build_unparsed("grammar/dialect_markers.lark", ["markers"])
    return {
        bare(known.name).lower(): known.pattern.to_regexp().encode("latin-1")
        for known in markers.terminals
    }


_COMPILERS: dict[str, Callable[[str], object]] = {
    "dialect": compile_dialect,
    "embedded": compile_embedded,
    "markers": lambda _: compile_markers(),
}


def compile_table(table: str) -> object:
    """Return one of the tables that the module's docstring lists, by its name."""
    kind, _, name = table.partition("_")
    return _plain(_COMPILERS[kind](name))


def _plain(value: Any) -> Any:  # noqa: ANN401 - the values of any table
    """Return *value* made of plain types: Lark's names are tokens, and steps are named tuples.

    Raises `TypeError` if it has anything else than the types of a table.
    """
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        entries = cast("dict[object, object]", value)
        return {_plain(key): _plain(item) for key, item in entries.items()}
    if isinstance(value, tuple):
        return tuple(map(_plain, cast("Iterable[object]", value)))
    if value is None or isinstance(value, int | bytes):
        return value
    raise TypeError(f"a table cannot have {value!r}")


def table_names() -> Iterator[tuple[str, str]]:
    """Yield the name of each table, and the grammar file that it is made from."""
    yield "markers", "grammar/dialect_markers.lark"
    for known in DIALECTS:
        yield f"dialect_{known.name}", known.grammar
    for file in sorted(_resources.path("grammar/embedded").glob("*.lark")):
        yield f"embedded_{file.stem}", f"grammar/embedded/{file.name}"
