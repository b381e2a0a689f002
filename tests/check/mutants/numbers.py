# ruff: noqa: E501 - rows of tables are read across
"""Parsers that get numbers and permissions wrong on purpose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.check.mutants.base import Answer, Parser, right

Item = dict[str, Any]


def _each(change: Callable[[Item], Item]) -> Parser:
    """The right parser with members of each mapping replaced."""
    return lambda dump: [item | change(item) for item in right(dump)]


def _number(member: str, change: Callable[[int], int]) -> Parser:
    return _each(lambda item: {member: change(item[member])})


def _device(change: Callable[[str, str], tuple[int, int]]) -> Parser:
    def changed(item: Item) -> Item:
        major, minor = change(*item["device"].split(":"))
        return {"device": {"major": major, "minor": minor}}

    return _each(changed)


def _digits(text: str) -> int:
    """Return what atoi() reads from hexadecimal."""
    found = 0
    for character in text:
        if not character.isdigit():
            break
        found = found * 10 + int(character)
    return found


def _refuse(reason: Callable[[Item], bool]) -> Parser:
    """Return the right parser, which raises if *reason* is true for a mapping."""

    def parser(dump: bytes) -> Answer:
        answer = right(dump)
        if any(map(reason, answer)):
            raise ValueError("a number that the parser does not accept")
        return answer

    return parser


def _hex(text: int) -> int:
    return int(str(text), 16)


def _perms(change: Callable[[str], str]) -> Parser:
    return _each(lambda item: {"perms": change(item["perms"])})


MUTANTS: dict[str, tuple[str, Parser]] = {
    "minor-8-bits": ("the minor device number has eight bits",
                     _device(lambda a, b: (int(a, 16), int(b, 16) & 0xFF))),
    "major-8-bits": ("the major device number has eight bits",
                     _device(lambda a, b: (int(a, 16) & 0xFF, int(b, 16)))),
    "device-two-digits": ("two digits of each device number are read",
                          _device(lambda a, b: (int(a[:2], 16), int(b[:2], 16)))),
    "device-decimal": ("the device is read as decimal", _device(lambda a, b: (_digits(a), _digits(b)))),
    "device-swapped": ("major and minor are swapped", _device(lambda a, b: (int(b, 16), int(a, 16)))),
    "device-zero": ("the device is 00:00 always", _device(lambda _a, _b: (0, 0))),
    "offset-32-bits": ("the offset has 32 bits", _number("offset", lambda n: n & 0xFFFFFFFF)),
    "offset-int64": ("an offset above 2^63 saturates", _number("offset", lambda n: min(n, 2**63 - 1))),
    "offset-int32": ("an offset above 2^31 saturates", _number("offset", lambda n: min(n, 2**31 - 1))),
    "offset-pages": ("the offset is counted in pages", _number("offset", lambda n: n >> 12)),
    "offset-page-aligned": ("the offset is rounded to a page", _number("offset", lambda n: n & ~0xFFF)),
    "offset-needs-file": ("an offset without a file is 0",
                          _each(lambda i: {"offset": i["offset"] if i["inode"] else 0})),
    "inode-32-bits": ("the inode has 32 bits", _number("inode", lambda n: n & 0xFFFFFFFF)),
    "inode-int64": ("an inode above 2^63 saturates", _number("inode", lambda n: min(n, 2**63 - 1))),
    "inode-int32": ("an inode above 2^31 saturates", _number("inode", lambda n: min(n, 2**31 - 1))),
    "inode-double": ("the inode is a double", _number("inode", lambda n: int(float(n)))),
    "inode-hexadecimal": ("the inode is read as hexadecimal", _number("inode", _hex)),
    "inode-needed": ("a path without an inode is dropped",
                     _each(lambda i: {"name": i["name"] if i["inode"] or i["name"][:1] != b"/" else b""})),
    "address-32-bits": ("addresses have 32 bits",
                        _each(lambda i: {"start": i["start"] & 0xFFFFFFFF, "end": i["end"] & 0xFFFFFFFF})),
    "address-48-bits": ("addresses above 2^48 are cut",
                        _each(lambda i: {"start": i["start"] & (2**48 - 1), "end": i["end"] & (2**48 - 1)})),
    "address-int64": ("addresses above 2^63 are refused", _refuse(lambda i: i["end"] > 2**63 - 1)),
    "address-int32": ("addresses above 2^31 saturate", _number("start", lambda n: min(n, 2**31 - 1))),
    "address-8-or-more": ("addresses below 2^24 are refused", _refuse(lambda i: i["start"] < 2**24)),
    "address-zero": ("an area at 0 is refused", _refuse(lambda i: i["start"] == 0)),
    "address-12-digits": ("addresses are of eight or twelve digits, or refused",
                          _refuse(lambda i: len(f"{i['end']:08x}") not in (8, 12))),
    "end-inclusive": ("the end is the last address within", _number("end", lambda n: n - 1)),
    "size-32-bits": ("sizes of 4 GiB and more are refused",
                     _refuse(lambda i: i["end"] - i["start"] >= 2**32)),
    "equal-refused": ("an empty range is refused", _refuse(lambda i: i["start"] == i["end"])),
    "always-private": ("the fourth letter is not read", _perms(lambda p: p[:3] + "p")),
    "execute-not-read": ("the third letter is not read", _perms(lambda p: p[:2] + "-" + p[3])),
    "write-not-read": ("the second letter is not read", _perms(lambda p: p[0] + "-" + p[2:])),
    "read-implied": ("everything can be read", _perms(lambda p: "r" + p[1:])),
    "write-implies-read": ("what can be written can be read",
                           _perms(lambda p: ("r" if p[1] == "w" else p[0]) + p[1:])),
    "no-access-dropped": ("areas without any right are dropped",
                          lambda d: [i for i in right(d) if i["perms"][:3] != "---"]),
    "sharing-two-letters": ("the fourth letter is p or s, or refused",
                            _refuse(lambda i: i["perms"][3] not in "ps")),
    "rights-three-letters": ("rights other than r, w and x are refused",
                             _refuse(lambda i: "=" in i["perms"])),
}  # fmt: skip
