"""`explain` and its result."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

import attrs

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.errors import ParseError
from procmaps.explanation import release_spans
from procmaps.explanation.evidence import LINUX_DIALECTS, Evidence
from procmaps.explanation.field_evidence import field_evidence
from procmaps.explanation.header_evidence import header_evidence
from procmaps.explanation.header_layout import HeaderLayout, word_size
from procmaps.explanation.name_evidence import name_evidence
from procmaps.explanation.parts import Part, line_parts, name_parts
from procmaps.formats.dialects import DIALECTS, dialect
from procmaps.formats.releases import Release, Span
from procmaps.grammar import loading
from procmaps.grammar.compiled_lines import parse_line
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
    parts      The values in the line, in order. A name is followed by its own parts. Of more than
               256 flags the others are one part.
    evidence   The distinct features of the line that show which kernel printed it; of more than
               256 unknown flags the first ones.
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
        """The releases of Linux that print the line, with its name as it is most likely meant.

        Empty if no known release does. `covers` also counts a file that happens to have the name.
        """
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
    match, error = snapshot.dialect, snapshot.first_error
    # It has a copy of the line.
    del snapshot
    grammar = loading.load(match.name)
    accepted = tuple(known.name for known in DIALECTS if _accepts(loading.load(known.name), line))
    known = _dialect_of_name(line, match)
    if known is not None:
        grammar = loading.load(known.name)
        name = grammar.parse_name(line)
        return Explanation(
            line,
            "name",
            known,
            tuple(name_parts(line, grammar)),
            _distinct(_dialect_evidence(known), name_evidence(name, grammar)),
            name=name,
            accepted=accepted,
        )
    parsed = parse_line(grammar, line)
    parts = line_parts(line, grammar)
    if parsed is None or parts is None:
        return Explanation(line, "broken", match, accepted=accepted, error=error)
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
            _distinct(foreign, header_evidence(parsed, layout, name, grammar)),
            word_size(layout),
            name,
            accepted,
            error,
        )
    return Explanation(
        line,
        "field",
        match,
        parts,
        _distinct(foreign, field_evidence(line, parsed)),
        name=grammar.parse_name(parsed.text) if parsed.form == "label" else None,
        accepted=accepted,
        error=_field_error(line, dialect),
    )


MAX_EVIDENCE = 256
"""Features of one line for each rule of `procmaps.lint`; a line may have any number of flags."""


def _distinct(*evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return each evidence once, because a flag may be repeated; `MAX_EVIDENCE` for each rule.

    Only flags that no release prints can be more, so the releases are those of all the evidence.
    """
    found: dict[Evidence, None] = {}
    counts: Counter[str] = Counter()
    for each in itertools.chain.from_iterable(evidence):
        if each not in found and counts[each.rule] < MAX_EVIDENCE:
            found[each] = None
            counts[each.rule] += 1
    return tuple(found)


def _accepts(grammar: Grammar, line: bytes) -> bool:
    return parse_line(grammar, line) is not None or _lone_name(line, grammar) is not None


def _dialect_of_name(line: bytes, match: DialectMatch) -> DialectMatch | None:
    """Return the dialect of a line that is only a name, or None for any other line.

    That is *match*, or another dialect that alone knows the name. Text in brackets is a name that
    may be in no table: no other line begins with a bracket.
    """
    if _lone_name(line, loading.load(match.name)) is not None:
        return match
    if match.reason != REQUESTED:
        for other in DIALECTS:
            if _lone_name(line, loading.load(other.name)) is not None:
                return DialectMatch(other.name, "the name is specific to this dialect")
    return match if re.fullmatch(rb"\[[^\n\0]*\]", line) else None


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
