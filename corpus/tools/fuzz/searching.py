"""Search one part of a dump for the faults of one parser that no published case shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

import attrs

from corpus.tools.fuzz import values
from corpus.tools.fuzz.faults import Fault
from corpus.tools.fuzz.known import Ask, Asked, Known, Shown, faults_of_case, marks_of_case
from corpus.tools.fuzz.parts import Part
from corpus.tools.fuzz.reducing import reduce
from procmaps.formats.file_kinds import FileKind
from procmaps.printable import escape_bytes

_MOST: Final = 20
"""Faults of one part that are reported: enough to see that the parser has too many to list."""


@attrs.frozen
class Found:
    """A fault that no published case shows, on the simplest value that has it."""

    part: Part
    kind: FileKind
    value: bytes
    fault: Fault
    asked: Asked
    control: Asked


@attrs.frozen
class Unstable(Exception):
    """A parser that answers the same dump now so, now so."""

    value: bytes
    fault: Fault

    def __str__(self) -> str:
        return f"asked twice about '{escape_bytes(self.value)}', it shows this once: {self.fault}"


@attrs.define
class Search:
    """Draws values of one part for one parser."""

    ask: Ask
    part: Part
    kind: FileKind
    known: Known
    drawn: int = 0
    """Dumps that were drawn for the parser, without those that reduced a fault."""
    shown: Counter[tuple[Fault, str]] = attrs.field(factory=Counter[tuple[Fault, str]])
    """How often a fault was drawn that a known dump shows, with that dump."""

    def run(self, examples: int, seed: int) -> Iterator[Found]:
        """Draw *examples* values; yield each fault that is not known. *seed* repeats a search.

        Raises `Unstable`.
        """
        control = self.ask(self.part.control(self.kind))
        if control is None:
            return
        reported = 0
        for value in values.drawn(self.part.values, examples, seed):
            for fault in self._unknown(value, control):
                found = self._reduced(value, fault, control)
                if not self._is_shown(found):
                    yield found
                    reported += 1
            if reported >= _MOST:
                return

    def _unknown(self, value: bytes, control: Asked) -> Iterator[Fault]:
        """Yield the faults of *value* that no known dump shows by less; count the others."""
        asked = self._ask(value)
        if asked is None:
            return
        self.drawn += 1
        marks = marks_of_case(asked.case, control.case)
        for fault in sorted(faults_of_case(asked, control)):
            case = self.known.explains(fault, marks)
            if case:
                self.shown[fault, case] += 1
            else:
                yield fault

    def _is_shown(self, found: Found) -> bool:
        """Whether a known dump has all of a reduced fault. From now on the fault is known."""
        marks = marks_of_case(found.asked.case, found.control.case)
        case = self.known.contains(found.fault, marks)
        self.known.add([found.fault], Shown(case or "a drawn dump", marks))
        self.shown[found.fault, case] += bool(case)
        return bool(case)

    def _reduced(self, value: bytes, fault: Fault, control: Asked) -> Found:
        found: list[Found] = []

        def has_fault(smaller: bytes) -> bool:
            asked = self._ask(smaller)
            if asked is None or fault not in faults_of_case(asked, control):
                return False
            found.append(Found(self.part, self.kind, smaller, fault, asked, control))
            return True

        if not has_fault(value):
            raise Unstable(value, fault)
        reduce(value, has_fault)
        return found[-1]

    def _ask(self, value: bytes) -> Asked | None:
        """Ask the parser; None if nobody prints *value*, or if it does not concern the parser."""
        case = self.part.case(value, self.kind)
        return None if case is None else self.ask(case)
