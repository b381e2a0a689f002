# ruff: noqa: E501 - rows of tables are read across
"""Parsers that get the fields of smaps wrong on purpose."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from procmaps.formats.releases import Release
from procmaps.formats.smaps_fields import FIELDS
from procmaps.formats.vm_flags import VM_FLAG_TABLE
from tests.check.mutants.base import HEADER, Answer, Parser, right

Fields = dict[bytes, Any]
FLAGS = frozenset(flag.mnemonic for flag in VM_FLAG_TABLE)
_FIRST = Release.parse("3.8")
_OLD = frozenset(flag.mnemonic for flag in VM_FLAG_TABLE if flag.span.covers(_FIRST))
_NO_UNIT = (b"THPeligible", b"ProtectionKey")


def _usage(change: Callable[[Fields], Fields]) -> Parser:
    """The right parser with the fields of each mapping changed; its keys go with them."""

    def parser(dump: bytes) -> Answer:
        answer = right(dump)
        for item in answer:
            if "usage" in item:
                item["usage"] = change(item["usage"])
                item["keys"] = list(item["usage"])
        return answer

    return parser


def _values(change: Callable[[bytes, Any], Any]) -> Parser:
    return _usage(lambda fields: {key: change(key, value) for key, value in fields.items()})


def _sizes(change: Callable[[int], int]) -> Parser:
    return _values(
        lambda key, value: (
            change(value) if isinstance(value, int) and key not in _NO_UNIT else value
        )
    )


def _flags(change: Callable[[tuple[bytes, ...]], tuple[bytes, ...]]) -> Parser:
    return _values(lambda key, value: change(value) if key == b"VmFlags" else value)


def _stale(dump: bytes) -> Answer:
    answer = right(dump)
    for before, item in pairwise(answer):
        if "usage" in item:
            item["usage"] = before["usage"] | item["usage"]
    return answer


def _stale_forward(dump: bytes) -> Answer:
    """Give the fields of an entry to the one before it, if that has none."""
    answer = right(dump)
    for before, item in pairwise(answer):
        if "usage" in item:
            before["usage"] = item["usage"] | before["usage"]
    return answer


def _refuse(reason: Callable[[Fields], bool]) -> Parser:
    def parser(dump: bytes) -> Answer:
        answer = right(dump)
        if any(reason(item.get("usage", {})) for item in answer):
            raise ValueError("a field that the parser does not accept")
        return answer

    return parser


def _fixed_columns(dump: bytes) -> Answer:
    """Read the number from columns 16 to 24."""
    answer = right(dump)
    index = -1
    for line in dump.split(b"\n"):
        if HEADER.fullmatch(line):
            index += 1
        key, colon, _ = line.partition(b":")
        if colon and index >= 0 and "usage" in answer[index] and key in answer[index]["usage"]:
            if line.endswith(b" kB"):
                number = line[16:24].strip()
                answer[index]["usage"][key] = int(number) * 1024 if number.isdigit() else -1
            elif key in _NO_UNIT:
                number = line[16:24].strip()
                answer[index]["usage"][key] = int(number) if number.isdigit() else -1
    return answer


def _by_position(dump: bytes) -> Answer:
    """Assign the fields by their order in the newest kernel."""
    order = (
        b"Size KernelPageSize MMUPageSize Rss Pss Pss_Dirty Shared_Clean Shared_Dirty Private_Clean "
        b"Private_Dirty Referenced Anonymous KSM LazyFree AnonHugePages ShmemPmdMapped FilePmdMapped "
        b"Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked THPeligible VmFlags"
    ).split()
    answer = right(dump)
    for item in answer:
        if "usage" in item:
            item["usage"] = dict(zip(order, item["usage"].values(), strict=False))
    return _keys_of(answer)


def _keys_of(answer: Answer) -> Answer:
    for item in answer:
        if "usage" in item:
            item["keys"] = list(item["usage"])
    return answer


def _prefix_sums(fields: Fields) -> Fields:
    """Every key that begins with Pss is added to Pss, as with startswith()."""
    total = sum(value for key, value in fields.items() if key.startswith(b"Pss"))
    return fields | {b"Pss": total} if b"Pss" in fields else fields


def _rss_prefix(fields: Fields) -> Fields:
    """The last key that begins with Rss is Rss."""
    found = [value for key, value in fields.items() if key.startswith(b"Rss")]
    return fields | {b"Rss": found[-1]} if found else fields


def _sums(fields: Fields, key: bytes, prefix: bytes) -> Fields:
    """Every known or unknown key that begins with *prefix* is added to *key*."""
    if key not in fields:
        return fields
    return fields | {key: sum(value for other, value in fields.items() if other.startswith(prefix))}


def _lower_fields(dump: bytes) -> Answer:
    """Add fields in lower case to the first mapping."""
    answer = right(re.sub(rb"^[a-z_]+:[^\n]*\n", b"", dump, flags=re.MULTILINE))
    for match in re.finditer(rb"^([a-z_]+):", dump, re.MULTILINE):
        if answer and "usage" in answer[0]:
            answer[0]["usage"][match[1]] = 1
    return answer


def _same_count(dump: bytes) -> Answer:
    """Every entry is taken to have as many lines as the first."""
    answer = right(dump)
    if answer and "usage" in answer[0]:
        count = len(answer[0]["usage"])
        for item in answer:
            if len(item["usage"]) != count:
                raise ValueError("an entry of another number of lines")
    return answer


def _known(key: bytes) -> bool:
    return key in FIELDS


MUTANTS: dict[str, tuple[str, Parser]] = {
    "drops-unknown": ("unknown fields are dropped",
                      _usage(lambda f: {k: v for k, v in f.items() if _known(k)})),
    "refuses-unknown": ("unknown fields are refused", _refuse(lambda f: not all(map(_known, f)))),
    "stale": ("a field that is missing has the value before", _stale),
    "fields-of-next": ("an entry without fields gets those of the next", _stale_forward),
    "kilo-1000": ("a kB has a thousand bytes", _sizes(lambda n: n // 1024 * 1000)),
    "kilo-1": ("kB are read as bytes", _sizes(lambda n: n // 1024)),
    "kilo-always": ("a value without a unit is read as kB",
                    _values(lambda k, v: v * 1024 if k in _NO_UNIT else v)),
    "value-32-bits": ("values have 32 bits of kB", _sizes(lambda n: n & (2**42 - 1))),
    "value-bytes-32-bits": ("values have 32 bits of bytes", _sizes(lambda n: n & (2**32 - 1))),
    "value-int64": ("values above 2^63 bytes saturate", _sizes(lambda n: min(n, 2**63 - 1024))),
    "value-float32": ("values have 24 bits of precision",
                      _sizes(lambda n: n >> max(0, n.bit_length() - 24) << max(0, n.bit_length() - 24))),
    "fixed-columns": ("values are in fixed columns", _fixed_columns),
    "by-position": ("fields are assigned by position", _by_position),
    "pss-prefix": ("whatever begins with Pss is added to it",
                   _usage(lambda f: _prefix_sums(f) if all(isinstance(v, int) for k, v in f.items()
                                                           if k.startswith(b"Pss")) else f)),
    "rss-prefix": ("whatever begins with Rss is Rss", _usage(_rss_prefix)),
    "same-count": ("every entry has as many lines as the first", _same_count),
    "pss-needed": ("an entry without Pss is refused", _refuse(lambda f: bool(f) and b"Pss" not in f)),
    "rss-needed": ("an entry without Rss is refused", _refuse(lambda f: bool(f) and b"Rss" not in f)),
    "swap-needed": ("an entry without Swap is refused", _refuse(lambda f: bool(f) and b"Swap" not in f)),
    "flags-needed": ("an entry without VmFlags is refused",
                     _refuse(lambda f: bool(f) and b"VmFlags" not in f)),
    "flags-empty": ("VmFlags without a flag are refused", _refuse(lambda f: f.get(b"VmFlags") == ())),
    "flags-known": ("flags without letters are dropped", _flags(lambda w: tuple(x for x in w if x != b"??"))),
    "flags-once": ("a repeated flag is dropped", _flags(lambda w: tuple(dict.fromkeys(w)))),
    "flags-sorted": ("flags are sorted", _flags(lambda w: tuple(sorted(w)))),
    "flags-of-3.8": ("flags that came after 3.8 are dropped", _flags(lambda w: tuple(x for x in w if x in _OLD))),
    "flags-typed": ("a set of named flags has no others", _flags(lambda w: tuple(x for x in w if x in FLAGS))),
    "flags-lower": ("flags are in lower case", _flags(lambda w: tuple(x.lower() for x in w))),
    "flags-letters": ("flags have letters only", _flags(lambda w: tuple(x for x in w if x.isalpha()))),
    "key-hexadecimal": ("a key of hexadecimal digits is an address", _refuse(lambda f: any(
        re.fullmatch(rb"[0-9A-F]+", k) for k in f))),
    "key-private": ("whatever begins with Private is private", _usage(lambda f: _sums(f, b"Private_Dirty", b"Private"))),
    "key-shared": ("whatever begins with Shared is shared", _usage(lambda f: _sums(f, b"Shared_Dirty", b"Shared"))),
    "key-swap": ("whatever begins with Swap is swap", _usage(lambda f: _sums(f, b"Swap", b"Swap"))),
    "key-suffix": ("whatever ends in Size is Size", _usage(
        lambda f: f | {b"Size": [v for k, v in f.items() if k.endswith(b"Size")][-1]} if b"Size" in f else f)),
    "key-lower": ("a field in lower case is a field", _lower_fields),
    "flags-last": ("the last flag is cut off", _flags(lambda w: w[:-1])),
    "flags-16": ("sixteen flags are kept", _flags(lambda w: w[:16])),
    "key-words": ("keys have letters only", _usage(lambda f: {k: v for k, v in f.items() if k.isalpha()})),
    "key-16": ("keys are cut to sixteen bytes", _usage(lambda f: {k[:16]: v for k, v in f.items()})),
    "text-refused": ("values that are not numbers are refused",
                     _refuse(lambda f: any(isinstance(v, bytes) for v in f.values()))),
    "text-first-word": ("only the first word of a text is kept",
                        _values(lambda _k, v: v.split(b" ")[0] if isinstance(v, bytes) else v)),
    "zero-missing": ("a field of 0 is dropped",
                     _usage(lambda f: {k: v for k, v in f.items() if v != 0})),
    "missing-is-minus": ("a missing Locked is -1", _usage(lambda f: {b"Locked": -1} | f if f else f)),
    "size-computed": ("Size is computed from the range",
                      lambda d: [i | {"usage": i["usage"] | {b"Size": i["end"] - i["start"]}}
                                 if b"Size" in i.get("usage", {}) else i for i in right(d)]),
    "page-4k": ("all pages have 4 KB", _usage(lambda f: f | {k: 4096 for k in f if k.endswith(b"PageSize")})),
    "tab-is-no-space": ("a tab before a number is refused",
                        lambda d: right(d) if not re.search(rb"^[A-Z]\w+:\t", d, re.MULTILINE) else []),
    "name-line-dropped": ("the line Name is dropped", _usage(lambda f: {k: v for k, v in f.items() if k != b"Name"})),
}  # fmt: skip
