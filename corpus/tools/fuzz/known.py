"""The faults of a peer that published cases show, and those that have been found since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import attrs

from corpus.tools.fuzz.faults import Fault, faults_of
from corpus.tools.fuzz.marks import marks_of
from procmaps.check.attribution import own_verdict
from procmaps.check.cases import Case
from procmaps.check.verdicts import Verdict


@attrs.frozen
class Asked:
    """A case as a parser receives it, and the verdict on its answer."""

    case: Case
    verdict: Verdict


class Ask(Protocol):
    """Asks a parser about a case."""

    def __call__(self, case: Case, /) -> Asked | None:
        """Return the verdict, or None if the case does not concern the parser."""
        ...


@attrs.frozen
class Shown:
    """A dump that shows a fault."""

    case: str
    """The id of a published case, or of a dump that was drawn."""
    marks: frozenset[str]
    """The kinds of characters in what sets it apart from its control."""


def faults_of_case(asked: Asked, control: Asked | None) -> frozenset[Fault]:
    """Return the faults of a case that its control does not have."""
    own = own_verdict(asked.verdict, None if control is None else control.verdict)
    if own is None or own.passed:
        return frozenset()
    return faults_of(asked.case, None if control is None else control.case, own)


def marks_of_case(case: Case, control: Case | None) -> frozenset[str]:
    """Return the kinds of characters in the names, fields and foreign lines of *case* only."""
    own = _texts(case) - (_texts(control) if control is not None else set())
    return marks_of(*own)


def _texts(case: Case) -> set[bytes]:
    lines = case.data.split(b"\n")
    found = {lines[item.line - 1] for item in case.invalid_lines if item.line <= len(lines)}
    for record in case.records:
        # Without the brackets and prefixes of a label: an ordinary name has none.
        found.add(record.name.raw if record.label is None else record.label)
        if record.usage is not None:
            flags = record.usage.vm_flags
            found |= {text for field in record.usage.extra for text in (field.key, field.value)}
            found |= set(flags) if flags is not None else set()
    return found


@attrs.define
class Known:
    """The faults of one peer that are known, with the dumps that show them."""

    shown: dict[Fault, list[Shown]] = attrs.field(factory=dict[Fault, list[Shown]])

    def add(self, faults: Iterable[Fault], shown: Shown) -> None:
        """Add the faults that a dump shows."""
        for fault in faults:
            self.shown.setdefault(fault, []).append(shown)

    def explains(self, fault: Fault, marks: frozenset[str]) -> str:
        """Return the dump that shows *fault* by nothing that is not in *marks*, or ""."""
        fitting = (shown for shown in self.shown.get(fault, ()) if shown.marks <= marks)
        return next((shown.case for shown in fitting), "")

    def contains(self, fault: Fault, marks: frozenset[str]) -> str:
        """Return the simplest dump that shows *fault* and has all *marks*, or ""."""
        fitting = [shown for shown in self.shown.get(fault, ()) if marks <= shown.marks]
        return min(fitting, key=lambda shown: len(shown.marks)).case if fitting else ""


def published(ask: Ask, cases: Mapping[str, Case], failing: Iterable[str]) -> Known:
    """Return the faults that the *failing* ones of the published *cases* show.

    *failing* are the recorded failures of the peer. They are run again, since the record has no
    differences.
    """
    known = Known()
    controls: dict[str, Asked | None] = {}
    for identity in failing:
        case = cases[identity]
        asked = ask(case)
        if asked is None:
            continue
        if case.control not in controls:
            controls[case.control] = ask(cases[case.control]) if case.control else None
        control = controls[case.control]
        marks = marks_of_case(asked.case, None if control is None else control.case)
        known.add(faults_of_case(asked, control), Shown(identity, marks))
    return known
