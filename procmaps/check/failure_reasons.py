"""Whether two verdicts are one failure: the same key for the same reason."""

from __future__ import annotations

import re
from typing import Final

from procmaps.check.verdicts import Verdict

_LONGEST: Final = 4000
"""Characters of a message that are compared."""

_NUMBER = re.compile(r"0x[0-9a-fA-F]+|[0-9a-fA-F]*[0-9][0-9a-fA-F]*")
# An apostrophe inside a word opens no quotation. Python prints bytes as b'...'.
_QUOTED = re.compile(r"""(?:(?<!\w)|(?<=\bb))(['"`])(.*?)\1(?!\w)""", re.DOTALL)


def same_failure(whole: Verdict, part: Verdict, dump: bytes) -> bool:
    """Whether *part*, the verdict on some lines of *dump*, is the failure *whole* of all lines.

    The keys are equal. Each difference is one of the whole dump's, but for numbers in the answer. A
    parser that refuses or ends says the same, but for numbers and for quoted parts of the dump.
    """
    return (
        same_key(whole, part, dump)
        and _facts(part) <= _facts(whole)
        and reason_of(part, dump) == reason_of(whole, dump)
    )


def same_key(whole: Verdict, part: Verdict, _dump: bytes) -> bool:
    """Whether the keys are equal: for parsers whose values change with each mapping, as sums do."""
    return whole.key == part.key


def reason_of(verdict: Verdict, dump: bytes) -> str:
    """Return what the parser said, without numbers and without quoted parts of *dump*."""
    said = verdict.detail[:_LONGEST]
    if verdict.outcome == "crash" and said.startswith("killed by "):
        # A signal has no words. What was printed before it may be of another time.
        return said.partition(":")[0]
    forms = (dump.decode("utf-8", "backslashreplace"), repr(dump)[2:-1])

    def without(match: re.Match[str]) -> str:
        quoted = match[2]
        return "'…'" if any(quoted in form for form in forms) else match[0]

    return _NUMBER.sub("#", _QUOTED.sub(without, said))


def _facts(verdict: Verdict) -> frozenset[tuple[str, str, str]]:
    """Return the differences. A wrong number may change with the other lines, as a sum does."""
    return frozenset(
        (item.field, item.expected, _NUMBER.sub("#", item.got)) for item in verdict.differences
    )
