"""`Extract`, a dump that was found in a text. Its contents are made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, Self, TypeVar, overload

import attrs

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.extraction.assembly import Assembled
from procmaps.extraction.grouping import Group
from procmaps.extraction.results import (
    ByteSpan,
    Container,
    Contents,
    Doubt,
    PartialMapping,
    Repair,
    SkippedLine,
)
from procmaps.snapshots.snapshot import Snapshot

_T = TypeVar("_T")


class _Attribute(Generic[_T]):
    """An attribute of `Contents`, which are made when one is read."""

    def __set_name__(self, owner: type[Extract], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, dump: None, owner: type[Extract]) -> Self: ...
    @overload
    def __get__(self, dump: Extract, owner: type[Extract]) -> _T: ...
    def __get__(self, dump: Extract | None, owner: type[Extract]) -> Self | _T:
        if dump is None:
            return self
        # Both classes are one, for each attribute.
        contents = dump._contents()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        value: _T = getattr(contents, self._name)
        return value


class Extract:
    """One dump that was found inside a text.

    container    The kind of text around the dump, a `Container`.
    first_line   First line of the input that belongs to the dump, from 1.
    last_line    Last line of the input that belongs to the dump, inclusive.
    mappings     The mappings, with only the columns that the container prints.
    text         The dump as the kernel prints it, as ``maps`` or ``smaps``; every line ends in a
                 newline. Columns that the container omits contain placeholders; `assumed` lists
                 them.
    origins      For each line of ``text``, the lines of the input that it was made from.
    assumed      The columns of ``text`` and ``snapshot`` that are placeholders: ``sharing``,
                 ``perms``, ``offset``, ``device``, ``inode``, ``name``. Empty for complete ``maps``
                 lines.
    snapshot     ``text``, parsed with ``errors="collect"``.
    repairs      Every change, in the order of the input lines.
    doubts       Text that may be part of a name, or may not be, in the order of the input lines.
    skipped      Text of the dump that is neither mapping nor field: lines and parts of lines.
    declared     The number of mappings that the container itself states; None if it states none.
    spans        The bytes of the input that belong to the dump, in order, each with its use.

    The first attribute that is read is made from the text, with all others; until then the text is
    kept. Two are equal if all their attributes are.
    """

    __slots__ = ("_found",)

    __attrs_attrs__ = attrs.fields(Contents)
    """The attributes, for `attrs.fields` and `attrs.asdict`."""

    container = _Attribute[Container]()
    first_line = _Attribute[int]()
    last_line = _Attribute[int]()
    mappings = _Attribute[tuple[PartialMapping, ...]]()
    text = _Attribute[bytes]()
    origins = _Attribute[tuple[tuple[int, ...], ...]]()
    assumed = _Attribute[frozenset[str]]()
    snapshot = _Attribute[Snapshot]()
    repairs = _Attribute[tuple[Repair, ...]]()
    skipped = _Attribute[tuple[SkippedLine, ...]]()
    declared = _Attribute[int | None]()
    spans = _Attribute[tuple[ByteSpan, ...]]()
    doubts = _Attribute[tuple[Doubt, ...]]()

    def __init__(self, found: Group | Assembled | Contents) -> None:
        self._found = found

    def _contents(self) -> Assembled | Contents:
        """Return an object with all attributes."""
        found = self._found
        if isinstance(found, Group):
            found = self._found = Assembled(found)
        return found

    def _values(self) -> Contents:
        """Return all attributes, each made."""
        names = [field.name for field in attrs.fields(Contents)]
        return Contents(**{name: getattr(self, name) for name in names})

    def __eq__(self, other: object) -> bool:
        return self._values() == other._values() if isinstance(other, Extract) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        return repr(self._values()).replace("Contents(", "Extract(", 1)

    def __reduce__(self) -> tuple[type[Extract], tuple[Contents]]:
        return Extract, (self._values(),)


def account_for(data: BytesOrStr, dumps: Iterable[Extract]) -> tuple[ByteSpan, ...]:
    """Return the use of every byte of *data*, from which *dumps* were extracted.

    The spans are in order and without gaps: they begin at 0 and end at the length of *data*. Lines
    that both sides of a diff have in common are in two dumps; here they are listed once.
    """
    size = len(as_bytes(data))
    result: list[ByteSpan] = []
    done = 0
    spans = sorted((span for dump in dumps for span in dump.spans), key=lambda span: span.begin)
    for span in spans:
        if span.end <= done:
            continue
        if span.begin > done:
            result.append(ByteSpan(done, span.begin, "outside"))
        result.append(ByteSpan(max(done, span.begin), span.end, span.kind))
        done = span.end
    if done < size:
        result.append(ByteSpan(done, size, "outside"))
    return tuple(result)
