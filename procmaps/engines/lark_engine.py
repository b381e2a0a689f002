"""The reference engine: Lark reads every line."""

from __future__ import annotations

from procmaps.engines.columns import Columns
from procmaps.grammar.loading import Grammar
from procmaps.grammar.parsed_line import FieldLine, HeaderLine, ImpossibleValue


def scan(text: bytes, grammar: Grammar) -> Columns:
    """Read *text* line by line with Lark alone: the reference for every other engine."""
    columns = Columns()
    at = 0
    while at < len(text):
        at, _ = read_line(text, at, grammar, columns)
    return columns


def read_line(
    text: bytes, at: int, grammar: Grammar, columns: Columns
) -> tuple[int, HeaderLine | FieldLine | None]:
    """Read the one line at *at* into *columns*; gives the place behind it, and what it was.

    A line that cannot be read is noted in ``columns.unparsed``, and gives None.
    """
    end = grammar.line_end(text, at)
    event = grammar.line(text[at:end])
    try:
        if isinstance(event, HeaderLine):
            columns.header(at, event)
        elif event is None:
            columns.add_unparsed(at, end)
        else:
            columns.field(event)
    except ImpossibleValue as refused:
        columns.add_unparsed(at, end, refused)
        event = None
    return end, event
