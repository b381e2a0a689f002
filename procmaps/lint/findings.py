"""The type of a finding."""

from __future__ import annotations

import attrs

from procmaps.lint.rules import Rule


@attrs.frozen
class Finding:
    """A rule, and the line that it applies to.

    rule      The rule, one of `RULES`.
    line      The line of the dump, from 1.
    message   One clause for people; bytes of the dump are escaped.
    raw       The line, without its line end.
    count     The number of lines with this finding, if the rule is reported once per dump; else 1.
    """

    rule: Rule
    line: int
    message: str
    raw: bytes
    count: int = 1
