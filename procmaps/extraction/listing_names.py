"""Finish the names in a listing of another program, with all its rows known."""

from __future__ import annotations

from collections.abc import Sequence

from procmaps.extraction.drafts import Draft
from procmaps.extraction.markers import Marker
from procmaps.extraction.pmap_names import name_after_columns, state_of_last_part


def finish_names(drafts: Sequence[Draft], heading: Marker | None) -> None:
    """Correct the names by the titles and by the padding, and note those that are cut."""
    if heading and heading.columns:
        _split_after_columns(drafts, *heading.columns)
    _strip_padding(drafts)
    for draft in drafts:
        if draft.name_state in ("cut", "perhaps cut"):
            draft.note("cut name", draft.name)


def _split_after_columns(drafts: Sequence[Draft], fields: int, has_flags: bool) -> None:  # noqa: FBT001 - one of two columns
    for draft in drafts:
        parts = draft.match.parts
        if "rest" in parts:
            has_file = bool(parts["inode"].strip(b"0"))
            name = name_after_columns(parts["rest"], fields, has_flags=has_flags, has_file=has_file)
            draft.name, draft.name_state = state_of_last_part(name)


def _strip_padding(drafts: Sequence[Draft]) -> None:
    """Cut off the space after each name, if most have one: GDB 17 pads its last column."""
    names = [draft for draft in drafts if draft.name]
    padded = [draft for draft in names if draft.name.endswith(b" ")]
    if not padded or not drafts[0].match.is_row:
        return
    if sum(draft.name.endswith(b" ") or _has_lost_space(draft) for draft in names) * 2 > len(names):
        for draft in padded:
            draft.rename(draft.name[:-1], "suffix", b" ")


def _has_lost_space(draft: Draft) -> bool:
    """Return whether a layer has cut off the space, as a suffix that neighbours have, too."""
    return any(repair.kind == "suffix" and repair.detail == b" " for repair in draft.line.repairs)
