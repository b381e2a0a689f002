"""Regular expressions that find a mapping inside a line, compiled from the grammars.

Each accepts what its grammar accepts. In addition, any run of blanks matches where the grammar has
a space, and any dash matches where it has a hyphen. The syntax itself is only in ``grammar/``.

A rule of a grammar has several expansions: alternative sequences of terminals. Here each expansion
is changed terminal by terminal (`_tolerant`), then all are joined into one expression (`_join`).
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import attrs

from procmaps import _resources
from procmaps.extraction.blanks import BLANK, DASH, MAX_BLANKS
from procmaps.formats.dialects import LINUX
from procmaps.grammar import loading
from procmaps.grammar.loading import HEADER_PARTS
from procmaps.grammar.to_regex import Terminal, expansions, without_groups

Expansion = tuple[Terminal, ...]

COLUMNS = ("start", "end", "perms", "offset", "major", "minor", "inode")
"""The groups of a mapping before its name."""

_BLANKS = f"{BLANK}{{1,{MAX_BLANKS}}}+"

_PADDING = f"{BLANK}++"
"""Possessive, because a name may begin with a byte that counts as a blank here."""

_CELL_BORDER = r"[ \t]{0,64}[\"']?[ \t]{0,64}[|,;][ \t]{0,64}[\"']?[ \t]{0,64}"
"""The text between two cells of a table."""

_PADDING_TERMINALS = frozenset({"_PAD", "_GAP"})

_BEGIN = r"(?<![0-9A-Fa-f])(?:0x)?"
"""An address does not begin in the middle of a number."""

_AFTER_INODE = r"(?:[^0-9A-Za-z \t._/\[(-]|\[/)"
"""A first byte after the inode that cannot continue the line as the kernel prints it."""

_TAIL = Terminal("TAIL", rf"{_AFTER_INODE}[^\n]*", "", ())
"""Text that a program or page adds directly after the inode of unnamed memory."""


@attrs.frozen(eq=False)
class MappingPattern:
    """The expressions for one format of a mapping."""

    format: str
    """``wsl``, ``cygwin``, ``tombstone`` or ``sanitizer``."""
    line: re.Pattern[bytes]
    """A mapping anywhere in a line, from its start address to the end of the line."""
    partial: re.Pattern[bytes]
    """A mapping that the end of the line cuts off after its end address or later."""
    columns: re.Pattern[bytes]
    """The columns before the name, anywhere in a line."""
    strict: re.Pattern[bytes]
    """Like ``line``, but only as the grammar has it; to be matched at the start of the mapping."""


# --- the patterns ---------------------------------------------------------------------------------


@functools.cache
def kernel_line(dialect: str) -> MappingPattern:
    """Return the pattern of a header line of ``maps`` and ``smaps`` in a dialect."""
    return _compile(dialect, loading.load(dialect).expansions("header"), HEADER_PARTS)


@functools.cache
def tombstone() -> MappingPattern:
    """Return the pattern of a line of the memory map in an Android tombstone."""
    groups = ("start", "end", "perms", "offset", "size", "NAME", "build_id", "load_bias")
    return _compile("tombstone", _embedded("tombstone"), groups)


@functools.cache
def sanitizer() -> MappingPattern:
    """Return the pattern of a line of the memory map in a sanitizer's report."""
    return _compile("sanitizer", _embedded("sanitizer"), ("start", "end", "NAME"))


@functools.cache
def all_formats() -> tuple[MappingPattern, ...]:
    """Return the pattern of every format, the most common first.

    The pattern of WSL1 also accepts every line of Linux.
    """
    return (kernel_line("wsl"), kernel_line("cygwin"), tombstone(), sanitizer())


@functools.cache
def table_row() -> re.Pattern[bytes]:
    """Return the pattern of a mapping with its columns in the cells of a table."""
    header = loading.load(LINUX.name).expansions("header")
    rows = [tuple(map(_as_cell_border, expansion)) for expansion in header]
    return _search_pattern(f"{_join(rows, (*COLUMNS, 'NAME'))}\\Z")


def captured(match: re.Match[bytes]) -> dict[str, bytes]:
    """Return the groups of a match of any of these patterns; omit groups that did not match."""
    groups = match.groupdict()
    return {name.partition("__")[0]: text for name, text in groups.items() if text is not None}


def _embedded(name: str) -> tuple[Expansion, ...]:
    """Return the expansions of the line rule of a grammar in ``grammar/embedded``."""
    from lark import Lark

    path = _resources.path(f"grammar/embedded/{name}.lark")
    lark = Lark(
        path.read_text("ascii"),
        parser="lalr",
        start="line",
        use_bytes=True,
        import_paths=[str(_resources.path("grammar"))],
        source_path=str(path),
    )
    return expansions(lark, "line")


