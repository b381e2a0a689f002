"""The releases that can print a line, from all of its evidence."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from procmaps.explanation.evidence import Evidence
from procmaps.formats.releases import Release, Span, releases_named


def covers(evidence: Iterable[Evidence], release: Release) -> bool | None:
    """Return whether *release* prints all of the *evidence*, or None if that is not established.

    A vendor's patch and a name that a file can have are no evidence about the release.
    """
    answers = [
        _any(span.covers(release) for span in each.spans)
        for each in evidence
        if each.excludes_releases
    ]
    if False in answers:
        return False
    return None if None in answers else True


def _any(answers: Iterable[bool | None]) -> bool | None:
    known = set(answers)
    if True in known:
        return True
    return None if None in known else False


def intersection(evidence: Iterable[Evidence]) -> tuple[Span, ...]:
    """Return the releases that print all of the *evidence*; empty if no release is known to.

    If the exact start of one span is inside the uncertain start of another, the result is uncertain
    over the whole stretch, including that exact start. `covers` is more precise. A name that a file
    can have counts as what it most likely is.
    """
    combinations = itertools.product(*(each.spans for each in evidence if not each.vendor))
    spans = dict.fromkeys(filter(None, map(_intersect, combinations)))
    return tuple(sorted(spans, key=lambda span: span.since.parts if span.since else ()))


def _intersect(spans: tuple[Span, ...]) -> Span | None:
    """Return the releases in all of *spans*, or None if no release is certain to be."""
    since = max((span.since for span in spans if span.since), default=None)
    until = min((span.until for span in spans if span.until), default=None)
    # Until this release, one of the spans has certainly not started.
    without = max((span.last_without or span.since for span in spans if span.since), default=None)
    # After this release, one of the spans may have ended.
    within = min((span.last_with for span in spans if span.last_with), default=None)
    if since and ((until and since >= until) or (within and since > within)):
        return None
    if within and until and within >= until:
        within = None
    return Span(
        since=since,
        last_without=without if without != since else None,
        until=until,
        last_with=within,
    )


def are_compatible(one: Evidence, other: Evidence) -> bool:
    """Return whether a release can print both, as far as is known."""
    named = releases_named((*one.spans, *other.spans))
    # Nothing changes between two releases that the spans name.
    return not named or any(
        covers((one, other), release) is not False for release in (Release((0, 1)), *named)
    )


def format_spans(evidence: Evidence) -> str:
    """Return the releases of one piece of evidence, for people."""
    return " or ".join(map(str, evidence.spans)) or "no release"
