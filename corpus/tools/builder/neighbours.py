"""Two mappings side by side that differ in one thing only, so that none can stand for the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from corpus.tools.builder.making import BASE, make
from corpus.tools.builder.model import HEAP, NONE, PAGE, Case, Column, Vma, anon, file_vma, path

MERGE = "is_mergeable_vma(), mm/vma.c: whatever differs here keeps mappings apart"


def cases() -> Iterator[Case]:
    """One thing at a time; the second mapping begins where the first ends."""
    first = file_vma(BASE, BASE + PAGE, path(b"/opt/x"), offset=PAGE)
    rows: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("perms", "their permissions", {"perms": "r-xp"}),
        ("sharing", "the fourth letter", {"perms": "r--s"}),
        ("offset", "the offset, which does not go on", {"offset": 7 * PAGE}),
        ("major", "the major device number", {"major": 0xFC}),
        ("minor", "the minor device number", {"minor": 2}),
        ("inode", "the inode: one path, two files", {"inode": 787325}),
        ("inode-low-bit", "the last bit of an inode of 64 bits", {"inode": 2**63 + 1}),
        ("path", "the last byte of the path", {"name": path(b"/opt/y")}),
        ("path-case", "upper and lower case", {"name": path(b"/opt/X")}),
        ("path-trailing-space", "a space at the end", {"name": path(b"/opt/x ")}),
        ("path-deleted", "that one is unlinked", {"name": path(b"/opt/x", unlinked=True)}),
        ("path-newline", "a newline at the end", {"name": path(b"/opt/x\n")}),
        ("nothing", "nothing but the address: the offset is the same", {}),
    )
    for name, what, change in rows:
        start = attrs.evolve(first, inode=2**63) if name == "inode-low-bit" else first
        second = attrs.evolve(start, start=BASE + PAGE, end=BASE + 2 * PAGE, **change)
        yield _pair(name, f"Two mappings that differ in {what}.", start, second)
    yield from _names()


def _names() -> Iterator[Case]:
    rows: tuple[tuple[str, str, Column, Column], ...] = (
        ("named-unnamed", "A label, then none.", anon(b"x"), NONE),
        ("unnamed-named", "No label, then one.", NONE, anon(b"x")),
        ("labels", "Labels that differ in the last byte.", anon(b"x1"), anon(b"x2")),
        ("label-prefix", "A label that is the beginning of the other.", anon(b"x"), anon(b"x y")),
        ("heap-label", "The heap, then a label called so.", HEAP, anon(b"heap")),
    )
    for name, shows, one, two in rows:
        yield _pair(
            name,
            shows,
            Vma(BASE, BASE + PAGE, name=one),
            Vma(BASE + PAGE, BASE + 2 * PAGE, name=two),
        )
    gap = Vma(BASE, BASE + PAGE), Vma(BASE + PAGE + PAGE, BASE + 3 * PAGE)
    yield _pair("gap", "Two equal mappings with one page between them.", *gap)


def _pair(name: str, shows: str, one: Vma, two: Vma) -> Case:
    return make(
        "neighbours",
        name,
        shows,
        [one, two],
        source=MERGE,
        since="5.17",
        tags=("neighbours",),
    )
