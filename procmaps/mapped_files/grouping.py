"""The mappings of a snapshot joined to modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count

import attrs

from procmaps.mapped_files.archive_member import ArchiveMember
from procmaps.mapped_files.module import Module
from procmaps.records.file_key import FileKey, file_key
from procmaps.records.mapping import Mapping
from procmaps.records.names import Unnamed

MemberOf = Callable[[Mapping], ArchiveMember | None]
"""Returns the member of an archive that a mapping shows, if it is known."""

_ARCHIVES = (b".apk", b".jar", b".zip", b".apex")
"""Ends of names of archives: a mapping that starts in the midst of one is a library in it."""

_BSS_LABEL = b".bss"
"""The label that Android's linker gives: ``ElfReader::LoadSegments()``, bionic."""


def no_members(_mapping: Mapping) -> None:
    """Say that no archive could be read."""
    return


def modules(snapshot: Iterable[Mapping], *, member_of: MemberOf = no_members) -> tuple[Module, ...]:
    """Return every file that is mapped in *snapshot*, by address; one twice if mapped twice.

    Mappings of one file belong together while their offsets grow with the addresses, as those of an
    ELF file do. Of an archive, such as an APK, each library is a module; *member_of* says where it
    is. Without that, a library ends at the next mapping that is not writable after a writable one.
    """
    return tuple(_modules(snapshot, member_of))


@attrs.define(eq=False)
class _Draft:
    """A module that may go on."""

    member: ArchiveMember | None
    mappings: list[Mapping]
    end: int
    """End of everything so far that is adjacent to the last mapping."""
    last: Mapping | None = None
    """The last mapping that can be accessed."""
    has_data: bool = False
    """Whether a mapping is writable."""
    has_text: bool = False
    """Whether a mapping is executable."""
    anonymous: list[Mapping] = attrs.field(factory=list[Mapping])
    pending: list[Mapping] = attrs.field(factory=list[Mapping])
    """Anonymous memory up to `end`, which belongs to it if the file goes on there."""

    def continues(self, mapping: Mapping, member: ArchiveMember | None) -> bool:
        """Return whether *mapping*, of the same file, is the next one of this module."""
        if not _accessible(mapping):
            # The rest of a reservation, whose offset means nothing.
            return member == self.member and mapping.start == self.end
        if member != self.member or self.last is None:
            return member == self.member
        if member is None and in_archive(self.mappings[0]) and self.has_data:
            return mapping.perms.write and self._is_further(mapping, self.last)
        return self._is_further(mapping, self.last)

    def _is_further(self, mapping: Mapping, last: Mapping) -> bool:
        """Return whether *mapping* is further on in the file than *last*, and in memory."""
        if mapping.offset == last.offset:
            # Two segments share a page of the file. A second mapping of a whole file looks like it,
            # but has the same rights, and nothing executable before it.
            other = mapping.perms != last.perms or self.has_text
            return other and mapping.start == last.end
        further = mapping.offset > last.offset
        return further and mapping.start - mapping.offset >= last.start - last.offset

    def add(self, mapping: Mapping) -> None:
        """Add the next mapping of the file, and the memory between the last one and this."""
        if mapping.start == self.end:
            self.anonymous += self.pending
        self.pending.clear()
        if self.mappings[-1] is not mapping:
            self.mappings.append(mapping)
        self.end = mapping.end
        if _accessible(mapping):
            self.last = mapping
            self.has_data = self.has_data or mapping.perms.write
            self.has_text = self.has_text or mapping.perms.execute

    def follow(self, mapping: Mapping) -> None:
        """Take anonymous memory that begins at `end`, until more is known."""
        self.pending.append(mapping)
        self.end = mapping.end

    def finished(self, copy: int) -> Module:
        """Return the module."""
        first = self.mappings[0]
        offset = 0
        if self.member is not None:
            offset = self.member.offset
        elif in_archive(first):
            offset = first.offset
        last, tail = self.mappings[-1], next(iter(self.pending), None)
        if tail is not None and not _is_tail(last, tail):
            tail = None
        own = (tuple(self.mappings), tuple(self.anonymous), tail)
        return Module(*own, copy, offset, self.member)


def _modules(snapshot: Iterable[Mapping], member_of: MemberOf) -> Iterator[Module]:
    drafts: list[_Draft] = []
    current: dict[FileKey, _Draft] = {}
    last: _Draft | None = None
    for mapping in sorted(snapshot, key=lambda each: each.start):
        if not mapping.has_file:
            if last is not None:
                if mapping.start == last.end and _may_belong(mapping):
                    last.follow(mapping)
                else:
                    last = None
            continue
        key = file_key(mapping)
        member = member_of(mapping)
        draft = current.get(key)
        if draft is None or not draft.continues(mapping, member):
            draft = current[key] = _Draft(member, [mapping], mapping.start)
            drafts.append(draft)
        draft.add(mapping)
        last = draft
    copies: dict[object, count[int]] = {}
    for draft in drafts:
        first = draft.mappings[0]
        # Another library of the same archive is no copy.
        place = draft.member or (first.offset if in_archive(first) else 0)
        yield draft.finished(next(copies.setdefault((file_key(first), place), count())))


def _is_tail(last: Mapping, tail: Mapping) -> bool:
    """Return whether the ``.bss`` of a module that ends with *last* can begin with *tail*."""
    return (
        tail.start == last.end and tail.perms == last.perms and str(last.perms) in {"rw-p", "rwxp"}
    )


def _may_belong(mapping: Mapping) -> bool:
    """Return whether anonymous memory can be part of a module: without a label, or ``.bss``."""
    return isinstance(mapping.name, Unnamed) or mapping.label == _BSS_LABEL


def _accessible(mapping: Mapping) -> bool:
    return bool(mapping.perms.read or mapping.perms.write or mapping.perms.execute)


def in_archive(mapping: Mapping) -> bool:
    """Return whether *mapping* starts in the midst of what is an archive by its name."""
    path = mapping.path
    return bool(path and mapping.offset and path.endswith(_ARCHIVES))
