"""`explain` and its result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import attrs

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.errors import ParseError
from procmaps.explanation import release_spans
from procmaps.explanation.evidence import ALL_RELEASES, LINUX_DIALECTS, Evidence
from procmaps.explanation.field_evidence import field_evidence
from procmaps.explanation.header_evidence import header_evidence
from procmaps.explanation.header_layout import HeaderLayout, word_size
from procmaps.explanation.name_evidence import name_evidence
from procmaps.explanation.parts import Part, line_parts, name_parts
from procmaps.formats.dialects import DIALECTS, dialect
from procmaps.formats.releases import Release, Span
from procmaps.grammar import loading
from procmaps.grammar.loading import Grammar
from procmaps.grammar.parsed_line import HeaderLine
from procmaps.records.names import Interpretation, Name, UnknownName
from procmaps.snapshots.dialect_detection import REQUESTED, DialectMatch
from procmaps.snapshots.loading import loads


@attrs.frozen
class Explanation:
    """The parts of a line, and the evidence about the kernel that printed it.

    raw        The line, without its line end.
    form       ``header``, ``field``, ``name``, or ``broken`` for a line that cannot be read.
    dialect    The dialect of the line, and why it was chosen.
    parts      The values in the line, in order. A name is followed by its own parts.
    evidence   The features of the line that show which kernel printed it.
    bits       The word size of that kernel, 32 or 64; None if the line does not show it.
    name       The name column, or the label in old Android's ``Name:``; None if there is neither.
    accepted   Every dialect with a grammar that accepts the line.
    error      Why the line cannot be read: it is *broken*, or a number is out of bounds.
    """

    raw: bytes
    form: Literal["header", "field", "name", "broken"]
    dialect: DialectMatch
    parts: tuple[Part, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    bits: int | None = None
    name: Name | None = None
    accepted: tuple[str, ...] = ()
    error: ParseError | None = None

    def covers(self, release: Release) -> bool | None:
        """Return whether *release* can print the line, or None if that is not established."""
        return release_spans.covers(self.evidence, release)

    @property
    def releases(self) -> tuple[Span, ...]:
        """The releases of Linux that can print the line; empty if no known release can."""
        return () if self.form == "broken" else release_spans.intersection(self.evidence)

    @property
    def vendors(self) -> tuple[str, ...]:
        """The vendors of the necessary patches, such as ``Android``; any release can have them."""
        return tuple(dict.fromkeys(each.vendor for each in self.evidence if each.vendor))

    def interpretations(self) -> Iterator[Interpretation]:
        """Yield every possible original of the name, most likely first (see `Name`)."""
        if self.name is not None:
            yield from self.name.interpretations()


def explain(line: BytesOrStr, dialect: str = "auto") -> Explanation:
    """Explain *line*: a header line, a field of ``smaps``, or a name column by itself.

    One line end is removed. *dialect* is a name from `procmaps.formats.dialects`, or ``auto``. A
    line that cannot be read is explained, too: its form is ``broken``, and ``error`` has the
    reason.

    Raises `procmaps.errors.UnknownDialect` for a dialect without a grammar.
    """
    line = as_bytes(line).removesuffix(b"\n").removesuffix(b"\r")
    snapshot = loads(line + b"\n", errors="collect", dialect=dialect)
    match = snapshot.dialect
    grammar = loading.load(match.name)
    accepted = tuple(known.name for known in DIALECTS if _accepts(loading.load(known.name), line))
    if (name := _lone_name(line, grammar)) is not None:
        return Explanation(
            line,
            "name",
            match,
            tuple(name_parts(line, grammar)),
            tuple(name_evidence(name)),
            name=name,
            accepted=accepted,
        )
    parsed = grammar.parse_line(line)
    parts = line_parts(line, grammar)
    if parsed is None or parts is None:
        return Explanation(line, "broken", match, accepted=accepted, error=snapshot.first_error)
    foreign = tuple(_dialect_evidence(match))
    if isinstance(parsed, HeaderLine):
        name = grammar.parse_name(parsed.name)
        header = grammar.header.fullmatch(line)
        assert header, line  # noqa: S101 - the reference engine has accepted it
        layout = HeaderLayout.of(header)
        return Explanation(
            line,
            "header",
            match,
            parts,
            (
                *foreign,
                *header_evidence(parsed, layout, name),
                *_open_label_evidence(parsed.name, grammar),
            ),
            word_size(layout),
            name,
            accepted,
            snapshot.first_error,
        )
    return Explanation(
        line,
        "field",
        match,
        parts,
        (*foreign, *field_evidence(line, parsed)),
        name=grammar.parse_name(parsed.text) if parsed.form == "label" else None,
        accepted=accepted,
        error=_field_error(line, dialect),
    )


def _accepts(grammar: Grammar, line: bytes) -> bool:
    return grammar.parse_line(line) is not None or _lone_name(line, grammar) is not None


def _lone_name(line: bytes, grammar: Grammar) -> Name | None:
    """Return the record of a line that is only a name of a known form, or None."""
    if not line or line.startswith(b" ") or b"\0" in line:
        return None
    name = grammar.parse_name(line)
    return None if isinstance(name, UnknownName) else name


def _field_error(line: bytes, dialect: str) -> ParseError | None:
    """Return the error of a field that the grammar accepts, below a header made for it."""
    header = b"1000-2000 rw-p 00000000 00:00 0 \n"
    error = loads(header + line, errors="collect", dialect=dialect).first_error
    if error is None:
        return None
    return attrs.evolve(error, line=1, offset=error.offset - len(header))


def _dialect_evidence(match: DialectMatch) -> Iterator[Evidence]:
    if match.name not in LINUX_DIALECTS and match.reason != REQUESTED:
        yield Evidence(f"the format of {dialect(match.name).description}", (), match.reason)


def _open_label_evidence(name: bytes, grammar: Grammar) -> Iterator[Evidence]:
    if grammar.terminal("OPEN_LABEL").match(name):
        yield Evidence(
            "a label that this line does not close",
            ALL_RELEASES,
            "seq_print_vma_name() of Android 3.4 to 5.4 does not escape newlines; the line may "
            "also be cut off",
            vendor="Android",
        )
