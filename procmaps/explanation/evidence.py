"""The type of a feature that shows which kernel printed a line."""

from __future__ import annotations

import attrs

from procmaps.formats.dialects import LINUX
from procmaps.formats.releases import Span

ALL_RELEASES = (Span(),)

LINUX_DIALECTS = frozenset((LINUX.name, "android", "nommu"))
"""The dialects of Linux itself. The others only resemble it."""


@attrs.frozen
class Evidence:
    """A feature of a line that not every producer prints."""

    feature: str
    """The feature, for people: ``the name [heap]``."""
    spans: tuple[Span, ...]
    """The releases of Linux that print it, in any of the spans. Empty: no release does."""
    source: str
    """The kernel function, commit or tree that proves it, or the other producer."""
    vendor: str = ""
    """The vendor whose patch prints it, in any release that has the patch. Empty: mainline."""
    earlier_vendor: str = ""
    """The vendor whose patch printed it in earlier releases, too. Empty: none."""
    rule: str = "layout"
    """The rule of `procmaps.lint` that reports it if no release prints it."""
