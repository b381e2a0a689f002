"""Linux releases, and the spans of releases over which a format exists.

Pure data types. The tables in `procmaps.formats.vm_flags`, `procmaps.formats.smaps_fields` and
`procmaps.formats.pseudo_names` say with them since when a thing is printed and until when; no code
compares version numbers by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import cast

import attrs

# A release is named by numbers alone. "-rc5" and vendors' suffixes are refused, not trimmed:
# a release candidate is not the release (4.17-rc printed smaps that no release printed).
_RELEASE_TEXT = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))+")

# Until 2.6.39 a release had three numbers and a stable one four; since 3.0, two and three.
_MAJOR_OF_THREE_NUMBERS = 2
_FEWEST_NUMBERS = 2


def _are_release_numbers(parts: object) -> bool:
    """Whether `parts` is what a release is made of; a bool is no number here."""
    if not isinstance(parts, tuple):
        return False
    numbers = cast("tuple[object, ...]", parts)
    return len(numbers) >= _FEWEST_NUMBERS and all(
        isinstance(number, int) and not isinstance(number, bool) and number >= 0
        for number in numbers
    )


def _check_parts(_release: object, _attribute: object, parts: object) -> None:
    if not _are_release_numbers(parts):
        raise ValueError(
            f"a release needs a tuple of two or more numbers, none negative, not {parts!r}"
        )


@attrs.frozen(order=True)
class Release:
    """One release of Linux, ordered as the numbers are: 2.6.9 < 2.6.32 < 3.0 < 4.20 < 5.0.

    `parts` are the numbers in their written order, at least two. A stable release comes after
    the release that it mends: 4.4 < 4.4.155 < 4.5.
    """

    parts: tuple[int, ...] = attrs.field(validator=_check_parts)

    @classmethod
    def parse(cls, text: str) -> Release:
        """The release that `text` names, such as "6.12", "2.6.32" or "4.4.155".

        `str()` of the result is `text` again. Raises ValueError for anything but numbers with
        dots between them; cut "-rc5", "-generic" and the like off first, if you mean the release.
        """
        if not _RELEASE_TEXT.fullmatch(text):
            raise ValueError(
                f"{text!r} is not a Linux release: expected two or more numbers with dots "
                'between them and nothing else, such as "6.12" or "2.6.32"'
            )
        return cls(tuple(int(part) for part in text.split(".")))

    @property
    def series(self) -> Release:
        """The release that a stable release mends: 4.4 of 4.4.155, 2.6.32 of 2.6.32.69."""
        numbers = 3 if self.parts[0] == _MAJOR_OF_THREE_NUMBERS else 2
        return Release(self.parts[:numbers])

    def __str__(self) -> str:
        return ".".join(map(str, self.parts))


# Older than any release: as `Span.absent` it says that no release without the thing was seen.
UNSEEN = Release((0, 0))


def _edge(notation: str) -> tuple[Release | None, Release | None]:
    """The two releases of "A|B"; (None, B) of "B", (UNSEEN, B) of "?|B", (None, None) of ""."""
    if not notation:
        return None, None
    before, bar, after = notation.rpartition("|")
    if not bar:
        return None, Release.parse(after)
    return (UNSEEN if before == "?" else Release.parse(before)), Release.parse(after)


@attrs.frozen
class Span:
    """The releases that have a thing, and how well the two ends are known.

    since   the first release known to have it; None: every release looked at, however old
    absent  the last release known *not yet* to have it, where releases between it and `since`
            were not looked at; None: `since` is exactly the first; `UNSEEN`: no older release
            was looked at
    until   the first release known not to have it *any more*; None: the newest one has it
    last    the last release known still to have it, where releases between it and `until` were
            not looked at; None: `until` is exactly the first without

    Raises ValueError if these are not in the order absent < since <= last < until.
    """

    since: Release | None = None
    until: Release | None = None
    absent: Release | None = None
    last: Release | None = None

    def __attrs_post_init__(self) -> None:
        if self.absent is not None and self.since is None:
            raise ValueError(f"a span with absent={self.absent} needs since")
        if self.last is not None and self.until is None:
            raise ValueError(f"a span with last={self.last} needs until")
        rising = [
            ("absent", self.absent),
            ("since", self.since),
            ("last", self.last),
            ("until", self.until),
        ]
        known = [(name, release) for name, release in rising if release is not None]
        for (early, one), (late, two) in pairwise(known):
            in_order = one <= two if (early, late) == ("since", "last") else one < two
            if not in_order:
                raise ValueError(f"a span cannot have {early}={one} and {late}={two}")

    @classmethod
    def of(cls, start: str = "", end: str = "") -> Span:
        """The span in short notation, each end "B" (exact), "A|B" (somewhere in (A, B]) or "".

        The start may also be "?|B": there in B, and nothing older was looked at.

        `Span.of("4.9|4.12", "5.10")`: absent from 4.9, there in 4.12, and 5.10 is the first
        release without it. Raises ValueError for text that is not so, or ends out of order.
        """
        absent, since = _edge(start)
        last, until = _edge(end)
        return cls(since=since, until=until, absent=absent, last=last)

    def covers(self, release: Release) -> bool | None:
        """Whether `release` has the thing; None where that is not established.

        A stable release counts as the release that it mends: 4.9.300 has what 4.9 has. What
        stable series took over from later releases is not modelled.
        """
        asked = release.series
        if self.absent is not None and asked <= self.absent:
            return False
        if self.since is not None and asked < self.since:
            return None if self.absent is not None else False
        if self.until is not None and asked >= self.until:
            return False
        if self.last is not None and asked > self.last:
            return None
        return True

    @property
    def releases(self) -> tuple[Release, ...]:
        """The releases that this span names, oldest first."""
        named = (self.absent, self.since, self.last, self.until)
        return tuple(release for release in named if release is not None and release != UNSEEN)

    def __str__(self) -> str:
        start = end = ""
        if self.absent == UNSEEN:
            start = f"by {self.since}"
        elif self.absent is not None:
            start = f"between {self.absent} and {self.since}"
        elif self.since is not None:
            start = f"since {self.since}"
        if self.last is not None:
            end = f"until between {self.last} and {self.until}"
        elif self.until is not None:
            end = f"until {self.until}"
        return ", ".join(filter(None, (start, end))) or "in every release"


def releases_named(spans: Iterable[Span]) -> tuple[Release, ...]:
    """Every release that one of `spans` names, each once, oldest first."""
    return tuple(sorted({release for span in spans for release in span.releases}))
