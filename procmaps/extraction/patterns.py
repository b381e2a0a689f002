"""The expressions that find a mapping inside a line, compiled from the grammars.

They accept what the grammar accepts, and besides that any run of blanks, however encoded, where the
grammar has a space. Nothing of a line's syntax is written here.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator

import attrs

from procmaps import _resources
from procmaps.formats.smaps_fields import FIELDS
from procmaps.grammar import loading
from procmaps.grammar.loading import HEADER_PARTS, Grammar
from procmaps.grammar.to_regex import Terminal, compile_rule, expansions, without_groups

NBSP = (
    rb"\xc3\x82\xc2\xa0|\xc2\xa0|\xa0|&nbsp;|&#160;|\xc2(?= )|(?<!A)A{1,64}+(?= )"
    rb"|\xe2\x80[\x80-\x8b\xaf]|\xe2\x81\x9f|\xe3\x80\x80|\xef\xbb\xbf"
)
"""A no-break space in UTF-8, in UTF-8 encoded twice, in Latin-1 and in HTML; what is left where its
UTF-8 was read as Latin-1, an A with a circumflex and a blank, and then became ASCII: "A "; and the
other spaces of Unicode, in UTF-8."""

_BLANK = r"(?:[ \t]|" + NBSP.decode("latin-1") + ")"

MOST_BLANKS = 64
"""Blanks between two columns; a bound keeps the search linear on hostile text."""

_BLANKS = f"{_BLANK}{{1,{MOST_BLANKS}}}+"

_SPACES = frozenset({"_PAD", "_GAP"})
"""The terminals that stand for padding."""

_PADDING = f"{_BLANK}++"
"""Possessive: a name may begin with what is a blank here, and no second try must find out."""

_BEGIN = r"(?<![0-9A-Fa-f])(?:0x)?"
"""An address does not begin in the middle of a number."""

DASH = re.compile(rb"-|\xe2(?:\x80[\x90-\x95]|\x88\x92)|\x96")
"""A hyphen, and what becomes of it: the dashes of Unicode in UTF-8, and that of Windows-1252."""

COLUMNS = ("start", "end", "perms", "offset", "major", "minor", "inode")
"""The parts of a mapping before its name."""

CELL = r"[ \t]{0,64}[\"']?[ \t]{0,64}[|,;][ \t]{0,64}[\"']?[ \t]{0,64}"
"""What separates the cells of a table."""


_BEHIND = r"(?:[^0-9A-Za-z \t._/\[(-]|\[/)"

TAIL = Terminal("TAIL", rf"{_BEHIND}[^\n]*", "", ())
"""What a program or a page puts directly behind the inode of unnamed memory, as no kernel does."""


@attrs.frozen(eq=False)
class Syntax:
    """How one format writes a mapping."""

    name: str
    line: re.Pattern[bytes]
    """A mapping anywhere in a line: from its start address to the end of the line."""
    partial: re.Pattern[bytes]
    """A mapping that the end of the line cuts off behind its end address or later."""
    head: re.Pattern[bytes]
    """The columns before the name, anywhere in a line."""
    strict: re.Pattern[bytes]
    """The same as ``line`` without tolerance, to be matched at the start of the mapping."""


def _tolerant(ways: Iterable[tuple[Terminal, ...]]) -> list[tuple[Terminal, ...]]:
    return [tuple(map(_with_blanks, way)) for way in ways]


def _with_blanks(step: Terminal) -> Terminal:
    if step.terminal in _SPACES:
        return attrs.evolve(step, pattern=_PADDING, literal="")
    if step.literal == " ":
        return attrs.evolve(step, pattern=_BLANKS, literal="")
    if step.literal == "-":
        # LVM prints a range with spaces around the dash; mail programs make a long dash of it.
        dash = DASH.pattern.decode("latin-1")
        return attrs.evolve(step, pattern=f" ?(?:{dash}) ?(?:0x)?", literal="")
    return attrs.evolve(step, pattern=step.pattern.replace("0-9a-f", "0-9A-Fa-f"))


def _cut_off(way: tuple[Terminal, ...]) -> str:
    """The beginnings of a way, from its end address on, as one expression."""
    behind = max(place for place, step in enumerate(way) if "end" in step.path)
    head = "".join(_plain(step.pattern) for step in way[: behind + 1])
    tail = ""
    for step in reversed(way[behind + 1 :]):
        if step.terminal not in ("NAME", "_END"):
            tail = f"(?:{_plain(step.pattern)}{tail})?"
    return f"{_BEGIN}{head}{tail}{_BLANK}*+\\Z"


def _plain(pattern: str) -> str:
    return f"(?:{without_groups(pattern)})"


def _compile(name: str, ways: tuple[tuple[Terminal, ...], ...], groups: Iterable[str]) -> Syntax:
    kept = tuple(groups)
    tolerant = _tolerant(ways)
    tailed = [(*way, TAIL) for way in tolerant if "inode" in way[-1].path]
    line = _numbered(f"{_BEGIN}{_expression([*tolerant, *tailed], (*kept, TAIL.terminal))}\\Z")
    head = _numbered(
        f"{_BEGIN}{_expression([min(tolerant, key=len)], kept)}(?=[ \\t]|\\Z|{_BEHIND})"
    )
    strict = _numbered(f"{_expression(ways, kept)}\\Z")
    return Syntax(
        name,
        re.compile(line.encode("latin-1")),
        re.compile(_cut_off(max(tolerant, key=len)).encode("latin-1")),
        re.compile(head.encode("latin-1")),
        re.compile(strict.encode("latin-1")),
    )


def _expression(ways: Iterable[tuple[Terminal, ...]], groups: tuple[str, ...]) -> str:
    """Join altered expansions of a rule into one expression, as `to_regex` does."""
    return _alternatives([[*_marked(way, groups)] for way in ways])


def _marked(way: tuple[Terminal, ...], groups: tuple[str, ...]) -> Iterator[str]:
    """The pieces of one way: a wanted rule's or terminal's as one named group."""
    for name, steps in itertools.groupby(
        way, lambda step: next((n for n in (*step.path, step.terminal) if n in groups), "")
    ):
        pieces = [without_groups(step.pattern, frozenset(groups)) for step in steps]
        if name:
            yield f"(?P<{name}>{''.join(pieces)})"
        else:
            yield from pieces


def _alternatives(ways: list[list[str]]) -> str:
    """The ways joined with ``|``, what they share at the front written once."""
    branches: dict[str, list[list[str]]] = {}
    for way in ways:
        if way:
            branches.setdefault(way[0], []).append(way[1:])
    bodies = "|".join(head + _alternatives(tails) for head, tails in branches.items())
    if not bodies:
        return ""
    return f"(?:{bodies})" + "?" * any(not way for way in ways)


def _numbered(pattern: str) -> str:
    """*pattern* with a number behind each group's name: a rule's ways share names, `re` may not."""
    count = itertools.count()
    return re.sub(r"\(\?P<(\w+)>", lambda group: f"(?P<{group[1]}__{next(count)}>", pattern)


def parts(match: re.Match[bytes]) -> dict[str, bytes]:
    """What the groups of a `Syntax` hold; a part that is not there is left out."""
    held = match.groupdict()
    return {key.partition("__")[0]: value for key, value in held.items() if value is not None}


def linux() -> Grammar:
    """The grammar of Linux, which fields and names are read by."""
    return loading.load("linux")


@functools.cache
def maps(dialect: str) -> Syntax:
    """A header line of ``maps`` and ``smaps`` in a dialect of the kernel's format."""
    return _compile(dialect, loading.load(dialect).expansions("header"), HEADER_PARTS)


