"""The type of a finding."""

from __future__ import annotations

import attrs

from procmaps.lint.rules import Rule


@attrs.frozen
class Finding:
    """A rule, and the line that it applies to."""

    rule: Rule
    line: int
    """The line of the dump, from 1."""
    message: str
    """One clause for people; bytes of the dump are escaped."""
    raw: bytes
    """The line, without its line end."""
    count: int = 1
    """The number of lines with this finding, if the rule is reported once per dump; else 1."""
