"""The fields of smaps_rollup as a list: it has sums for the whole process and no mappings."""

from __future__ import annotations

import textwrap

from rich.text import Text

from procmaps.cli.output import Output
from procmaps.cli.style import FAINT, HEADING, print_line, style_of
from procmaps.formats.smaps_fields import FIELDS
from procmaps.printable import size_text, visible
from procmaps.records.usage import Usage

_KEY_WIDTH = 16
_VALUE_WIDTH = 6
_INDENT = _KEY_WIDTH + _VALUE_WIDTH + 4

_LEAST_MEANING = 24
"""Characters of a terminal's line that must be left to print the meaning of a field."""


def print_fields(out: Output, usage: Usage) -> None:
    """Print each field that *usage* has: the kernel's name for it, the size, the meaning."""
    for field in FIELDS.values():
        value = getattr(usage, field.attribute)
        if field.unit in ("kB", "count") and value is not None:
            text = size_text(value) if field.unit == "kB" else str(value)
            line = Text(field.key.decode("ascii").ljust(_KEY_WIDTH), HEADING)
            line.append(f"  {text:>{_VALUE_WIDTH}}", "default")
            first, *rest = _meaning(out, field.meaning)
            print_line(out, line.append("  ").append(first, FAINT) if first else line)
            for words in rest:
                print_line(out, Text(" " * _INDENT + words, FAINT))
    for extra in usage.extra:
        line = Text(visible(extra.key).ljust(_KEY_WIDTH), style_of("other"))
        print_line(out, line.append(f"  {visible(extra.value.strip(b' '))}", "default"))


def _meaning(out: Output, meaning: str) -> list[str]:
    """Return the lines of *meaning* that fit; one empty line if the terminal is too narrow."""
    room = out.width - _INDENT
    return textwrap.wrap(meaning, room) if room >= _LEAST_MEANING else [""]