@functools.cache
def cells() -> re.Pattern[bytes]:
    """A mapping whose columns are the cells of a table, to the end of the line."""
    ways = [
        [
            attrs.evolve(step, pattern=CELL) if step.terminal in _SPACES or step.literal == " "
            else step
            for step in way
        ]
        for way in loading.load("linux").expansions("header")
    ]  # fmt: skip
    groups = (*COLUMNS, "NAME")
    return re.compile(
        _numbered(f"{_BEGIN}{_expression(map(tuple, ways), groups)}\\Z").encode("latin-1")
    )


@functools.cache
def formats() -> tuple[Syntax, ...]:
    """Every format that is looked for, the most common first.

    That of WSL1 accepts whatever Linux prints.
    """
    return (maps("wsl"), maps("cygwin"), tombstone(), sanitizer())


def _embedded(name: str) -> tuple[tuple[Terminal, ...], ...]:
    from lark import Lark

    place = _resources.path(f"grammar/embedded/{name}.lark")
    lark = Lark(
        place.read_text("ascii"),
        parser="lalr",
        start="line",
        use_bytes=True,
        import_paths=[str(_resources.path("grammar"))],
        source_path=str(place),
    )
    return expansions(lark, "line")


@functools.cache
def tombstone() -> Syntax:
    """A line of the memory map in an Android tombstone."""
    groups = ("start", "end", "perms", "offset", "size", "NAME", "build_id", "load_bias")
    return _compile("tombstone", _embedded("tombstone"), groups)


