"""The rules of a grammar compiled, by program, to byte tables: what the native scanner runs.

A rule for a line is a sequence of terminals, and most terminals are sequences of sets of bytes,
each repeated so and so often: ``[0-9a-f]{1,16}``. Such a rule becomes a program of steps, a set
each. A step takes as many bytes as it can and gives none back, so a rule is compiled only where
that makes no difference: where no byte can belong to a step and to what follows it. A dialect with
a rule of another kind has no machine; the engine in pure Python reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import NamedTuple

import attrs

from procmaps.formats.smaps_fields import FIELDS
from procmaps.grammar.loading import HEADER_PARTS, Grammar
from procmaps.grammar.to_regex import Terminal
from procmaps.records.perms import Perms

OUTSIDE = 0xFF
"""In a step's table: the byte is not of the set."""

UNBOUNDED = 2**62
"""More bytes than any text has."""

SIZE, COUNT, FLAGS = range(3)
"""What stands behind a key, as ``_c/scanner.h`` numbers it."""

END, INODE = map(HEADER_PARTS.index, ("end", "inode"))
"""Registers."""

USAGE = tuple(
    dict.fromkeys(field.attribute for field in FIELDS.values() if field.unit in ("kB", "count"))
)
"""The usage columns, in the order of the machine's buffers; behind them stands ``vm_flags``."""


class NotSimple(Exception):
    """A rule that cannot be a program. Never leaves this module."""


class Step(NamedTuple):
    """One set of bytes, as ``_scanner.Machine`` takes it."""

    table: bytes
    """For each byte the digit it stands for, 0 where it is no digit, or `OUTSIDE`."""
    least: int
    most: int
    base: int
    """Of the number that the digits make; 1 adds them up; 0: the place in the text is kept."""
    target: int
    """The register that the number or the place goes to; -1: none."""
    may_end: bool
    """Whether the line may end in front of this step."""


Program = tuple[Step, ...]


@attrs.frozen
class Programs:
    """Everything that ``_scanner.Machine`` is made of."""

    addresses: Program
    """Of a header line."""
    middle: Program
    """Permissions, offset, device and inode: for many mappings the same."""
    name: Program
    """What stands behind them."""
    size: Program
    count: Program
    flags: Program
    text: Program
    keys: tuple[tuple[bytes, int, int], ...]
    """Key with its colon, kind of value, and column."""


class Run(NamedTuple):
    """A set of bytes repeated."""

    members: frozenset[int]
    least: int
    most: int
    group: str
    """The named group that it stands in; empty: none."""


_PIECE = re.compile(
    r"(?P<end>\(\?!\[\^(?:\\n|\n)\]\))"
    r"|\(\?P<(?P<open>\w+)>"
    r"|(?P<close>\))(?![*+?{])"
    r"|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|[^()\[\]|*+?{}^$.\\])"
    r"(?:(?P<many>[*+])|\{(?P<least>\d+),(?P<most>\d+)\})?(?![*+?{])",
    re.DOTALL,
)
"""What a simple regular expression consists of; ``end`` is the look-ahead for the end of a line."""


def pieces(pattern: str) -> Iterator[Run]:
    """The sets that *pattern* consists of; raises `NotSimple`."""
    at, group, ended = 0, "", False
    while at < len(pattern):
        piece = _PIECE.match(pattern, at)
        if not piece or (ended and not piece["close"]):
            raise NotSimple(pattern)
        at = piece.end()
        if piece["end"]:
            ended = True
        elif piece["open"]:
            group = piece["open"]
        elif piece["close"]:
            group = ""
        else:
            one = re.compile(piece["set"].encode("latin-1"), re.DOTALL)
            members = frozenset(byte for byte in range(256) if one.fullmatch(bytes([byte])))
            if not members:
                raise NotSimple(pattern)
            least = {"*": 0, "+": 1}.get(piece["many"], int(piece["least"] or 1))
            most = UNBOUNDED if piece["many"] else int(piece["most"] or 1)
            yield Run(members, least, most, group)


Meaning = Callable[[Terminal, Run, int], tuple[int, int, dict[int, int]]]
"""Of a set of a rule's n-th terminal: the register, the base, and the digits of its bytes."""

NOTHING: tuple[int, int, dict[int, int]] = (-1, 0, {})
"""The meaning of a terminal whose text is not kept."""


def program(ways: Iterable[tuple[Terminal, ...]], meaning: Meaning) -> Program:
    """Compile a rule, given its ways, the longest first; raises `NotSimple`."""
    longest, *others = ways
    if any(way != longest[: len(way)] for way in others):
        raise NotSimple(longest)
    ends = {len(way) for way in others}
    steps: list[Step] = []
    runs: list[Run] = []
    for number, terminal in enumerate(longest):
        for place, run in enumerate(pieces(terminal.pattern)):
            if ord("\n") in run.members:
                raise NotSimple(terminal)
            target, base, digits = meaning(terminal, run, number)
            table = bytes(digits.get(b, 0) if b in run.members else OUTSIDE for b in range(256))
            may_end = place == 0 and number in ends
            steps.append(Step(table, run.least, run.most, base, target, may_end))
            runs.append(run)
    _hold_apart(runs)
    return tuple(steps)


