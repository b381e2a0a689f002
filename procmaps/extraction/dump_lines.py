"""From a draft to a `PartialMapping` and to the line that the kernel would print."""

from __future__ import annotations

from procmaps.extraction import patterns
from procmaps.extraction.blanks import as_spaces
from procmaps.extraction.drafts import Draft
from procmaps.extraction.matches import Match, exclusive_end
from procmaps.extraction.results import PartialMapping
from procmaps.records.device import Device

_NAME_COLUMN = 72
"""Columns before the name in a line that is made up here, without the last space."""


def partial_mapping(draft: Draft) -> PartialMapping:
    """Return the mapping with only the columns that its container prints."""
    parts = draft.match.parts
    end = draft.match.end
    if draft.match.format == "tombstone":
        end = exclusive_end(draft.match)
        _note_tombstone_repairs(draft, end)
    build_id = parts.get("build_id")
    has_device = "major" in parts
    return PartialMapping(
        start=draft.match.start,
        end=end,
        perms=parts.get("perms"),
        offset=int(parts["offset"], 16) if "offset" in parts else None,
        device=Device(int(parts["major"], 16), int(parts["minor"], 16)) if has_device else None,
        inode=int(parts["inode"]) if "inode" in parts else None,
        name=draft.name,
        lines=draft.line.numbers,
        build_id=build_id.decode("ascii") if build_id else None,
        load_bias=int(parts["load_bias"], 16) if "load_bias" in parts else None,
    )


def kernel_line(draft: Draft, mapping: PartialMapping) -> bytes:
    """Return the mapping as ``maps`` prints it. Undamaged columns stay as they are."""
    if draft.match.has_all_columns:
        return _repaired_line(draft)
    draft.note("placeholder")
    perms = (mapping.perms or b"---") + b"p"
    offset = mapping.offset or 0
    columns = b"%08x-%08x %b %08x 00:00 0" % (mapping.start, mapping.end, perms, offset)
    return (columns.ljust(_NAME_COLUMN) if draft.name else columns) + b" " + draft.name


def _note_tombstone_repairs(draft: Draft, end: int) -> None:
    parts = draft.match.parts
    if b"'" in parts["start"]:
        draft.note("quoted halves", parts["start"])
    if end != draft.match.end:
        draft.note("inclusive end", parts["end"])
    if "build_id" in parts or "load_bias" in parts:
        draft.note("annotation")


def _repaired_line(draft: Draft) -> bytes:
    match = draft.match
    printed = draft.line.text[match.column :].removesuffix(match.name)
    columns = as_spaces(printed)
    if _is_same_mapping(columns + draft.name, match, draft.name):
        if columns != printed:
            draft.note("blanks", printed)
        return columns + draft.name
    parts = match.parts
    address_range = parts["start"] + b"-" + parts["end"]
    draft.note("blanks" if address_range in printed.lower() else "dash", printed)
    device = parts["major"] + b":" + parts["minor"]
    rest = (parts["perms"], parts["offset"], device, parts["inode"], draft.name)
    return b" ".join((address_range, *rest))


def _is_same_mapping(line: bytes, match: Match, name: bytes) -> bool:
    """Return whether the grammar finds in *line* what was found before the repair."""
    found = patterns.kernel_line(match.format).strict.fullmatch(line)
    if not found:
        return False
    parts = patterns.captured(found)
    expected = {**match.parts, "NAME": name}
    return all(parts.get(key, b"") == value for key, value in expected.items())