@functools.cache
def sanitizer() -> Syntax:
    """A line of the memory map in a sanitizer's report."""
    return _compile("sanitizer", _embedded("sanitizer"), ("start", "end", "NAME"))


def _lines(*rules: str) -> re.Pattern[bytes]:
    expression = "|".join(compile_rule(linux().lark, rule) for rule in rules)
    return re.compile(expression.encode("latin-1"))


@functools.cache
def field() -> re.Pattern[bytes]:
    """A whole line below a header, of any key."""
    return _lines("flags", "size", "count", "text")


@functools.cache
def number() -> re.Pattern[bytes]:
    """A whole line below a header that holds a number, of any key."""
    return _lines("size", "count")


@functools.cache
def known_field() -> re.Pattern[bytes]:
    """A line below a header with a key that is in the tables, anywhere in a line."""
    keys = "|".join(key.decode("ascii") for key in FIELDS)
    rules = [
        compile_rule(linux().lark, rule, (), {"KEY": b"KEY"}).replace("KEY", f"(?:{keys}):")
        for rule in ("size", "count")
    ]
    flags = compile_rule(linux().lark, "flags")
    return re.compile(f"(?<![A-Za-z0-9_.])(?:{'|'.join((flags, *rules))})$".encode("latin-1"))


def is_known(text: bytes) -> re.Match[bytes] | None:
    """The line of smaps with a known key that *text* ends in."""
    return known_field().search(tidy(text))


def key(text: bytes, *, is_first: bool) -> bytes:
    """The key of the line below a header that *text* is; empty where it is none.

    The first one has a known key. Any other may have one that no table knows, with a number.
    """
    if found := is_known(text):
        return found[0].partition(b":")[0]
    content = tidy(text).lstrip(b" ")
    if label().fullmatch(content):
        return b"Name"
    is_number = not is_first and number().fullmatch(content)
    return content.partition(b":")[0] if is_number else b""


_ODD_BLANK = re.compile(rb"\t|" + NBSP)


@functools.cache
def label() -> re.Pattern[bytes]:
    """Old Android's ``Name:`` line, which stands below a header."""
    return re.compile(compile_rule(loading.load("android").lark, "label").encode("latin-1"))


def padding(text: bytes) -> bytes:
    """A run of blanks as spaces, one for one."""
    return _ODD_BLANK.sub(_spaces, text)


def _spaces(blank: re.Match[bytes]) -> bytes:
    return b" " * (blank[0].count(b"A") or 1)


_UNIT = re.compile(rb"(?<=[0-9]) *[kK][bB]$")


def tidy(text: bytes) -> bytes:
    """A line of smaps as the kernel spaces it at its end, and with spaces for other blanks."""
    return _UNIT.sub(b" kB", padding(text).rstrip(b" \r"))
