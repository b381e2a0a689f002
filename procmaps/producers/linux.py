"""Mainline Linux, release by release."""

from __future__ import annotations

from procmaps.formats.header_line import ESCAPED, WordSize, linux_header
from procmaps.formats.labels import MAX_LABEL
from procmaps.formats.pseudo_names import PSEUDO_NAMES
from procmaps.formats.releases import Release
from procmaps.producers.model import LabelRule, Producer
from procmaps.producers.smaps_lines import lines_at

# Values of `procmaps.formats.pseudo_names.PseudoName.producer`.
LINUX = "Linux"
ANDROID = "Android"

PATHLESS: frozenset[str] = frozenset(name.kind for name in PSEUDO_NAMES if name.pathless)
"""Kinds of pseudo-names that replace a path; each is printed by some releases only."""


def pathless_at(release: Release, *origins: str) -> frozenset[str]:
    """Return the kinds of pseudo-names replacing a path that *release* may print."""
    return frozenset(
        name.kind
        for name in PSEUDO_NAMES
        if name.pathless and name.producer in origins and name.span.covers(release) is not False
    )


def linux(name: str, release: Release, word_size: WordSize) -> Producer:
    """Return the producer *name*: mainline *release* with that word size."""
    return Producer(
        name=name,
        kind="linux",
        release=release,
        word_size=word_size,
        # Before newlines were escaped, Linux printed what NOMMU kernels print to this day.
        dialect="linux" if ESCAPED.span.covers(release) else "nommu",
        header=linux_header(release, word_size),
        smaps=lines_at(release),
        rollup=lines_at(release, rollup=True),
        labels=LabelRule(MAX_LABEL),
        pathless=pathless_at(release, LINUX),
    )
