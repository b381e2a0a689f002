"""The parsers that mutants are made from: a right one, and one that works line by line."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from procmaps import loads
from procmaps.check.adapter import members_of
from procmaps.check.answers import Answer as ParsedAnswer
from procmaps.check.answers import Rejection, parse_answer
from procmaps.check.cases import Case
from procmaps.check.judging import judge
from procmaps.check.verdicts import Verdict

Answer = list[dict[str, Any]]
Parser = Callable[[bytes], Answer]


def right(dump: bytes) -> Answer:
    """Return every member of the protocol. Raises ValueError to refuse a dump."""
    return [dict(item) | {"usage": dict(item["usage"])} if "usage" in item else dict(item)
            for item in _right(dump)]  # fmt: skip


@functools.lru_cache(2048)
def _right(dump: bytes) -> Answer:
    return [members_of(mapping) for mapping in loads(dump)]


def verdict(parser: Parser, case: Case) -> Verdict:
    """Return the verdict on *parser* for *case*; its ValueError refuses the dump."""
    answer: ParsedAnswer | Rejection
    try:
        answer = parse_answer(parser(case.data))
    except ValueError as error:
        answer = Rejection(str(error))
    return judge(case, answer)


HEADER = re.compile(
    rb"([0-9a-f]+)-([0-9a-f]+) ([r=-][w=-][x=-][psSg]) ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) ([0-9]+)"
    rb"(?: *)(.*)",
    re.DOTALL,
)


def by_lines(lines: list[bytes], header: re.Pattern[bytes] = HEADER) -> Answer:
    """Parse header lines and skip all others."""
    return [
        {
            "start": int(match[1], 16),
            "end": int(match[2], 16),
            "perms": match[3].decode(),
            "offset": int(match[4], 16),
            "device": match[5].decode(),
            "inode": int(match[6]),
            "name": match[7],
        }
        for match in map(header.fullmatch, lines)
        if match
    ]


def lines_of(dump: bytes) -> list[bytes]:
    """Return the lines, divided at newlines and nowhere else."""
    return [line for line in dump.split(b"\n") if line]
