"""Compile the rules of a grammar to byte tables, which the native scanner runs.

A rule for a line is a sequence of terminals. Most terminals are sequences of byte sets, each with a
repetition: ``[0-9a-f]{1,16}``. Such a rule becomes a program of steps, one for each set.

Steps are possessive: greedy, without backtracking. So a rule is compiled only if backtracking could
not change the result, that is if no byte can belong both to a step and to what follows it. A
dialect with any other rule has no tables; the pure Python engine reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import NamedTuple, TypedDict

from procmaps.formats.smaps_fields import FIELDS, Unit
from procmaps.grammar.rules import HEADER_PARTS, Rules
from procmaps.grammar.to_regex import Terminal, expansions
from procmaps.records.perms import Perms

OUTSIDE = 0xFF
"""In the table of a step: the byte is not in the set."""

UNBOUNDED = 2**64 - 1
"""Greatest count of a set without an upper bound: more bytes than any text has."""

SIZE, COUNT, FLAGS = range(3)
"""Kinds of values, numbered as in ``_c/core/scanner.h``."""

END, INODE = map(HEADER_PARTS.index, ("end", "inode"))
"""Registers."""

USAGE = tuple(
    dict.fromkeys(field.attribute for field in FIELDS.values() if field.unit in ("kB", "count"))
)
"""The usage columns in the order of the scanner's buffers. The flags column follows them."""

USAGE_FIELDS: dict[bytes, tuple[Unit, str]] = {
    field.key: (field.unit, field.attribute)
    for field in FIELDS.values()
    if field.unit in ("kB", "count")
}
"""By key without its colon: the unit and the usage column of each field that has one."""


class NotCompilable(Exception):
    """A rule or pattern that is no sequence of byte sets. Never leaves the package."""


class Step(NamedTuple):
    """A repeated byte set, as ``_scanner.ScannerTables`` takes it."""

    table: bytes
    """For each byte its value as a digit (0 if the step makes no number), or `OUTSIDE`."""
    min_count: int
    max_count: int
    base: int
    """Base of the number that the digits make. 1 adds the digits up; 0 keeps the span instead."""
    register_index: int
    """The register for the number or the span; -1 discards the text."""
    may_end: bool
    """Whether the line may end before this step."""


Program = tuple[Step, ...]


class Programs(TypedDict):
    """The programs of one grammar: the arguments of ``_scanner.ScannerTables``."""

    addresses: Program
    """The two addresses of a header line."""
    fixed_columns: Program
    """Permissions, offset, device and inode. They are the same for many mappings."""
    name: Program
    """The rest of a header line."""
    size: Program
    count: Program
    flags: Program
    text: Program
    keys: tuple[tuple[bytes, int, int], ...]
    """Each known key with its colon, the kind of its value, and its column."""


class RepeatedSet(NamedTuple):
    """A byte set and how often it may be repeated."""

    members: frozenset[int]
    min_count: int
    max_count: int
    group: str
    """The named group around the set; empty if there is none."""


_TOKEN = re.compile(
    r"(?P<end>\(\?!\[\^(?:\\n|\n)\]\))"
    r"|\(\?P<(?P<open>\w+)>"
    r"|(?P<close>\))(?![*+?{])"
    r"|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|[^()\[\]|*+?{}^$.\\])"
    r"(?:(?P<many>[*+])|\{(?P<least>\d+),(?P<most>\d+)\})?(?![*+?{])",
    re.DOTALL,
)
"""A token of a simple regular expression. ``end`` is the look-ahead for the end of a line."""


