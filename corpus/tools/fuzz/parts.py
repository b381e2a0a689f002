"""The parts of a dump that are drawn: names, numbers, fields and foreign lines."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection
from typing import Final

import attrs
from hypothesis import strategies as st

from corpus.tools.fuzz import values
from procmaps.check import cases
from procmaps.check.cases import Allowed, Case, InvalidLine
from procmaps.check.fuzzing import PRODUCER, drawn_case
from procmaps.errors import CannotRender
from procmaps.formats.file_kinds import FileKind
from procmaps.formats.labels import is_valid_anon_label
from procmaps.grammar.loading import load as load_grammar
from procmaps.producers.rendering import path_name
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import AnonName, AnonShmemName, Name
from procmaps.records.usage import ExtraField, Usage

_MAX_PATH: Final = 4095
"""Longest path in bytes: ``PATH_MAX`` without the final NUL."""
_MAX_COMPONENT: Final = 255
"""Longest name of a file in bytes: ``NAME_MAX``."""
_MAX_MEMFD: Final = 249

_DUMPS: Final[tuple[FileKind, ...]] = ("maps", "smaps")


@attrs.frozen
class Part:
    """One part of a dump, with the values that are drawn for it."""

    name: str
    plain: str
    """The case, without its kind, that has an ordinary value there: the control."""
    kinds: tuple[FileKind, ...]
    values: st.SearchStrategy[bytes]
    make: Callable[[Case, bytes], Case | None]
    """Returns the control with another value there; None if no producer prints that value."""
    disputed: str = ""
    """The policy of such cases, as in ``corpus/tools/builder/features.py``."""

    def kind_for(self, reads: Collection[FileKind]) -> FileKind | None:
        """Return the first kind that a parser reads. The name column is the same in all."""
        return next(filter(reads.__contains__, self.kinds), None)

    def control(self, kind: FileKind) -> Case:
        """Return the dump with an ordinary value."""
        return _case(f"{self.plain}.{kind}")

    def case(self, value: bytes, kind: FileKind) -> Case | None:
        """Return the dump with *value*, or None if no producer prints it."""
        control = self.control(kind)
        made = self.make(control, value)
        if made is None or made.data == control.data:
            return None
        return attrs.evolve(made, control=control.id, disputed=self.disputed)


@functools.cache
def _case(identity: str) -> Case:
    (found,) = cases.load(only=[identity])
    return found


# --- values in the first mapping ------------------------------------------------------------------


def _record(
    change: Callable[[Mapping, bytes], Mapping | None],
) -> Callable[[Case, bytes], Case | None]:
    """Return a function that changes the first record, and prints all as the kernel does."""

    def make(control: Case, value: bytes) -> Case | None:
        first, *others = control.records
        changed = change(first, value)
        if changed is None:
            return None
        try:
            return drawn_case((changed, *others), control.kind, PRODUCER)
        except CannotRender:
            return None

    return make


def _named(name_of: Callable[[bytes], Name | None]) -> Callable[[Case, bytes], Case | None]:
    def change(first: Mapping, value: bytes) -> Mapping | None:
        name = name_of(value)
        return None if name is None else attrs.evolve(first, name=name)

    return _record(change)


def _path(value: bytes, *, deleted: bool = False) -> Name | None:
    components = value.split(b"/")
    possible = (
        value.startswith(b"/")
        and b"\0" not in value
        and len(value) <= _MAX_PATH
        and all(0 < len(component) <= _MAX_COMPONENT for component in components[1:])
    )
    return path_name(value, PRODUCER, deleted=deleted) if possible else None


def _unlinked(value: bytes) -> Name | None:
    return _path(value, deleted=True)


def _memfd(value: bytes) -> Name | None:
    possible = b"\0" not in value and len(value) <= _MAX_MEMFD
    return path_name(b"/memfd:" + value, PRODUCER, deleted=True) if possible else None


def _label(value: bytes) -> Name | None:
    return AnonName.of(value) if is_valid_anon_label(value) else None


def _shared_label(value: bytes) -> Name | None:
    return AnonShmemName(b"[anon_shmem:%b]" % value, value) if is_valid_anon_label(value) else None


def _numbered(change: Callable[[Mapping, int], Mapping]) -> Callable[[Case, bytes], Case | None]:
    def of_digits(first: Mapping, value: bytes) -> Mapping | None:
        return change(first, int(value)) if value.isdigit() else None

    return _record(of_digits)


def _inode(first: Mapping, number: int) -> Mapping:
    return attrs.evolve(first, inode=number)


def _offset(first: Mapping, number: int) -> Mapping:
    return attrs.evolve(first, offset=number << 12)


def _device(first: Mapping, number: int) -> Mapping:
    major, minor = divmod(number, 1 << 20)
    return attrs.evolve(first, device=Device(major, minor))


def _start(first: Mapping, number: int) -> Mapping:
    start = number << 12
    return attrs.evolve(first, start=start, end=start + (first.end - first.start))


# --- lines of smaps -------------------------------------------------------------------------------


def _key(control: Case, value: bytes) -> Case | None:
    """Return the dump with an unknown field *value* after Rss."""
    key = value + b":"
    known = b"\n" + key in control.data
    if known or not re.fullmatch(load_grammar("linux").terminal("KEY"), key):
        return None
    return _with_field(control, value, b" " * (15 - len(value)) + b"%8d kB" % 52)


def _text(control: Case, value: bytes) -> Case | None:
    """Return the dump with an unknown field whose text is *value*."""
    if not value or b"\n" in value or b"\0" in value:
        return None
    return _with_field(control, b"Tomorrow", b" " * 7 + value)


def _with_field(control: Case, key: bytes, value: bytes) -> Case:
    before, rss, rest = control.data.partition(b"\nRss:")
    line, _, after = rest.partition(b"\n")
    first, *others = control.records
    usage = attrs.evolve(first.usage or Usage(), extra=(ExtraField(key, value),))
    return attrs.evolve(
        control,
        id=f"fuzz/drawn.{control.kind}",
        data=b"%b%b%b\n%b:%b\n%b" % (before, rss, line, key, value, after),
        records=(attrs.evolve(first, usage=usage), *others),
        likely="hypothetical",
    )


def _rss(first: Mapping, number: int) -> Mapping:
    return attrs.evolve(first, usage=attrs.evolve(first.usage or Usage(), rss=number * 1024))


# --- foreign lines --------------------------------------------------------------------------------


def _line(control: Case, value: bytes) -> Case | None:
    """Return the dump with a line between its mappings that no producer prints."""
    if b"\n" in value or b"\0" in value or load_grammar("linux").header.match(value + b"\n"):
        return None
    first, rest = control.data.split(b"\n", 1)
    records = tuple(range(len(control.records)))
    return attrs.evolve(
        control,
        id=f"fuzz/drawn.{control.kind}",
        data=b"%b\n%b\n%b" % (first, value, rest),
        either=(Allowed("malformed-skipped", records), Allowed("malformed-rejected", None)),
        invalid_lines=(InvalidLine(2, "a line that no producer prints"),),
        likely="hypothetical",
    )


# --- all of them ----------------------------------------------------------------------------------

PARTS: Final = {
    part.name: part
    for part in (
        Part("path", "names/plain", _DUMPS, values.paths(), _named(_path)),
        Part("unlinked", "names/deleted", _DUMPS, values.paths(), _named(_unlinked)),
        Part("memfd", "names/memfd", _DUMPS, values.memfds(), _named(_memfd)),
        Part("label", "labels/seen-bionic", _DUMPS, values.labels(), _named(_label)),
        Part("shared-label", "labels/shared", _DUMPS, values.labels(), _named(_shared_label)),
        Part("inode", "names/plain", _DUMPS, values.numbers(64), _numbered(_inode)),
        Part("offset", "names/plain", _DUMPS, values.numbers(52), _numbered(_offset)),
        Part("device", "names/plain", _DUMPS, values.numbers(32), _numbered(_device)),
        Part("start", "names/plain", _DUMPS, values.numbers(34), _numbered(_start)),
        Part("field-value", "smaps/age-6.12", ("smaps",), values.numbers(54), _numbered(_rss)),
        Part("field-key", "smaps/age-6.12", ("smaps",), values.keys(), _key),
        Part("field-text", "smaps/age-6.12", ("smaps",), values.texts(), _text),
        Part("line", "names/plain", ("maps",), values.texts(), _line, "malformed-lines"),
    )
}
"""Every part by its name."""
