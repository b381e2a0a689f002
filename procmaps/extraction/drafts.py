"""From the lines of one dump to its mappings and fields, without prefixes and common remarks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import attrs

from procmaps.extraction.blanks import as_spaces
from procmaps.extraction.field_lines import find_known_field, is_field, normalize_end
from procmaps.extraction.grouping import FIELD, MAPPING, Group
from procmaps.extraction.layers import line_prefixes
from procmaps.extraction.matches import Match
from procmaps.extraction.results import DoubtKind, NameState, RepairKind
from procmaps.extraction.source_lines import SourceLine

_REMARK = re.compile(rb"(?:^| )[:;|,-]+ [^/\[\]]{1,80}$")
"""The text of a message after the mapping that it shows."""


@attrs.frozen
class DraftField:
    """A field line as ``smaps`` prints it, and its origin."""

    text: bytes
    line: SourceLine
    begin: int
    """Where the field begins in the line."""


@attrs.define
class Draft:
    """A mapping on its way into the result.

    All drafts of a dump exist at the same time, so each has only what differs from its line.
    """

    _lines: Sequence[SourceLine]
    """The lines of the text."""
    _index: int
    """The index of its line."""
    name: bytes
    name_state: NameState
    build_id: bytes = b""
    """A build ID that was found after the name."""
    _repairs: tuple[tuple[RepairKind, bytes], ...] = ()
    _doubts: tuple[tuple[DoubtKind, bytes], ...] = ()

    @property
    def match(self) -> Match:
        """The mapping in the line."""
        match = self._lines[self._index].match
        if not match:
            raise AssertionError
        if self.build_id:
            return attrs.evolve(match, parts={**match.parts, "build_id": self.build_id})
        return match

    @property
    def line(self) -> SourceLine:
        """The line, with all repairs and doubts."""
        line = self._lines[self._index]
        line = _with_prefix_repairs(line, line.prefix)
        for kind, detail in self._repairs:
            line = line.with_repair(kind, detail)
        for doubt, text in self._doubts:
            line = line.with_doubt(doubt, text)
        return line

    @property
    def printed(self) -> bytes:
        """The line's text from the mapping on."""
        return self._lines[self._index].text[self.match.column :]

    @property
    def prefix(self) -> bytes:
        """The text before the mapping."""
        return self._lines[self._index].prefix

    @property
    def end(self) -> int:
        """Where the name ends in the line."""
        size = len(self._lines[self._index].text)
        name = self.match.name
        return size - len(name) + len(self.name) if name.startswith(self.name) else size

    def rename(self, name: bytes, kind: RepairKind, detail: bytes) -> None:
        """Set another name, and note the repair that led to it."""
        self.name = name
        self.note(kind, detail)

    def doubt(self, kind: DoubtKind, text: bytes) -> None:
        """Note a text that may be no part of the name."""
        self._doubts = (*self._doubts, (kind, text))

    def note(self, kind: RepairKind, detail: bytes = b"") -> None:
        """Note one more repair of the line."""
        self._repairs = (*self._repairs, (kind, detail))


def make_drafts(group: Group) -> list[Draft]:
    """Return the mappings."""
    drafts: list[Draft] = []
    for index, use in group.indices_and_uses:
        match = group.lines[index].match if use == MAPPING else None
        if match:
            drafts.append(Draft(group.lines, index, match.name, match.name_state))
    _strip_remarks(drafts)
    _strip_carriage_returns(drafts, group)
    _resolve_same_names(drafts)
    return drafts


def make_fields(group: Group) -> Iterator[DraftField | SourceLine | None]:
    """Yield the lines of *group*: fields, lines that are neither field nor mapping, and None.

    None is a mapping; the fields after it belong to it.
    """
    prefix = b""
    for line, use in group.members:
        if use == MAPPING:
            prefix = line.prefix
            yield None
        else:
            yield (_field(line, prefix) if use == FIELD else None) or line


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
    begin += len(content) - len(bare)
    return DraftField(clean, line, begin) if is_field(clean) else None


def _has_kernel_tabs(field: bytes) -> bool:
    """Return whether the kernel printed the tabs: those of THPeligible in Linux 5.4 to 5.8."""
    return re.fullmatch(rb"THPeligible:\t+[0-9]", field) is not None


def _strip_remarks(drafts: Sequence[Draft]) -> None:
    """Cut off a message's text after each mapping, if several messages have the same text."""
    alike: dict[bytes, list[Draft]] = {}
    for draft in drafts:
        prefix = draft.prefix
        if line_prefixes.family(prefix).endswith(b"+"):
            alike.setdefault(line_prefixes.equalize(prefix), []).append(draft)
    for messages in alike.values():
        found = _REMARK.search(messages[0].name)
        remark = found[0] if found else b""
        names = {draft.name for draft in messages}
        if remark and len(names) > 1 and all(name.endswith(remark) for name in names):
            for draft in messages:
                draft.rename(draft.name.removesuffix(remark).rstrip(b" "), "suffix", remark)


def _strip_carriage_returns(drafts: Sequence[Draft], group: Group) -> None:
    """Cut off the CRs at the end of every name, if each line of the dump ends in CR.

    `loads` would take such a text for one with CR LF.
    """
    count = min(len(draft.name) - len(draft.name.rstrip(b"\r")) for draft in drafts)
    if not count or any(isinstance(each, DraftField) for each in make_fields(group)):
        return
    for draft in drafts:
        draft.rename(draft.name[:-count], "carriage return", b"\r" * count)


def _resolve_same_names(drafts: Sequence[Draft]) -> None:
    """Replace ">" by the name above: xCrash prints it so (xcd_maps_record, xcd_maps.c)."""
    for index, draft in enumerate(drafts):
        if index and draft.name == b">" and draft.match.format == "tombstone":
            draft.rename(drafts[index - 1].name, "same name", b">")
