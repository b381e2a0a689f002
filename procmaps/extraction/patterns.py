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

from procmaps.extraction.blanks import BLANK, DASH, MAX_BLANKS
from procmaps.formats.dialects import LINUX
from procmaps.grammar import loading
from procmaps.grammar.rules import HEADER_PARTS
from procmaps.grammar.to_regex import Terminal, expansions, without_groups

Expansion = tuple[Terminal, ...]

COLUMNS = ("start", "end", "perms", "offset", "major", "minor", "inode")
"""The groups of a mapping before its name."""

_GROUPS_OF_LISTINGS = (
    *("start", "end", "size", "bytes", "kilobytes", "pages"),
    *("perms", "mode", "flags", "fields", "letters", "access"),
    *("offset", "decimal", "major", "minor", "number", "encoded", "inode"),
    *("process", "index", "build_id", "NAME"),
)
"""The groups of a row in another program's listing; none has them all."""

_BLANKS = f"{BLANK}{{1,{MAX_BLANKS}}}+"

_PADDING = f"{BLANK}++"
"""Possessive, because a name may begin with a byte that counts as a blank here."""

_CELL_BORDER = r"[ \t]{0,64}[\"']?[ \t]{0,64}[|,;\x1f][ \t]{0,64}[\"']?[ \t]{0,64}"
"""The text between two cells of a table."""

_LETTERS = frozenset({"READ", "WRITE", "EXECUTE"})

_PADDING_TERMINALS = frozenset({"_PAD", "_GAP"})

_BEGIN = r"(?<![0-9A-Fa-f])(?:0x)?"
"""An address does not begin in the middle of a number."""

_AFTER_INODE = r"(?:[^0-9A-Za-z \t._/\[(-]|\[/)"
"""A first byte after the inode that cannot continue the line as the kernel prints it."""

_END = r"\Z"

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
def listing_row(grammar: str) -> re.Pattern[bytes]:
    """Return the pattern of a row of another program's listing, anywhere in a line."""
    return listing_rule(grammar, "line", _GROUPS_OF_LISTINGS)


@functools.cache
def listing_candidate(grammar: str) -> re.Pattern[bytes]:
    """Return the pattern of a row that text of a program or page may follow without a space."""
    rows = listing_rule(grammar, "line", _GROUPS_OF_LISTINGS).pattern.decode("latin-1")
    return re.compile(f"{rows.removesuffix(_END)}(?:{_END}|{_TAIL.pattern})".encode("latin-1"))


@functools.cache
def listing_rule(grammar: str, rule: str, groups: tuple[str, ...]) -> re.Pattern[bytes]:
    """Return the pattern of a rule of a listing's grammar, anywhere in a line."""
    dash = f"(?:{DASH.pattern.decode('latin-1')})"
    exact = _embedded(grammar, rule)
    rows = [tuple(_tolerant(each, dash) for each in expansion) for expansion in exact]
    return _numbered(rf"(?<![0-9A-Fa-fx]){_join(rows, groups)}\Z")


@functools.cache
def all_formats() -> tuple[MappingPattern, ...]:
    """Return the pattern of every format, the most common first.

    The pattern of WSL1 also accepts every line of Linux.
    """
    return (kernel_line("wsl"), kernel_line("cygwin"), tombstone(), sanitizer())


@functools.cache
def any_range() -> re.Pattern[bytes]:
    """Return the pattern of the address range that a mapping of any format begins with.

    Without a match, none of `all_formats` matches, neither ``line`` nor ``columns``. None of them
    begins before the first match.
    """
    kernel = (loading.load(dialect).expansions("header") for dialect in ("wsl", "cygwin"))
    exact = itertools.chain(*kernel, _embedded("tombstone"))
    ranges = [_range(each, " ?") for each in exact]
    ranges += [_range(each, "") for each in _embedded("sanitizer")]
    return re.compile(f"{_BEGIN}(?:{'|'.join(dict.fromkeys(ranges))})".encode("latin-1"))


def _range(expansion: Expansion, around: str) -> str:
    """Return an expression for the beginning of *expansion*, up to what follows its end address."""
    required = 1 + max(index for index, each in enumerate(expansion) if "end" in each.path)
    tolerant = [_tolerant(each, _dash(around)) for each in expansion[: required + 1]]
    numbers = "".join(map(_ungrouped, tolerant[:required]))
    return f"{numbers}(?={'|'.join([*map(_ungrouped, tolerant[required:]), _END])})"


