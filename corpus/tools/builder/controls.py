"""Controls: the dump of a case without the feature that the case shows.

A control whose dumps are those of a case is that case. The others become cases of the group
``controls``. Many cases share one control, so that few are needed.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from corpus.tools.builder.model import Case


class Controls:
    """The controls of *cases*: which case each is, and those that are no case yet."""

    def __init__(self, cases: Iterable[Case]) -> None:
        """Give a name to each control that is no case yet, after the first case that has it."""
        every = list(cases)
        self.made: list[Case] = []
        self._ids: dict[tuple[str, bytes], list[str]] = {}
        self._shared: dict[str, list[str]] = {}
        for case in every:
            self._add(case)
        for case in every:
            if case.control is not None and not self._find(case.control):
                name = f"{case.group}-{case.name}"
                self._add(attrs.evolve(case.control, name=name))
                self.made.append(attrs.evolve(case.control, name=name))
        users: dict[str, list[str]] = {}
        for case in every:
            users.setdefault(self.of(case), []).append(case.id)
        self.made = [
            attrs.evolve(control, shows=_shows(users[control.id])) for control in self.made
        ]

    def of(self, case: Case) -> str:
        """Return the id of the case's control; empty if it has none."""
        return self._find(case.control) if case.control is not None else ""

    def _add(self, case: Case) -> None:
        for kind, text in case.texts.items():
            self._ids.setdefault((kind, text), []).append(case.id)

    def _find(self, control: Case) -> str:
        """Return the first case that has all dumps of *control*; empty if there is none."""
        first, *others = (self._ids.get(item, []) for item in control.texts.items())
        return next((name for name in first if all(name in ids for ids in others)), "")


def _shows(users: list[str]) -> str:
    others = len(users) - 1
    more = f" and {others} more" if others else ""
    return f"The dump of {users[0]}{more}, without what {'they show' if others else 'it shows'}."
