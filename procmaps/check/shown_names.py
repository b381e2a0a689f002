"""What a parser shows in place of a name, by design: `ShownAs`."""

from __future__ import annotations

from typing import Self

import attrs

from procmaps.records.names import Name


@attrs.frozen(repr=False)
class ShownAs(Name):
    """Texts that are right where a parser does not show the name column itself.

    psutil shows ``[anon]`` for an empty column. Such a record replaces the name that the dump has.

    raw     The first of the texts.
    texts   Every text that is right.
    """

    texts: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, *texts: bytes) -> Self:
        """Return a name that is shown as any of *texts*."""
        return cls(texts[0], texts)