@functools.cache
def table_row() -> re.Pattern[bytes]:
    """Return the pattern of a mapping with its columns in the cells of a table."""
    header = loading.load(LINUX.name).expansions("header")
    rows = [tuple(map(_as_cell_border, expansion)) for expansion in header]
    return _search_pattern(f"{_join(rows, (*COLUMNS, 'NAME'))}\\Z")


@functools.cache
def touching_inode() -> re.Pattern[bytes]:
    """Return the pattern of the columns of memory without a file that touch the next address."""
    columns = _columns_before("inode")
    return _numbered(f"{columns}0(?={_columns_before('offset')})")


@functools.cache
def touching_range() -> re.Pattern[bytes]:
    """Return the pattern of the columns before the offset, anywhere in a text.

    The first digits of its group ``start`` may be the end of a name. Its other group is ``end``.
    """
    return _numbered(_columns_before("offset"))


def _columns_before(column: str) -> str:
    """Return a pattern of the columns up to one, with at least eight digits in an address."""
    unnamed = min(loading.load(LINUX.name).expansions("header"), key=len)
    columns = itertools.takewhile(lambda terminal: column not in terminal.path, unnamed)
    tolerant = [_tolerant(terminal, _dash("")) for terminal in columns]
    long = [
        attrs.evolve(terminal, pattern=terminal.pattern.replace("{1,16}", "{8,16}"))
        if {"start", "end"} & {*terminal.path}
        else terminal
        for terminal in tolerant
    ]
    return _join([tuple(long)], ("start", "end"))


def captured(match: re.Match[bytes]) -> dict[str, bytes]:
    """Return the groups of a match of any of these patterns; omit groups that did not match."""
    names = _group_names(match.re)
    groups = match.groups()
    return {name: groups[index] for index, name in names if groups[index] is not None}


_names_by_pattern: dict[int, tuple[re.Pattern[bytes], list[tuple[int, str]]]] = {}
"""Patterns and the names of their groups, by the identity of the pattern: its hash is slow."""


def _group_names(pattern: re.Pattern[bytes]) -> list[tuple[int, str]]:
    """Return the index of each named group in `re.Match.groups`, and its name without a number."""
    found = _names_by_pattern.get(id(pattern))
    if not found:
        names = [(n - 1, name.partition("__")[0]) for name, n in pattern.groupindex.items()]
        found = _names_by_pattern[id(pattern)] = pattern, names
    return found[1]


def _embedded(name: str, rule: str = "line") -> tuple[Expansion, ...]:
    """Return the expansions of a rule of a grammar in ``grammar/embedded``."""
    return expansions(loading.embedded_rules(name), rule)


# --- from expansions to expressions ---------------------------------------------------------------


def _compile(name: str, exact: Sequence[Expansion], groups: tuple[str, ...]) -> MappingPattern:
    # Spaces around the dash of a sanitizer's line are a mark of other programs' lists of ranges.
    tolerant_dash = _dash(" ?" if name != "sanitizer" else "")
    tolerant = [tuple(_tolerant(each, tolerant_dash) for each in expansion) for expansion in exact]
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


def _dash(around: str) -> str:
    """Return a pattern of the dash of a range. LVM has spaces around it, mails have long dashes."""
    return f"{around}(?:{DASH.pattern.decode('latin-1')}){around}(?:0x)?"


def _tolerant(terminal: Terminal, dash: str) -> Terminal:
    """Return *terminal* with other blanks, *dash* for the dash, and capital digits allowed."""
    if terminal.name in _PADDING_TERMINALS:
        return attrs.evolve(terminal, pattern=_PADDING, literal="")
    if terminal.literal == " ":
        return attrs.evolve(terminal, pattern=_BLANKS, literal="")
    if terminal.literal == "-":
        return attrs.evolve(terminal, pattern=dash, literal="")
    pattern = terminal.pattern.replace("0-9a-f", "0-9A-Fa-f")
    if terminal.name in _LETTERS:
        # PaX prints capital letters for what the memory may become.
        pattern = re.sub(r"\[(\w)-\]", lambda letter: f"[{letter[1]}{letter[1].upper()}-]", pattern)
    return attrs.evolve(terminal, pattern=pattern)


def _as_cell_border(terminal: Terminal) -> Terminal:
    if terminal.name in _PADDING_TERMINALS or terminal.literal == " ":
        return attrs.evolve(terminal, pattern=_CELL_BORDER)
    if terminal.literal == "-":
        # Both addresses may have a cell of their own.
        return attrs.evolve(terminal, pattern=f"(?:-|{_CELL_BORDER})(?:0x)?")
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
