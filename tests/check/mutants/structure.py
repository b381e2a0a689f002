# ruff: noqa: E501 - rows of tables are read across
"""Parsers that lose, invent, mix up or refuse whole mappings on purpose."""

from __future__ import annotations

import re
from itertools import pairwise

from tests.check.mutants.base import HEADER, Answer, Parser, by_lines, lines_of, right


def _merged(dump: bytes) -> Answer:
    """Merge neighbours of one name."""
    found: Answer = []
    for item in right(dump):
        last = found[-1] if found else None
        if last and last["end"] == item["start"] and last["name"] == item["name"]:
            last["end"] = item["end"]
        else:
            found.append(item)
    return found


def _merged_by_file(dump: bytes) -> Answer:
    """Merge all mappings of one file, as a dictionary with paths as keys does."""
    found: dict[bytes, dict[str, object]] = {}
    for item in right(dump):
        found.setdefault(item["name"], item)
    return list(found.values())


def _carried(member: str, empty: object) -> Parser:
    """Give an empty member the value of the mapping before."""

    def parser(dump: bytes) -> Answer:
        answer = right(dump)
        for before, item in pairwise(answer):
            if item[member] == empty:
                item[member] = before[member]
        return answer

    return parser


def _unnamed_swallows(dump: bytes) -> Answer:
    r"""\s* before the name runs on into the next line."""
    pattern = re.compile(HEADER.pattern.replace(b"(?: *)(.*)", rb"\s*([^\n]*)"), re.MULTILINE)
    return by_lines([match[0] for match in pattern.finditer(dump)], pattern)


def _blanks_as_mappings(dump: bytes) -> Answer:
    """Make a mapping of every line."""
    found = right(dump) if not dump else []
    for line in dump.split(b"\n")[: -1 if dump.endswith(b"\n") else None]:
        known = by_lines([line])
        found += known or ([] if re.match(rb"[A-Z]\w*:", line) else [{"start": 0, "name": line}])
    return found


def _last_line_needs_newline(dump: bytes) -> Answer:
    lines = dump.split(b"\n")[:-1]
    return right(b"".join(line + b"\n" for line in lines))


def _cr_is_in_name(dump: bytes) -> Answer:
    return right(dump.replace(b"\r\n", b" \n"))


def _field_by_last_word(dump: bytes) -> Answer:
    """Take every line that ends in kB for a field."""
    lines = [
        line for line in dump.split(b"\n") if HEADER.fullmatch(line) is None or line[-2:] != b"kB"
    ]
    return right(b"\n".join(lines))


def _field_by_colon(dump: bytes) -> Answer:
    """Take every line with a colon before a space, or at its end, for a field."""
    lines = [
        line
        for line in dump.split(b"\n")
        if HEADER.fullmatch(line) is None or not re.search(rb":( |$)", line)
    ]
    return right(b"\n".join(lines))


def _needs_trailing_space(dump: bytes) -> Answer:
    lines = [line for line in lines_of(dump) if HEADER.fullmatch(line)]
    if any(re.fullmatch(rb"\S+ \S+ \S+ \S+ \d+", line) for line in lines):
        raise ValueError("an unnamed area must end in a space")
    return right(dump)


def _unknown_brackets(dump: bytes) -> Answer:
    known = (b"[heap]", b"[stack]", b"[vdso]", b"[vvar]", b"[vsyscall]", b"[rollup]")
    answer = right(dump)
    for item in answer:
        if item["name"][:1] == b"[" and item["name"] not in known and item["name"][:5] != b"[anon":
            raise ValueError("an unknown name in brackets")
    return answer


def _no_blank_answer(dump: bytes) -> Answer:
    if not dump:
        raise ValueError("an empty file")
    return right(dump)


def _tolerant(dump: bytes) -> Answer:
    """Take every line that begins with two numbers for a mapping."""
    return [
        {"start": int(match[1], 16), "end": int(match[2], 16)}
        for line in dump.split(b"\n")
        if (match := re.match(rb"\W*(?:0x)?([0-9a-f]+)\W+(?:0x)?([0-9a-f]+)", line))
    ]


def _refuse_short(dump: bytes) -> Answer:
    if dump and not dump.endswith(b"\n"):
        raise ValueError("the last line is torn")
    return right(dump)


MUTANTS: dict[str, tuple[str, Parser]] = {
    "drops-unnamed": ("areas without a name are dropped", lambda d: [i for i in right(d) if i["name"]]),
    "drops-empty": ("empty ranges are dropped", lambda d: [i for i in right(d) if i["start"] < i["end"]]),
    "drops-kernel-half": ("addresses above 2^63 are dropped", lambda d: [i for i in right(d) if i["end"] < 2**63]),
    "drops-rollup": ("the rollup is no mapping", lambda d: [i for i in right(d) if i["name"] != b"[rollup]"]),
    "drops-padding": ("names that are no area are dropped",
                      lambda d: [i for i in right(d) if i["name"] != b"[page size compat]"]),
    "drops-after-100": ("an array has 99 elements", lambda d: right(d)[:99]),
    "drops-after-10": ("an array has ten elements", lambda d: right(d)[:10]),
    "merges-neighbours": ("neighbours of one name become one", _merged),
    "merges-by-name": ("a dictionary has names for keys", _merged_by_file),
    "carries-name": ("no name is the name before", _carried("name", b"")),
    "carries-inode": ("inode 0 is the inode before", _carried("inode", 0)),
    "carries-label": ("no label is the label before", _carried("label", None)),
    "swallows-next": ("a missing name is looked for on the next line", _unnamed_swallows),
    "sorts-by-name": ("mappings are sorted by name", lambda d: sorted(right(d), key=lambda i: i["name"])),
    "sorts-by-size": ("mappings are sorted by size",
                      lambda d: sorted(right(d), key=lambda i: i["start"] - i["end"])),
    "lines-are-mappings": ("every line is a mapping", _blanks_as_mappings),
    "tolerant": ("two numbers make a mapping", _tolerant),
    "needs-final-newline": ("a last line without a newline is dropped", _last_line_needs_newline),
    "refuses-no-final-newline": ("a last line without a newline is refused", _refuse_short),
    "cr-becomes-space": ("a carriage return becomes a space", _cr_is_in_name),
    "field-by-unit": ("every line that ends in kB is a field", _field_by_last_word),
    "field-by-colon": ("every line with a colon before a space is a field", _field_by_colon),
    "needs-trailing-space": ("an unnamed area without a last space is refused", _needs_trailing_space),
    "unknown-brackets": ("an unknown name in brackets is refused", _unknown_brackets),
    "refuses-empty": ("an empty file is refused", _no_blank_answer),
    "phantom": ("an empty file has a mapping", lambda d: right(d) or [{"start": 0, "end": 0}]),
}  # fmt: skip
