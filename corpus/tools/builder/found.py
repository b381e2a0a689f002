r"""Names, numbers, fields and lines that were found by drawing: ``python -m corpus.tools.fuzz``.

``found.toml`` lists them. ``value`` is the drawn text, with ``\xNN`` for other bytes than printable
ASCII; ``part`` is its place in the dump.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import attrs

from corpus.tools.builder.making import (
    LABEL,
    LIBRARY,
    allow,
    make,
    pair,
    plain,
    refuse,
    shared,
    with_lines,
)
from corpus.tools.builder.model import Case, Column, Vma, anon, memfd, path, shmem
from corpus.tools.builder.printer import lines_of, other

_TABLE: Final = Path(__file__).with_suffix(".toml")
_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})")
_PAGE_BITS: Final = 12
_MINOR_BITS: Final = 20


def cases() -> Iterator[Case]:
    """Yield a case for each row. Raises ValueError for a part that is not known."""
    for row in tomllib.loads(_TABLE.read_text())["case"]:
        yield _case(**row)


def _case(*, name: str, part: str, value: str, shows: str, feature: str, breaks: str) -> Case:
    raw = _ESCAPE.sub(lambda match: bytes.fromhex(match[1].decode()), value.encode("ascii"))
    source = f"drawn at random: it breaks {breaks}"
    if part == "line":
        return _line(name, raw, shows, feature, source)
    if part not in _PARTS:
        raise ValueError(f"{name}: no part {part!r}; the parts are line, {', '.join(_PARTS)}")
    mappings, control = _PARTS[part](raw)
    unseen = part == "field-text"
    return make(
        "found", name, shows, mappings, source=source, feature=feature, control=control,
        since=_SINCE.get(part, "2.6.32"), tags=(part,), fields_of="6.12",
        kinds=("smaps",) if unseen else ("maps", "smaps"),
        likely="hypothetical" if unseen else None,
        disputed="control-characters" if any(code < 0x20 or code == 0x7F for code in raw) else "",  # noqa: PLR2004 - ASCII
    )  # fmt: skip


def _line(name: str, raw: bytes, shows: str, feature: str, source: str) -> Case:
    """Return the case of a line between two mappings."""
    base = plain(pair(LIBRARY, backed=True), ("maps",))
    first, rest = base.texts["maps"].split(b"\n", 1)
    return Case(
        "found", name, shows, source, {"maps": b"%b\n%b\n%b" % (first, raw, rest)}, base.records,
        feature=feature, since="2.6.18", tags=("line",),
        either=(allow("malformed-skipped", 0, 1), refuse("malformed-rejected")),
        invalid_lines={"maps": [{"line": 2, "reason": "a line that no producer prints"}]},
        likely="hypothetical", disputed="malformed-lines", control=base,
    )  # fmt: skip


Pairs = tuple[tuple[Vma, ...], tuple[Vma, ...]]
"""The mappings of a case, and those of its control."""


def _file(column: Column, control: Column = LIBRARY) -> Pairs:
    return pair(column, backed=True), pair(control, backed=True)


def _number(change: Callable[[Vma, int], dict[str, Any]]) -> Callable[[bytes], Pairs]:
    def make_pairs(raw: bytes) -> Pairs:
        control = pair(LIBRARY, backed=True)
        first = attrs.evolve(control[0], **change(control[0], int(raw)))
        return (first, *control[1:]), control

    return make_pairs


def _field_text(raw: bytes) -> Pairs:
    control = pair(LIBRARY, backed=True)
    lines = lines_of(control[0], "6.12")
    first = with_lines(control[0], [*lines[:4], other("Tomorrow", b" " * 7 + raw), *lines[4:]])
    return (first, *control[1:]), control


def _start(first: Vma, number: int) -> dict[str, Any]:
    start = number << _PAGE_BITS
    return {"start": start, "end": start + first.end - first.start}


def _device(_: Vma, number: int) -> dict[str, Any]:
    major, minor = divmod(number, 1 << _MINOR_BITS)
    return {"major": major, "minor": minor}


_PARTS: Final[dict[str, Callable[[bytes], Pairs]]] = {
    "path": lambda raw: _file(path(raw)),
    "unlinked": lambda raw: _file(path(raw, unlinked=True), path(b"/opt/x", unlinked=True)),
    "memfd": lambda raw: (shared(memfd(raw)), shared(memfd(b"wayland-shm"))),
    "label": lambda raw: (pair(anon(raw)), pair(LABEL)),
    "shared-label": lambda raw: (shared(shmem(raw)), shared(shmem(b"frames"))),
    "inode": _number(lambda _, number: {"inode": number}),
    "offset": _number(lambda _, number: {"offset": number << _PAGE_BITS}),
    "device": _number(_device),
    "start": _number(_start),
    "field-text": _field_text,
}
_SINCE: Final = {"field-text": "6.12", "memfd": "3.17", "label": "5.17", "shared-label": "6.2"}
