"""Linux releases, and spans of releases in which a format exists.

The tables in `procmaps.formats` state with these types in which releases a thing is printed. No
other code compares version numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import cast

import attrs

# A release is named by numbers only. "-rc5" and vendors' suffixes are rejected, not trimmed: a
# release candidate is not the release (4.17-rc printed smaps that no release printed).
_RELEASE_TEXT = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))+")

# Up to 2.6.39 a release had three numbers and a stable release four; since 3.0 two and three.
_MAJOR_OF_THREE_NUMBERS = 2
_FEWEST_NUMBERS = 2


def _are_release_numbers(parts: object) -> bool:
    """Return True if `parts` are the numbers of a release; a bool does not count as a number."""
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
            f"a release needs a tuple of two or more non-negative numbers, not {parts!r}"
        )


@attrs.frozen(order=True)
class Release:
    """One release of Linux. Releases sort by their numbers: 2.6.9 < 2.6.32 < 3.0 < 4.20 < 5.0.

    parts   The numbers in written order, at least two.

    A stable release sorts after the release that it fixes: 4.4 < 4.4.155 < 4.5.
    """

    parts: tuple[int, ...] = attrs.field(validator=_check_parts)

    @classmethod
    def parse(cls, text: str) -> Release:
        """Return the release that `text` names, such as "6.12", "2.6.32" or "4.4.155".

        `str()` of the result is `text`. Raises ValueError for anything but numbers separated by
        dots; remove suffixes such as "-rc5" and "-generic" first.
        """
        if not _RELEASE_TEXT.fullmatch(text):
            raise ValueError(
                f"{text!r} is not a Linux release: expected two or more numbers separated by "
                'dots and nothing else, such as "6.12" or "2.6.32"'
            )
        return cls(tuple(int(part) for part in text.split(".")))

    @property
    def series(self) -> Release:
        """The release that a stable release fixes: 4.4 for 4.4.155, 2.6.32 for 2.6.32.69."""
        numbers = 3 if self.parts[0] == _MAJOR_OF_THREE_NUMBERS else 2
        return Release(self.parts[:numbers])

    def __str__(self) -> str:
        return ".".join(map(str, self.parts))


UNCHECKED = Release((0, 0))
"""As `Span.last_without`: no release before `since` was checked."""


def _edge(notation: str) -> tuple[Release | None, Release | None]:
    """Return (A, B) for "A|B", (None, B) for "B", (UNCHECKED, B) for "?|B", (None, None) for ""."""
    if not notation:
        return None, None
    before, bar, after = notation.rpartition("|")
    if not bar:
        return None, Release.parse(after)
    return (UNCHECKED if before == "?" else Release.parse(before)), Release.parse(after)


@attrs.frozen
class Span:
    """The releases that have a feature, and how exactly the two ends are known.

    since          First release known to have it. None: all checked releases have it.
    last_without   Last release known not to have it yet; releases between it and `since` were not
                   checked. None: `since` is exactly the first. `UNCHECKED`: no older release was
                   checked.
    until          First release known not to have it any more. None: the newest release has it.
    last_with      Last release known to have it; releases between it and `until` were not checked.
                   None: `until` is exactly the first without it.

    Raises ValueError unless last_without < since <= last_with < until.
    """

    since: Release | None = None
    until: Release | None = None
    last_without: Release | None = None
    last_with: Release | None = None

    def __attrs_post_init__(self) -> None:
        if self.last_without is not None and self.since is None:
            raise ValueError(f"a span with last_without={self.last_without} needs since")
        if self.last_with is not None and self.until is None:
            raise ValueError(f"a span with last_with={self.last_with} needs until")
        rising = [
            ("last_without", self.last_without),
            ("since", self.since),
            ("last_with", self.last_with),
            ("until", self.until),
        ]
        known = [(name, release) for name, release in rising if release is not None]
        for (early, one), (late, two) in pairwise(known):
            in_order = one <= two if (early, late) == ("since", "last_with") else one < two
            if not in_order:
                raise ValueError(f"a span cannot have {early}={one} and {late}={two}")

    @classmethod
    def of(cls, start: str = "", end: str = "") -> Span:
        """Return a span from short notation.

        Each end is "B" (exactly B), "A|B" (after A, at the latest B) or "". The start may also be
        "?|B": present in B, and no older release was checked.

        `Span.of("4.9|4.12", "5.10")`: absent in 4.9, present in 4.12, releases in between not
        checked; 5.10 is the first release without it. Raises ValueError for other text, or if the
        ends are out of order.
        """
        last_without, since = _edge(start)
        last_with, until = _edge(end)
        return cls(since=since, until=until, last_without=last_without, last_with=last_with)

    def covers(self, release: Release) -> bool | None:
        """Return True if `release` has the feature, False if not, None if that is not established.

        A stable release counts as the release that it fixes: 4.9.300 has what 4.9 has. Backports
        from later releases are not modelled.
        """
        asked = release.series
        if self.last_without is not None and asked <= self.last_without:
            return False
        if self.since is not None and asked < self.since:
            return None if self.last_without is not None else False
        if self.until is not None and asked >= self.until:
            return False
        if self.last_with is not None and asked > self.last_with:
            return None
        return True

    @property
    def releases(self) -> tuple[Release, ...]:
        """The releases that the span names, oldest first."""
        named = (self.last_without, self.since, self.last_with, self.until)
        return tuple(release for release in named if release is not None and release != UNCHECKED)

    def __str__(self) -> str:
        start = end = ""
        if self.last_without == UNCHECKED:
            start = f"by {self.since}"
        elif self.last_without is not None:
            start = f"between {self.last_without} and {self.since}"
        elif self.since is not None:
            start = f"since {self.since}"
        if self.last_with is not None:
            end = f"until between {self.last_with} and {self.until}"
        elif self.until is not None:
            end = f"until {self.until}"
        return ", ".join(filter(None, (start, end))) or "in every release"


def releases_named(spans: Iterable[Span]) -> tuple[Release, ...]:
    """Return every release that one of `spans` names, each once, oldest first."""
    return tuple(sorted({release for span in spans for release in span.releases}))