def _hold_apart(runs: list[Run]) -> None:
    """Raise `NotSimple` where a run could leave a byte to what follows it."""
    for place, run in enumerate(runs):
        for behind in runs[place + 1 :] if run.least < run.most else ():
            if run.members & behind.members:
                raise NotSimple(run, behind)
            if behind.least:
                break


_BASES = {
    "start": 16, "end": 16, "offset": 16, "major": 16, "minor": 16, "inode": 10, "NAME": 0,
}  # fmt: skip
"""How the parts of a header line are to be read, as `procmaps.grammar.loading` reads them."""


def _number(register: int, base: int, run: Run) -> tuple[int, int, dict[int, int]]:
    return register, base, {byte: int(chr(byte), base) for byte in run.members} if base else {}


def _header(grammar: Grammar) -> Program:
    perms = _perm_bits([t for t in grammar.expansions("header")[0] if "perms" in t.path])

    def meaning(terminal: Terminal, run: Run, number: int) -> tuple[int, int, dict[int, int]]:
        names = (*terminal.path, terminal.terminal)
        part = next((part for part in HEADER_PARTS if part in names), None)
        if part is None or (terminal.literal and part != "perms"):
            return NOTHING
        register = HEADER_PARTS.index(part)
        if part == "perms":
            return register, 1, perms[number]
        return _number(register, _BASES[part], run)

    first = [t.path for t in grammar.expansions("header")[0]].index(("header", "perms"))
    perms = {first + place: bits for place, bits in perms.items()}
    return program(grammar.expansions("header"), meaning)


def _parted(header: Program) -> tuple[Program, Program, Program]:
    """The program for a header line, parted behind the end address and behind the inode."""
    targets = [step.target for step in header]
    middle, name = (len(targets) - targets[::-1].index(register) for register in (END, INODE))
    if any(step.may_end for step in header[:name]):
        raise NotSimple(header)
    return header[:middle], header[middle:name], header[name:]


def _perm_bits(terminals: list[Terminal]) -> dict[int, dict[int, int]]:
    """What each byte of the permissions adds to `Perms.flags`, by its place among them."""
    sets = [sorted(run.members) for t in terminals for run in pieces(t.pattern)]
    bits = {text: Perms.from_text(bytes(text).decode()).flags for text in product(*sets)}
    least = min(bits, key=bits.__getitem__)
    added = {
        place: {byte: bits[(*least[:place], byte, *least[place + 1 :])] for byte in members}
        for place, members in enumerate(sets)
    }
    for text, whole in bits.items():
        if sum(added[place][byte] for place, byte in enumerate(text)) != whole:
            raise NotSimple(text)
    return added


def _value(grammar: Grammar, rule: str, group: str) -> Program:
    """The program for what stands behind the key in *rule*; the value is in *group*."""

    def meaning(terminal: Terminal, run: Run, _: int) -> tuple[int, int, dict[int, int]]:
        if run.group == group:
            return _number(0, 10, run)
        return (0, 0, {}) if terminal.terminal == group else NOTHING

    return program([way[1:] for way in grammar.expansions(rule)], meaning)


def _text(grammar: Grammar) -> Program:
    """The program for a whole line with any key: where the key ends is kept."""

    def meaning(_: Terminal, __: Run, number: int) -> tuple[int, int, dict[int, int]]:
        return (0, 0, {}) if number == 0 else NOTHING

    return program(grammar.expansions("text"), meaning)


def _keys(grammar: Grammar) -> Iterator[tuple[bytes, int, int]]:
    key = grammar.terminal("KEY")
    for field in FIELDS.values():
        if field.unit in ("kB", "count") and key.fullmatch(field.key + b":"):
            kind = SIZE if field.unit == "kB" else COUNT
            yield field.key + b":", kind, USAGE.index(field.attribute)
    yield grammar.expansions("flags")[0][0].literal.encode("latin-1"), FLAGS, len(USAGE)


def programs(grammar: Grammar) -> Programs | None:
    """Everything compiled; None where a rule of the dialect is not simple enough."""
    if {way[0].path[1] for way in grammar.expansions("field")} != {
        "flags",
        "size",
        "count",
        "text",
    }:
        return None
    try:
        addresses, middle, name = _parted(_header(grammar))
        return Programs(
            addresses=addresses,
            middle=middle,
            name=name,
            size=_value(grammar, "size", "kilobytes"),
            count=_value(grammar, "count", "number"),
            flags=_value(grammar, "flags", "FLAGS"),
            text=_text(grammar),
            keys=tuple(_keys(grammar)),
        )
    except NotSimple:
        return None