def repeated_sets(pattern: str) -> Iterator[RepeatedSet]:
    """Yield the byte sets of *pattern*. Raises `NotCompilable` if it has anything else."""
    index, group, ended = 0, "", False
    while index < len(pattern):
        token = _TOKEN.match(pattern, index)
        if not token or (ended and not token["close"]):
            raise NotCompilable(pattern)
        index = token.end()
        if token["end"]:
            ended = True
        elif token["open"]:
            group = token["open"]
        elif token["close"]:
            group = ""
        else:
            one = re.compile(token["set"].encode("latin-1"), re.DOTALL)
            members = frozenset(byte for byte in range(256) if one.fullmatch(bytes([byte])))
            if not members:
                raise NotCompilable(pattern)
            least = {"*": 0, "+": 1}.get(token["many"], int(token["least"] or 1))
            most = UNBOUNDED if token["many"] else int(token["most"] or 1)
            yield RepeatedSet(members, least, most, group)


class Meaning(NamedTuple):
    """What a step does with the bytes it matches: the last fields of `Step`."""

    register_index: int
    base: int
    digits: dict[int, int]
    """Value by byte."""


DISCARD = Meaning(-1, 0, {})
"""The meaning of a terminal whose text is not kept."""

GetMeaning = Callable[[Terminal, RepeatedSet, int], Meaning]
"""Takes a terminal, one of its sets, and the index of the terminal in the rule."""


def compile_program(sequences: Iterable[tuple[Terminal, ...]], get_meaning: GetMeaning) -> Program:
    """Compile a rule from its expansions, the longest first. Raises `NotCompilable`."""
    longest, *others = sequences
    if any(other != longest[: len(other)] for other in others):
        raise NotCompilable(longest)
    ends = {len(other) for other in others}
    steps: list[Step] = []
    sets: list[RepeatedSet] = []
    for number, terminal in enumerate(longest):
        for index, byte_set in enumerate(repeated_sets(terminal.pattern)):
            if ord("\n") in byte_set.members:
                raise NotCompilable(terminal)
            register_index, base, digits = get_meaning(terminal, byte_set, number)
            table = bytes(
                digits.get(byte, 0) if byte in byte_set.members else OUTSIDE for byte in range(256)
            )
            may_end = index == 0 and number in ends
            least, most = byte_set.min_count, byte_set.max_count
            steps.append(Step(table, least, most, base, register_index, may_end))
            sets.append(byte_set)
    _require_no_backtracking(sets)
    return tuple(steps)


def _require_no_backtracking(sets: list[RepeatedSet]) -> None:
    """Raise `NotCompilable` if a set could leave a byte to a set after it."""
    for index, byte_set in enumerate(sets):
        if byte_set.min_count == byte_set.max_count:
            continue
        for follower in sets[index + 1 :]:
            if byte_set.members & follower.members:
                raise NotCompilable(byte_set, follower)
            if follower.min_count:
                break


_BASES = {
    "start": 16, "end": 16, "offset": 16, "major": 16, "minor": 16, "inode": 10, "NAME": 0,
}  # fmt: skip
"""The base of each part of a header line. `procmaps.grammar.transformer` uses the same."""


def _number(register_index: int, base: int, byte_set: RepeatedSet) -> Meaning:
    digits = {byte: int(chr(byte), base) for byte in byte_set.members} if base else {}
    return Meaning(register_index, base, digits)


def _compile_header(rules: Rules) -> Program:
    longest = expansions(rules, "header")[0]
    perms = _perm_bits([terminal for terminal in longest if "perms" in terminal.path])
    first_perm = [terminal.path for terminal in longest].index(("header", "perms"))

    def get_meaning(terminal: Terminal, byte_set: RepeatedSet, number: int) -> Meaning:
        names = (*terminal.path, terminal.name)
        part = next((part for part in HEADER_PARTS if part in names), None)
        if part is None or (terminal.literal and part != "perms"):
            return DISCARD
        register_index = HEADER_PARTS.index(part)
        if part == "perms":
            return Meaning(register_index, 1, perms[number - first_perm])
        return _number(register_index, _BASES[part], byte_set)

    return compile_program(expansions(rules, "header"), get_meaning)


def _split_header(header: Program) -> tuple[Program, Program, Program]:
    """Split the program of a header line after the end address and after the inode."""
    registers = [step.register_index for step in header]
    after_end, after_inode = (
        len(registers) - registers[::-1].index(register) for register in (END, INODE)
    )
    if any(step.may_end for step in header[:after_inode]):
        raise NotCompilable(header)
    return header[:after_end], header[after_end:after_inode], header[after_inode:]


