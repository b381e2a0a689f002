"""The rows of the table of labels that programs give to their memory."""

from __future__ import annotations

import re

import attrs

from procmaps._cached_property import cached_property


@attrs.frozen
class ProgramLabel:
    r"""One label of a program.

    pattern   A regular expression for the whole label, in the syntax of `re`.
    example   A label as the program gives it; the pattern matches it.
    group     The place in a tree of memory, with ``\1`` for what the pattern captured.
    meaning   The memory that has this label, in one sentence.
    varies    What varies in the label from mapping to mapping; empty if nothing does.
    since     The first version of the program with it; empty: as the program's other labels.
    """

    pattern: str
    example: str
    group: tuple[str, ...]
    meaning: str
    varies: str = ""
    since: str = ""

    @cached_property
    def compiled(self) -> re.Pattern[bytes]:
        """The pattern, compiled for bytes."""
        return re.compile(self.pattern.encode(), re.DOTALL)


@attrs.frozen
class LabellingProgram:
    """A program, library or runtime that labels its memory.

    name     The word that chooses its preset: lower case, without spaces.
    title    Its name for people.
    since    The first version that labels memory; empty if it is not established.
    switch   What makes it label memory: ``by default``, or the option.
    source   Where this is known from: a file and function, or an issue.
    labels   Its labels. The first pattern that matches decides.
    generic  Whether its labels are common words that other programs use, too. Then its preset is
             used only if it is asked for.
    """

    name: str
    title: str
    since: str
    switch: str
    source: str
    labels: tuple[ProgramLabel, ...]
    generic: bool = False
