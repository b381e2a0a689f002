"""Files of expected failures: a listed case that passes must be removed from the list.

A line is a verdict's `key` and a case, ``wrong:name names/space.maps``; ``#`` starts a comment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, Self

import attrs

from procmaps.check.verdicts import NOT_JUDGED, OUTCOMES, Verdict
from procmaps.errors import ProcmapsError

PASS: Final = "pass"  # noqa: S105 - the key of a verdict

_FAILURES: Final = frozenset(OUTCOMES) - NOT_JUDGED - {PASS}


@attrs.frozen
class InvalidExpectations(ProcmapsError, ValueError):
    """A line that is not an expected failure."""

    source: str
    line: int
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.source}, line {self.line}: {self.reason}; expected a verdict and a case, such "
            "as: wrong:name names/space.maps"
        )


@attrs.frozen
class Surprise:
    """A verdict that differs from the expected one."""

    case: str
    expected: str
    """A verdict's key; ``pass`` for a case that is not listed."""
    got: str
    """A verdict's key; empty for a listed case that does not exist."""
    listed_in: str = ""
    """The file that lists the case; empty if there is none."""

    @property
    def kind(self) -> Literal["new", "changed", "fixed", "unknown"]:
        """Return *new* for an unlisted failure, *fixed* for a listed case that passes.

        *changed* is a listed case that fails in another way, *unknown* one that does not exist.
        """
        if not self.got:
            return "unknown"
        if self.expected == PASS:
            return "new"
        return "fixed" if self.got == PASS else "changed"

    def __str__(self) -> str:
        match self.kind:
            case "new":
                return f"{self.case}: {self.got}"
            case "changed":
                return f"{self.case}: {self.got}, expected {self.expected}"
            case "fixed":
                return (
                    f"{self.case}: now passes but is listed as {self.expected}; "
                    f"remove it from {self.listed_in}"
                )
            case "unknown":
                return (
                    f"{self.case}: listed as {self.expected} in {self.listed_in}, but there is no "
                    "such case; remove it"
                )


@attrs.frozen
class ExpectedFailures:
    """The expected failures of one parser."""

    source: str = ""
    """The name of the file, for messages."""
    keys: Mapping[str, str] = attrs.field(factory=dict[str, str])
    """A verdict's key for each listed case."""

    @classmethod
    def parse(cls, text: str, source: str) -> Self:
        """Return the failures listed in *text*. Raises `InvalidExpectations`."""
        keys: dict[str, str] = {}
        for number, line in enumerate(text.split("\n"), start=1):
            content = line.partition("#")[0].strip()
            if not content:
                continue
            key, _, case = content.partition(" ")
            case = case.strip()
            if key.partition(":")[0] not in _FAILURES or key == "wrong" or not case:
                raise InvalidExpectations(source, number, f"{content!r} is not a failure")
            if case in keys:
                raise InvalidExpectations(source, number, f"{case!r} is listed twice")
            keys[case] = key
        return cls(source, keys)

    def surprise(self, case: str, verdict: Verdict) -> Surprise | None:
        """Return how *verdict* differs from the expected one; None if it does not.

        A case that was not run, and a fault of the adapter, say nothing about the parser. Reports
        count them.
        """
        expected = self.keys.get(case, PASS)
        if verdict.outcome in NOT_JUDGED or verdict.key == expected:
            return None
        return Surprise(case, expected, verdict.key, self.source)

    def unknown(self, known: Iterable[str]) -> tuple[Surprise, ...]:
        """Return the listed cases that are not in *known*, the ids of all cases."""
        every = frozenset(known)
        return tuple(
            Surprise(case, key, "", self.source)
            for case, key in self.keys.items()
            if case not in every
        )

    def updated(self, verdicts: Mapping[str, Verdict], known: Iterable[str]) -> str:
        """Return the text of a file that expects *verdicts*, by the ids of cases.

        A listed case without a verdict stays if it is in *known*, the ids of all cases.
        """
        every = frozenset(known)
        keys = {case: key for case, key in self.keys.items() if case in every}
        for case, verdict in verdicts.items():
            if verdict.outcome not in NOT_JUDGED:
                keys[case] = verdict.key
        return "".join(f"{key} {case}\n" for case, key in sorted(keys.items()) if key != PASS)
