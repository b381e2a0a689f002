"""What one line says, which rule says so, and which kernels could have printed it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import attrs

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.errors import ParseError
from procmaps.explanation import release_spans
from procmaps.explanation.evidence import (
    EVERY,
    Clue,
    Layout,
    field_clues,
    header_clues,
    name_clues,
    word_size,
)
from procmaps.explanation.parts import Part, parts_of, parts_of_name
from procmaps.formats.dialects import DIALECTS, LINUX
from procmaps.formats.releases import Release, Span
from procmaps.grammar import loading
from procmaps.grammar.loading import Grammar
from procmaps.grammar.parsed_line import HeaderLine
from procmaps.records.names import Interpretation, Name, UnknownName
from procmaps.snapshots.dialect_detection import REQUESTED, DialectMatch
from procmaps.snapshots.loading import loads

__all__ = ["Clue", "Explanation", "Part", "explain"]


@attrs.frozen
class Explanation:
    """What a line is made of, and what it tells."""

    source: bytes
    """The line, without its line end."""
    form: Literal["header", "field", "name", "broken"]
    dialect: DialectMatch
    """The dialect it was read by, and why that one."""
    parts: tuple[Part, ...] = ()
    """The values in the line, in their order; a name is followed by what it is made of."""
    clues: tuple[Clue, ...] = ()
    """What tells of the kernel that printed it."""
    bits: int | None = None
    """32 or 64: the word size of that kernel; None where the line does not say."""
    name: Name | None = None
    """The name column, or the label in old Android's ``Name:``; None where there is neither."""
    accepted: tuple[str, ...] = ()
    """Every dialect whose grammar accepts the line."""
    error: ParseError | None = None
    """Why the line cannot be read: of a *broken* one, or where a number is out of bounds."""

    def covers(self, release: Release) -> bool | None:
        """Whether *release* could have printed it; None where that is not established."""
        return release_spans.covers(self.clues, release)

    @property
    def releases(self) -> tuple[Span, ...]:
        """The releases of Linux that could have printed it; none where none is known to."""
        return () if self.form == "broken" else release_spans.together(self.clues)

    @property
    def vendors(self) -> tuple[str, ...]:
        """Whose patches it takes, ``Android`` for example; any release can have them."""
        return tuple(dict.fromkeys(clue.vendor for clue in self.clues if clue.vendor))

    def interpretations(self) -> Iterator[Interpretation]:
        """Every original of the name, most likely first (`Name.interpretations`)."""
        if self.name is not None:
            yield from self.name.interpretations()


def explain(line: BytesOrStr, dialect: str = "auto") -> Explanation:
    """What *line* says: a header line, a field of smaps, or a name column by itself.

    One line end is taken off. *dialect* is a name of `procmaps.formats.dialects`, or ``auto``. A
    line that cannot be read is explained too: its form is ``broken``, and ``error`` says why.

    Raises `procmaps.errors.UnknownDialect` for a dialect that there is no grammar for.
    """
    line = as_bytes(line).removesuffix(b"\n").removesuffix(b"\r")
    snapshot = loads(line + b"\n", errors="collect", dialect=dialect)
    choice = snapshot.dialect
    loaded = loading.load(choice.name)
    accepted = tuple(known.name for known in DIALECTS if _reads(loading.load(known.name), line))
    if (name := _lone_name(line, loaded)) is not None:
        return Explanation(
            line,
            "name",
            choice,
            tuple(parts_of_name(line, loaded)),
            tuple(name_clues(name)),
            name=name,
            accepted=accepted,
        )
    event = loaded.line(line)
    parts = parts_of(line, loaded)
    if event is None or parts is None:
        return Explanation(line, "broken", choice, accepted=accepted, error=snapshot.first_error)
    foreign = tuple(_foreign(choice))
    if isinstance(event, HeaderLine):
        name = loaded.parse_name(event.name)
        match = loaded.header.fullmatch(line)
        assert match, line  # noqa: S101 - the reference engine has accepted it
        layout = Layout.of(match)
        return Explanation(
            line,
            "header",
            choice,
            parts,
            (*foreign, *header_clues(event, layout, name), *_open_label(event.name, loaded)),
            word_size(layout),
            name,
            accepted,
            snapshot.first_error,
        )
    return Explanation(
        line,
        "field",
        choice,
        parts,
        (*foreign, *field_clues(line, event)),
        name=loaded.parse_name(event.text) if event.form == "label" else None,
        accepted=accepted,
        error=_field_error(line, dialect),
    )


def _reads(loaded: Grammar, line: bytes) -> bool:
    return loaded.line(line) is not None or _lone_name(line, loaded) is not None


def _lone_name(line: bytes, loaded: Grammar) -> Name | None:
    """The record of a line that is nothing but a name of a known shape."""
    if not line or line.startswith(b" ") or b"\0" in line:
        return None
    name = loaded.parse_name(line)
    return None if isinstance(name, UnknownName) else name


def _field_error(line: bytes, dialect: str) -> ParseError | None:
    """What is wrong with a field that the grammar accepts, below a header of its own."""
    header = b"1000-2000 rw-p 00000000 00:00 0 \n"
    found = loads(header + line, errors="collect", dialect=dialect).first_error
    if found is None:
        return None
    return attrs.evolve(found, line=1, offset=found.offset - len(header))


KERNELS = frozenset((LINUX.name, "android", "nommu"))
"""The dialects that are Linux itself; the others only look like it."""


def _foreign(choice: DialectMatch) -> Iterator[Clue]:
    if choice.name not in KERNELS and choice.reason != REQUESTED:
        titles = {known.name: known.title for known in DIALECTS}
        yield Clue(f"what only {titles[choice.name]} prints", (), choice.reason)


def _open_label(name: bytes, loaded: Grammar) -> Iterator[Clue]:
    if loaded.terminal("OPEN_LABEL").match(name):
        yield Clue(
            "a label that this line does not close",
            EVERY,
            "seq_print_vma_name() of Android 3.4 to 5.4 prints newlines as they are; the line may "
            "also have been cut off",
            vendor="Android",
        )
