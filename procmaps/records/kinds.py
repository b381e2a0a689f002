"""Every kind of name, for options and rules."""

from __future__ import annotations

from procmaps.formats.pseudo_names import PSEUDO_NAMES
from procmaps.records import names


def known_kinds() -> list[str]:
    """Return every value that `Name.kind` can have, sorted."""
    records = (cls for cls in vars(names).values() if isinstance(cls, type))
    kinds = {cls.KIND for cls in records if issubclass(cls, names.Name)}
    return sorted(kinds | {pseudo.kind for pseudo in PSEUDO_NAMES})
