"""The results of running every peer, in the form that the pages need."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from corpus.tools.matrix.read_peers import Peer
from procmaps.check.cases import LIKELY, Case, Likely
from procmaps.check.verdicts import Outcome, Verdict, Weight

_CLASSES: Final = Path(__file__).with_name("classes.toml")


@attrs.frozen
class SmallestFailure:
    """A failure, and the smallest dump that shows it."""

    verdict: Verdict
    dump: bytes
    lines: tuple[int, ...]


FAULT: Final[Outcome] = "adapter-fault"
"""The verdict on an adapter that is at fault. It is no result of its parser."""


@attrs.frozen
class Finding:
    """What one failure means."""

    weight: Weight
    """How heavy the part of it is that the case's feature causes."""
    policy: str = ""
    """The policy that it is due to, if the case is disputable: then it is no plain failure."""
    caused: bool = True
    """Whether the feature is the cause: the control of the case does not fail in this way."""

    @property
    def plain(self) -> bool:
        """Whether it counts as a failure of the case."""
        return self.caused and not self.policy


@attrs.define
class Tally:
    """Counts of verdicts. Disputed failures, and those that a control shows too, are apart."""

    passed: int = 0
    outcomes: Counter[str] = attrs.field(factory=Counter[str])
    """Plain failures by outcome."""
    weights: Counter[str] = attrs.field(factory=Counter[str])
    """Plain failures by weight."""
    disputed: int = 0
    """Failures that a policy explains."""
    anyway: int = 0
    """Failures that the controls show, too, and that are counted there."""
    faults: int = 0
    """Faults of the adapter."""

    @property
    def failed(self) -> int:
        """Number of plain failures."""
        return self.outcomes.total()

    @property
    def asked(self) -> int:
        """Number of right answers and plain failures: the whole of each share."""
        return self.passed + self.failed

    @property
    def share(self) -> float:
        """Right answers of those asked for; 0 if none was."""
        return self.passed / max(1, self.asked)


@attrs.frozen
class Tried:
    """The result of one probe on one peer that shows the name, or fails because of it."""

    verdict: str
    """Key of the verdict on the dump with the name."""
    how: str = ""
    """What the peer does to the name, as a verb phrase; empty if the name is not the cause."""
    shown: str = ""
    """The text that it returns for the name, for people; empty if there is none."""
    caused: bool = False
    """Whether the name is the cause: the peer does not fail like this without the name."""
    shows: bool = True
    """Whether the peer returns a text for the name that it does not return without the name."""
    weight: Weight = ""
    """How heavy the failure is, if the name is the cause."""

    @property
    def breaks(self) -> bool:
        """Whether the name breaks the peer. A blemish breaks nothing."""
        return self.caused and self.weight != "blemish"


@attrs.frozen(kw_only=True)
class Row:
    """The verdicts of one peer."""

    peer: Peer
    version: str = ""
    """The version that was run."""
    verdicts: Mapping[str, Verdict] = attrs.field(factory=dict[str, Verdict])
    failures: Mapping[str, SmallestFailure] = attrs.field(factory=dict[str, SmallestFailure])
    findings: Mapping[str, Finding] = attrs.field(factory=dict[str, Finding])
    """What each failure means, by its case."""
    probes: Mapping[str, Tried] = attrs.field(factory=dict[str, Tried])
    """The results of the probes by their ids and kinds: ``label-word.maps``."""
    reason: str = ""
    """Reason why the peer was not run, or an empty string."""

    def tally(self, cases: Iterable[str]) -> Tally:
        """Count the verdicts on those of the *cases* that concern the peer."""
        made = Tally()
        for case in cases:
            if (verdict := self.verdicts.get(case)) is None:
                continue
            if verdict.passed:
                made.passed += 1
            elif verdict.outcome == FAULT:
                made.faults += 1
            elif not (finding := self.findings[case]).caused:
                made.anyway += 1
            elif finding.policy:
                made.disputed += 1
            else:
                made.outcomes[verdict.outcome] += 1
                made.weights[finding.weight] += 1
        return made

    @property
    def total(self) -> Tally:
        """The counts over all cases."""
        return self.tally(self.verdicts)


@attrs.frozen
class Class:
    """A class of cases that test the same thing."""

    title: str
    short: str
    """Title for the head of a narrow column."""
    part: str
    cases: tuple[str, ...]
    """Ids of its cases."""


@attrs.frozen
class Results:
    """All cases, and the row of each peer."""

    cases: Sequence[Case]
    rows: Sequence[Row]

    @property
    def ran(self) -> list[Row]:
        """The rows of the peers that were run."""
        return [row for row in self.rows if not row.reason]

    @property
    def programs(self) -> set[str]:
        """The programs and libraries that were run. Several rows may be about one."""
        return {row.peer.program for row in self.ran if not row.peer.idiom}

    @property
    def idioms(self) -> set[str]:
        """The idioms that were run."""
        return {row.peer.program for row in self.ran if row.peer.idiom}

    @property
    def languages(self) -> set[str]:
        """The languages of the programs and libraries that were run."""
        return {row.peer.language for row in self.ran if not row.peer.idiom}

    def by_likely(self) -> dict[Likely, list[str]]:
        """Return the ids of the cases by who prints such a dump."""
        return {
            likely: [case.id for case in self.cases if case.likely == likely] for likely in LIKELY
        }

    def ranked(self) -> list[Row]:
        """Return the rows that were run, by their share on dumps that kernels in use print.

        Of equal shares, the one of more answers comes first. Idioms come last.
        """
        ids = self.by_likely()["kernels"]
        tallies = {row.peer.name: row.tally(ids) for row in self.ran}

        def key(row: Row) -> tuple[bool, float, int, str]:
            tally = tallies[row.peer.name]
            return row.peer.idiom, -tally.share, -tally.asked, row.peer.title.lower()

        return sorted(self.ran, key=key)

    def classes(self) -> list[Class]:
        """Return the classes of ``classes.toml`` with the ids of their cases.

        Raises `LookupError` if no class has the feature of a case.
        """
        table = tomllib.loads(_CLASSES.read_text())["class"]
        title_of = {feature: entry["title"] for entry in table for feature in entry["features"]}
        found: dict[str, list[str]] = {entry["title"]: [] for entry in table}
        for case in self.cases:
            if case.feature not in title_of:
                raise LookupError(f"{case.id}: no class of {_CLASSES.name} has {case.feature!r}")
            found[title_of[case.feature]].append(case.id)
        return [Class(e["title"], e["short"], e["part"], tuple(found[e["title"]])) for e in table]
