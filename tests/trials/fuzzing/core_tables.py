"""The byte tables of a grammar as C, so that the core can be fuzzed without an interpreter."""

from __future__ import annotations

from procmaps.grammar import loading
from procmaps.grammar.to_byte_tables import Program, Programs, Step

KINDS = ("SIZE", "COUNT", "FLAGS")
"""The names in ``scanner.h`` of the kinds of values, by number."""


def header(dialect: str) -> str:
    """Return the text of ``tables_data.h``. Raises `ValueError` if the dialect has no tables."""
    grammar = loading.load(dialect)
    programs = grammar.programs
    if programs is None:
        msg = f"the grammar of {dialect} cannot be compiled to byte tables"
        raise ValueError(msg)
    arrays = (
        _array("addresses", programs["addresses"]),
        _array("fixed_columns", programs["fixed_columns"]),
        _array("name", programs["name"]),
        _array("size", programs["size"]),
        _array("count", programs["count"]),
        _array("flags", programs["flags"]),
        _array("text", programs["text"]),
    )
    columns = len(grammar.usage_columns) + 1
    return "\n".join((*arrays, _keys(programs), f"enum {{ COLUMNS = {columns} }};\n"))


def _array(name: str, program: Program) -> str:
    steps = ",\n".join(_step(Step(*step)) for step in program)
    return f"static const StepData {name}[] = {{\n{steps}\n}};\n"


def _step(step: Step) -> str:
    table = ",".join(map(str, step.table))
    may_end = "true" if step.may_end else "false"
    counts = f"{step.min_count}u, {step.max_count}u"
    return f"    {{{counts}, {step.base}, {step.register_index}, {may_end}, {{{table}}}}}"


def _keys(programs: Programs) -> str:
    rows = (
        f'    {{"{text.decode("ascii")}", {KINDS[kind]}, {column}}}'
        for text, kind, column in programs["keys"]
    )
    return "static const KeyData keys[] = {\n" + ",\n".join(rows) + "\n};\n"
