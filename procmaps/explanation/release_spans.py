"""Which releases could have printed a line, from all of its clues together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from procmaps.explanation.evidence import Clue
from procmaps.formats.releases import Release, Span, releases_named


def covers(clues: Iterable[Clue], release: Release) -> bool | None:
    """Whether *release* prints all that the *clues* tell of; None where that is not established.

    A clue of a vendor's patch says nothing of the release, which may be any.
    """
    answers = [
        _any(span.covers(release) for span in clue.spans) for clue in clues if not clue.vendor
    ]
    if False in answers:
        return False
    return None if None in answers else True


def _any(answers: Iterable[bool | None]) -> bool | None:
    known = set(answers)
    if True in known:
        return True
    return None if None in known else False


def together(clues: Iterable[Clue]) -> tuple[Span, ...]:
    """The releases that print all of it, as spans; none where no release is known to.

    Where one clue's exact beginning lies within another's unsure one, the span calls the whole
    stretch unsure, that beginning too: `covers` knows better.
    """
    ways = itertools.product(*(clue.spans for clue in clues if not clue.vendor))
    found = dict.fromkeys(filter(None, map(_meet, ways)))
    return tuple(sorted(found, key=lambda span: span.since.parts if span.since else ()))


def _meet(spans: tuple[Span, ...]) -> Span | None:
    """The releases in all of *spans*; None where none is sure to be."""
    since = max((span.since for span in spans if span.since), default=None)
    until = min((span.until for span in spans if span.until), default=None)
    # Before this one, or up to it, one of the spans has surely not begun.
    absent = max((span.absent or span.since for span in spans if span.since), default=None)
    # Behind this one it is not sure that none of the spans has ended.
    last = min((span.last for span in spans if span.last), default=None)
    if since and ((until and since >= until) or (last and since > last)):
        return None
    if last and until and last >= until:
        last = None
    return Span(since=since, absent=absent if absent != since else None, until=until, last=last)


def compatible(one: Clue, other: Clue) -> bool:
    """Whether a release may print both, as far as is known."""
    named = releases_named((*one.spans, *other.spans))
    # Between two releases that the spans name nothing changes.
    return not named or any(
        covers((one, other), release) is not False for release in (Release((0, 1)), *named)
    )


def told(clue: Clue) -> str:
    """The releases of one clue, for people."""
    return " or ".join(map(str, clue.spans)) or "no release"
