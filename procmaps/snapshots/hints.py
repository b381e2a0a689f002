"""Hints of a `ParseError`: what a person can do about a line that cannot be parsed."""

from __future__ import annotations

import attrs

from procmaps.errors import ParseError

_COMMAND_LINE: dict[str, str] = {}
"""By hint as Python users read it, the wording for the command line."""


def hint(python: str, command_line: str = "") -> str:
    """Return *python*; register *command_line* if the command line says it differently."""
    if command_line:
        _COMMAND_LINE[python] = command_line
    return python


def for_command_line(error: ParseError) -> ParseError:
    """Return *error* with the hint in terms of commands and options instead of Python calls."""
    return attrs.evolve(error, hint=_COMMAND_LINE.get(error.hint, error.hint))


MISSING_START = hint("The start of the dump is missing: every entry starts with a header line.")
MISSING_HEADER = hint("A header line is missing between the two: every entry starts with one.")
NUL = hint("Names and fields contain no NUL bytes: is this a binary file?")
BLANK_LINE = hint(
    "The kernel prints no blank lines: remove it, or pass errors='collect'.",
    "The kernel prints no blank lines: remove it.",
)
PATH = hint(
    "This looks like a path: procmaps.load() reads the file of that name.",
    "This looks like a path: pass it as the argument.",
)
UPPER_CASE = hint("The kernel prints hexadecimal digits in lower case.")
TOO_MANY_DIGITS = hint("Numbers here have at most 64 bits, or 16 digits.")
TOO_LONG_INODE = hint("Inodes have at most 64 bits, or 20 digits.")
CHANGED_SPACES = hint(
    "Spaces were replaced by other characters: procmaps.extract() restores them.",
    "Spaces were replaced by other characters: `procmaps extract` restores them.",
)
ELSEWHERE = hint(
    "If the dump is inside other text, such as a log or a mail, procmaps.extract() finds it. "
    "If the line continues the name above it, pass dialect='nommu' or 'android'.",
    "If the dump is inside other text, such as a log or a mail, `procmaps extract` finds it. "
    "If the line continues the name above it, pass --dialect nommu or --dialect android.",
)
CUT_OFF = hint("The line is cut off, so later lines may be missing, too.")
