"""From the lines of one dump to its mappings and fields, without prefixes and common remarks."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from procmaps.extraction.blanks import as_spaces
from procmaps.extraction.field_lines import find_known_field, is_field, normalize_end
from procmaps.extraction.grouping import Group
from procmaps.extraction.layers import line_prefixes
from procmaps.extraction.matches import Match
from procmaps.extraction.results import RepairKind
from procmaps.extraction.source_lines import SourceLine

_REMARK = re.compile(rb"(?:^| )[:;|,-]+ [^/\[\]]{1,80}$")
"""The text of a message after the mapping that it shows."""


@attrs.frozen
class DraftField:
    """A field line as ``smaps`` prints it, and its origin."""

    text: bytes
    line: SourceLine


@attrs.define
class Draft:
    """A mapping on its way into the result, with the fields below it."""

    match: Match
    line: SourceLine
    name: bytes
    fields: list[DraftField]

    def rename(self, name: bytes, kind: RepairKind, detail: bytes) -> None:
        """Set another name, and note the repair that led to it."""
        self.name = name
        self.note(kind, detail)

    def note(self, kind: RepairKind, detail: bytes = b"") -> None:
        """Note one more repair of the line."""
        self.line = self.line.with_repair(kind, detail)


def make_drafts(group: Group) -> tuple[list[Draft], list[SourceLine]]:
    """Return the mappings with their fields, and the lines that are neither."""
    drafts: list[Draft] = []
    others: list[SourceLine] = []
    prefix = b""
    for index, line in enumerate(group.lines):
        if line.match:
            prefix = line.prefix
            name = line.match.name
            drafts.append(Draft(line.match, _with_prefix_repairs(line, prefix), name, []))
        elif index in group.fields and (field := _field(line, prefix)):
            drafts[-1].fields.append(field)
        else:
            others.append(line)
    _strip_remarks(drafts)
    _strip_carriage_returns(drafts)
    _resolve_same_names(drafts)
    return drafts, others


def _with_prefix_repairs(line: SourceLine, prefix: bytes) -> SourceLine:
    for kind, detail in line_prefixes.take_apart(prefix):
        line = line.with_repair(kind, detail)
    return line


def _field(line: SourceLine, prefix: bytes) -> DraftField | None:
    """Return a line below a mapping as smaps prints it, or None if it cannot be cleaned."""
    begin = line_prefixes.content_start(line.text, prefix)
    found = find_known_field(line.text)
    if found and found.start() > begin and begin == 0:
        # The prefix has another length: the key shows where the field begins.
        begin = line.text.rfind(found[0].split(b":", 1)[0] + b":")
    content = line.text[begin:]
    line = _with_prefix_repairs(line, line.text[:begin])
    bare = content.lstrip(b" \t")
    if bare != content:
        line = line.with_repair("indent", content[: len(content) - len(bare)])
    if bare.startswith(b"VmFlags:"):
        clean = as_spaces(bare)
    else:
        clean = bare.rstrip(b" ") if _has_kernel_tabs(bare) else normalize_end(bare)
    if clean != bare:
        line = line.with_repair("blanks", bare)
    return DraftField(clean, line) if is_field(clean) else None


def _has_kernel_tabs(field: bytes) -> bool:
    """Return whether the kernel printed the tabs: those of THPeligible in Linux 5.4 to 5.8."""
    return re.fullmatch(rb"THPeligible:\t+[0-9]", field) is not None


def _strip_remarks(drafts: Sequence[Draft]) -> None:
    """Cut off a message's text after each mapping, if several messages have the same text."""
    alike: dict[bytes, list[Draft]] = {}
    for draft in drafts:
        prefix = draft.line.text[: draft.match.column]
        if line_prefixes.family(prefix).endswith(b"+"):
            alike.setdefault(line_prefixes.equalize(prefix), []).append(draft)
    for messages in alike.values():
        found = _REMARK.search(messages[0].name)
        remark = found[0] if found else b""
        names = {draft.name for draft in messages}
        if remark and len(names) > 1 and all(name.endswith(remark) for name in names):
            for draft in messages:
                draft.rename(draft.name.removesuffix(remark).rstrip(b" "), "suffix", remark)


def _strip_carriage_returns(drafts: Sequence[Draft]) -> None:
    """Cut off the CRs at the end of every name, if each line of the dump ends in CR.

    `loads` would take such a text for one with CR LF.
    """
    if any(draft.fields for draft in drafts):
        return
    count = min(len(draft.name) - len(draft.name.rstrip(b"\r")) for draft in drafts)
    for draft in drafts if count else ():
        draft.rename(draft.name[:-count], "carriage return", b"\r" * count)


def _resolve_same_names(drafts: Sequence[Draft]) -> None:
    """Replace ">" by the name above: xCrash prints it so (xcd_maps_record, xcd_maps.c)."""
    for index, draft in enumerate(drafts):
        if index and draft.match.format == "tombstone" and draft.name == b">":
            draft.rename(drafts[index - 1].name, "same name", b">")