def _perm_bits(terminals: list[Terminal]) -> list[dict[int, int]]:
    """Return for each permission character the bits that each byte adds to `Perms.flags`."""
    sets = [
        sorted(byte_set.members)
        for terminal in terminals
        for byte_set in repeated_sets(terminal.pattern)
    ]
    bits = {text: Perms.from_text(bytes(text).decode()).flags for text in product(*sets)}
    least = min(bits, key=bits.__getitem__)
    added = [
        {byte: bits[(*least[:index], byte, *least[index + 1 :])] for byte in members}
        for index, members in enumerate(sets)
    ]
    for text, expected in bits.items():
        if sum(added[index][byte] for index, byte in enumerate(text)) != expected:
            raise NotCompilable(text)
    return added


def perm_flags(rules: Rules) -> dict[bytes, int]:
    """Return `procmaps.records.perms.Perms.flags` of each text that the rule ``perms`` matches."""
    sets = (
        [sorted(byte_set.members) for byte_set in _sets_of(terminals)]
        for terminals in expansions(rules, "perms")
    )
    texts = [bytes(text) for each in sets for text in product(*each)]
    return {text: Perms.from_text(text.decode("ascii")).flags for text in texts}


def _sets_of(terminals: tuple[Terminal, ...]) -> Iterator[RepeatedSet]:
    """Yield the byte sets of *terminals*. Raises `ValueError` if one of them is repeated."""
    for terminal in terminals:
        for byte_set in repeated_sets(terminal.pattern):
            if (byte_set.min_count, byte_set.max_count) != (1, 1):
                raise ValueError(f"a permission character cannot be repeated: {terminal.pattern}")
            yield byte_set


def _compile_value(rules: Rules, rule: str, group: str) -> Program:
    """Compile what follows the key in *rule*. Register 0 gets the value, which is in *group*."""

    def get_meaning(terminal: Terminal, byte_set: RepeatedSet, _: int) -> Meaning:
        if byte_set.group == group:
            return _number(0, 10, byte_set)
        return Meaning(0, 0, {}) if terminal.name == group else DISCARD

    return compile_program([expansion[1:] for expansion in expansions(rules, rule)], get_meaning)


def _compile_text(rules: Rules) -> Program:
    """Compile a whole line with any key. Register 0 gets the span of the key."""

    def get_meaning(_: Terminal, __: RepeatedSet, number: int) -> Meaning:
        return Meaning(0, 0, {}) if number == 0 else DISCARD

    return compile_program(expansions(rules, "text"), get_meaning)


def _keys(rules: Rules) -> Iterator[tuple[bytes, int, int]]:
    key = re.compile(rules.pattern("KEY").encode("latin-1"))
    for field in FIELDS.values():
        if field.unit in ("kB", "count") and key.fullmatch(field.key + b":"):
            kind = SIZE if field.unit == "kB" else COUNT
            yield field.key + b":", kind, USAGE.index(field.attribute)
    yield expansions(rules, "flags")[0][0].literal.encode("latin-1"), FLAGS, len(USAGE)


def compile_programs(rules: Rules) -> Programs | None:
    """Compile all programs of a dialect. Returns None if a rule cannot be compiled."""
    forms = {expansion[0].path[1] for expansion in expansions(rules, "field")}
    if forms != {"flags", "size", "count", "text"}:
        return None
    try:
        addresses, fixed_columns, name = _split_header(_compile_header(rules))
        return {
            "addresses": addresses,
            "fixed_columns": fixed_columns,
            "name": name,
            "size": _compile_value(rules, "size", "kilobytes"),
            "count": _compile_value(rules, "count", "number"),
            "flags": _compile_value(rules, "flags", "FLAGS"),
            "text": _compile_text(rules),
            "keys": tuple(_keys(rules)),
        }
    except NotCompilable:
        return None
