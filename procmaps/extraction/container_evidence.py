"""The container of a dump: what its heading, its mappings and their repairs show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import cast

from procmaps.extraction.drafts import Draft
from procmaps.extraction.markers import Marker, is_coredump
from procmaps.extraction.results import Container, Repair, RepairKind

_CONTAINERS: tuple[tuple[RepairKind, Container], ...] = (
    ("quote", "mail"),
    ("quoted-printable", "mail"),
    ("soft break", "mail"),
    ("base64", "mail"),
    ("log prefix", "log"),
    ("string", "string"),
    ("comment", "comment"),
    ("cells", "table"),
    ("markup", "markup"),
)
"""The container that a repair of most mappings shows, the first that applies."""

_SHOWN_BY_ONE = ("quoted-printable", "soft break", "base64", "string", "markup")
"""Repairs that show their container even if only one mapping has them.

A transfer encoding changes only some of the lines that were sent in it.
"""

_REWRITTEN: tuple[Container, ...] = ("tombstone", "sanitizer")
"""Containers that print a format of their own, and never lines of ``maps``."""


class ContainerEvidence:
    """Collects what the mappings of a dump show about its container."""

    def __init__(self, heading: Marker | None) -> None:
        self._heading: Container | None = heading.container if heading else None
        self._counts: Counter[RepairKind] = Counter()
        """The mappings with a kind of repair."""
        self._total = 0
        self._shown: Container | None = None
        """The container that the first mapping shows."""

    def add(self, draft: Draft) -> None:
        """Take account of a mapping, with all its repairs."""
        repairs = draft.line.repairs
        if not self._total:
            self._shown = self._shown_by(draft, repairs)
        self._total += 1
        self._counts.update({repair.kind for repair in repairs})

    def _shown_by(self, first: Draft, repairs: Sequence[Repair]) -> Container | None:
        match = first.match
        if match.is_row and self._heading != "openharmony":
            return cast("Container", match.format)
        # Other programs print the same words above lines of ``maps``.
        if self._heading and not (self._heading in _REWRITTEN and match.has_all_columns):
            return self._heading
        if any(is_coredump(repair.detail) for repair in repairs):
            return "coredump"
        return None if match.has_all_columns else cast("Container", match.format)

    def container(self) -> Container:
        """Return the kind of text around the dump."""
        if self._shown:
            return self._shown
        for kind, container in _CONTAINERS:
            count = self._counts[kind]
            if count * 2 > self._total or (kind in _SHOWN_BY_ONE and count):
                return container
        return "plain"
