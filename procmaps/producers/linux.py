"""Mainline Linux, release by release."""

from __future__ import annotations

from procmaps.formats.header_line import ESCAPED, Bits, linux_header
from procmaps.formats.labels import MAX_LABEL
from procmaps.formats.pseudo_names import PSEUDO_NAMES
from procmaps.formats.releases import Release
from procmaps.producers.model import LabelRule, Producer
from procmaps.producers.smaps_lines import lines_at

# Whose pseudo-names a kernel prints: `procmaps.formats.pseudo_names.PseudoName.producer`.
LINUX = "Linux"
ANDROID = "Android"

PATHLESS: frozenset[str] = frozenset(name.kind for name in PSEUDO_NAMES if name.pathless)
"""The kinds of pseudo-names in place of a path: some release prints each, and others do not."""


def pathless_at(release: Release, *origins: str) -> frozenset[str]:
    """The kinds of pseudo-names in place of a path that *release* may print."""
    return frozenset(
        name.kind
        for name in PSEUDO_NAMES
        if name.pathless and name.producer in origins and name.span.covers(release) is not False
    )


def linux(name: str, release: Release, bits: Bits) -> Producer:
    """Mainline *release* on that word size, to be called *name*."""
    return Producer(
        name=name,
        kind="linux",
        release=release,
        bits=bits,
        # Before the escaping came, Linux needs the reader that the NOMMU kernels need to this day.
        dialect="linux" if ESCAPED.span.covers(release) else "nommu",
        header=linux_header(release, bits),
        smaps=lines_at(release),
        rollup=lines_at(release, rollup=True),
        labels=LabelRule(MAX_LABEL),
        pathless=pathless_at(release, LINUX),
    )
