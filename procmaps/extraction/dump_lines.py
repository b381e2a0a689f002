"""From a draft to a `PartialMapping` and to the line that the kernel would print."""

from __future__ import annotations

from procmaps.extraction import patterns
from procmaps.extraction.blanks import as_spaces
from procmaps.extraction.drafts import Draft
from procmaps.extraction.matches import Match, exclusive_end
from procmaps.extraction.results import PartialMapping
from procmaps.formats.listings import Column
from procmaps.records.device import Device

_PERMS_WITH_SHARING = 4

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
        name_state=draft.name_state,
        process=int(draft.match.process) if draft.match.process else None,
    )


def kernel_line(draft: Draft, mapping: PartialMapping) -> bytes:
    """Return the mapping as ``maps`` prints it. Undamaged columns stay as they are."""
    if draft.match.has_all_columns:
        return _repaired_line(draft)
    if draft.match.is_row:
        draft.note("listing", draft.printed)
    if missing_columns(mapping) - {"name"}:
        draft.note("placeholder")
    perms = (mapping.perms or b"---").ljust(4, b"p")
    device = mapping.device or Device(0, 0)
    numbers = (mapping.offset or 0, device.major, device.minor, mapping.inode or 0)
    place = b"%08x %02x:%02x %d" % numbers
    columns = b"%08x-%08x %b %b" % (mapping.start, mapping.end, perms, place)
    return (columns.ljust(_NAME_COLUMN) if draft.name else columns) + b" " + draft.name


def missing_columns(mapping: PartialMapping) -> frozenset[Column]:
    """Return the columns of ``maps`` that the container does not print for this mapping."""
    missing: dict[Column, bool] = {
        "perms": mapping.perms is None,
        "sharing": len(mapping.perms or b"") < _PERMS_WITH_SHARING,
        "offset": mapping.offset is None,
        "device": mapping.device is None,
        "inode": mapping.inode is None,
        "name": mapping.name_state != "whole",
    }
    return frozenset(column for column, is_missing in missing.items() if is_missing)


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
    printed = draft.printed.removesuffix(match.name)
    columns = as_spaces(printed)
    has_other_blanks = columns != printed
    if match.name and not draft.name:
        # The kernel prints one space after the inode of unnamed memory.
        columns = columns.rstrip(b" ") + b" "
    if _is_same_mapping(columns + draft.name, match, draft.name):
        if has_other_blanks:
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
    return all(parts.get(key, b"") == expected[key] for key in expected if key != "build_id")
