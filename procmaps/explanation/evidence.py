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
    """A feature of a line that not every producer prints.

    feature          The feature, for people: ``the name [heap]``.
    spans            The releases of Linux that print it, as spans; empty if no release does.
    source           The kernel function, commit or tree that proves it, or the other producer.
    vendor           The vendor of the patch that prints it, in any release. Empty: mainline.
    earlier_vendor   The vendor of a patch that printed it in earlier releases, too. Empty: none.
    or_file          True if a file can have the same name, in any release. Then the spans are
                     those of the other origin, and exclude no release.
    rule             The rule of `procmaps.lint` that reports it if no release prints it.
    """

    feature: str
    spans: tuple[Span, ...]
    source: str
    vendor: str = ""
    earlier_vendor: str = ""
    or_file: bool = False
    rule: str = "layout"

    @property
    def excludes_releases(self) -> bool:
        """True if a release outside of the spans cannot print the line.

        False for a vendor's patch, which any release can have, and for the name of a file.
        """
        return not self.vendor and not self.or_file