# --- from expansions to expressions ---------------------------------------------------------------


def _compile(name: str, exact: Sequence[Expansion], groups: tuple[str, ...]) -> MappingPattern:
    tolerant = [tuple(map(_tolerant, expansion)) for expansion in exact]
    with_tail = [(*each, _TAIL) for each in tolerant if "inode" in each[-1].path]
    unnamed = min(tolerant, key=len)
    named = max(tolerant, key=len)
    return MappingPattern(
        name,
        line=_search_pattern(f"{_join([*tolerant, *with_tail], (*groups, _TAIL.name))}\\Z"),
        partial=_search_pattern(f"{_cut_off(named)}{BLANK}*+\\Z"),
        columns=_search_pattern(f"{_join([unnamed], groups)}(?=[ \\t]|\\Z|{_AFTER_INODE})"),
        strict=_numbered(f"{_join(exact, groups)}\\Z"),
    )


def _search_pattern(expression: str) -> re.Pattern[bytes]:
    return _numbered(_BEGIN + expression)


def _numbered(expression: str) -> re.Pattern[bytes]:
    """Compile *expression*, with a number added to each group's name.

    The alternatives share group names, which `re` does not allow. `captured` removes the numbers.
    """
    count = itertools.count()
    numbered = re.sub(r"\(\?P<(\w+)>", lambda group: f"(?P<{group[1]}__{next(count)}>", expression)
    return re.compile(numbered.encode("latin-1"))


def _tolerant(terminal: Terminal) -> Terminal:
    """Return *terminal* with other blanks, dashes and capital digits allowed."""
    if terminal.name in _PADDING_TERMINALS:
        return attrs.evolve(terminal, pattern=_PADDING, literal="")
    if terminal.literal == " ":
        return attrs.evolve(terminal, pattern=_BLANKS, literal="")
    if terminal.literal == "-":
        # LVM prints spaces around the dash of a range. Mail programs turn it into a long dash.
        dash = DASH.pattern.decode("latin-1")
        return attrs.evolve(terminal, pattern=f" ?(?:{dash}) ?(?:0x)?", literal="")
    return attrs.evolve(terminal, pattern=terminal.pattern.replace("0-9a-f", "0-9A-Fa-f"))


def _as_cell_border(terminal: Terminal) -> Terminal:
    if terminal.name in _PADDING_TERMINALS or terminal.literal == " ":
        return attrs.evolve(terminal, pattern=_CELL_BORDER)
    return terminal


def _cut_off(expansion: Expansion) -> str:
    """Return an expression for every beginning of *expansion* that includes the end address."""
    required = 1 + max(index for index, each in enumerate(expansion) if "end" in each.path)
    optional = ""
    for terminal in reversed(expansion[required:]):
        if terminal.name not in ("NAME", "_END"):
            optional = f"(?:{_ungrouped(terminal)}{optional})?"
    return "".join(map(_ungrouped, expansion[:required])) + optional


def _ungrouped(terminal: Terminal) -> str:
    return f"(?:{without_groups(terminal.pattern)})"


def _join(alternatives: Iterable[Expansion], groups: tuple[str, ...]) -> str:
    """Join expansions into one expression with the named groups, as `to_regex` does."""
    return _alternation([[*_expressions(expansion, groups)] for expansion in alternatives])


def _expressions(expansion: Expansion, groups: tuple[str, ...]) -> Iterator[str]:
    """Yield the expressions of one expansion, with the terminals of a group as one of them."""
    for name, terminals in itertools.groupby(expansion, _group_of(groups)):
        patterns = [without_groups(each.pattern, frozenset(groups)) for each in terminals]
        if name:
            yield f"(?P<{name}>{''.join(patterns)})"
        else:
            yield from patterns


def _group_of(groups: tuple[str, ...]) -> Callable[[Terminal], str]:
    """Return a function from a terminal to the group that contains it, empty if none does."""

    def group_of(terminal: Terminal) -> str:
        names = (*terminal.path, terminal.name)
        return next((name for name in names if name in groups), "")

    return group_of


def _alternation(alternatives: list[list[str]]) -> str:
    """Join sequences of expressions with ``|``; write a common beginning only once."""
    tails_by_head: dict[str, list[list[str]]] = {}
    for expressions in alternatives:
        if expressions:
            tails_by_head.setdefault(expressions[0], []).append(expressions[1:])
    bodies = "|".join(head + _alternation(tails) for head, tails in tails_by_head.items())
    if not bodies:
        return ""
    return f"(?:{bodies})" + "?" * any(not expressions for expressions in alternatives)
