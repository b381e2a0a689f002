"""Adjacent mappings that differ in one property only, so that they are not merged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from corpus.tools.builder.evidence import together
from corpus.tools.builder.making import BASE, make
from corpus.tools.builder.model import HEAP, NONE, PAGE, Case, Column, Vma, anon, file_vma, path

MERGE = "is_mergeable_vma(), mm/vma.c: mappings that differ here are not merged"


def cases() -> Iterator[Case]:
    """Yield one pair per property. The second mapping starts at the end of the first."""
    first = file_vma(BASE, BASE + PAGE, path(b"/opt/x"), offset=PAGE)
    rows: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("perms", "their permissions", {"perms": "r-xp"}),
        ("sharing", "the fourth permission letter", {"perms": "r--s"}),
        ("offset", "the offset, which is not contiguous", {"offset": 7 * PAGE}),
        ("major", "the major device number", {"major": 0xFC}),
        ("minor", "the minor device number", {"minor": 2}),
        ("inode", "the inode: two files with one path", {"inode": 787325}),
        ("inode-low-bit", "the lowest bit of a 64-bit inode", {"inode": 2**63 + 1}),
        ("path", "the last byte of the path", {"name": path(b"/opt/y")}),
        ("path-case", "the case of a letter in the path", {"name": path(b"/opt/X")}),
        ("path-trailing-space", "a space at the end of the path", {"name": path(b"/opt/x ")}),
        ("path-deleted", "the mark of an unlinked file", {"name": path(b"/opt/x", unlinked=True)}),
        ("path-newline", "a newline at the end of the path", {"name": path(b"/opt/x\n")}),
        ("nothing", "the address only: the offset is the same", {}),
    )
    for name, what, change in rows:
        start = attrs.evolve(first, inode=2**63) if name == "inode-low-bit" else first
        second = attrs.evolve(start, start=BASE + PAGE, end=BASE + 2 * PAGE, **change)
        yield _pair(name, f"Two mappings that differ in {what}.", start, second)
    yield from _names()


def _names() -> Iterator[Case]:
    rows: tuple[tuple[str, str, Column, Column], ...] = (
        ("named-unnamed", "A mapping with a label, then one without.", anon(b"x"), NONE),
        ("unnamed-named", "A mapping without a label, then one with a label.", NONE, anon(b"x")),
        ("labels", "Two labels that differ in the last byte.", anon(b"x1"), anon(b"x2")),
        ("label-prefix", "Two labels, one a prefix of the other.", anon(b"x"), anon(b"x y")),
        ("heap-label", "The heap, then a label named heap.", HEAP, anon(b"heap")),
    )
    for name, shows, one, two in rows:
        yield _pair(
            name,
            shows,
            Vma(BASE, BASE + PAGE, name=one),
            Vma(BASE + PAGE, BASE + 2 * PAGE, name=two),
        )
    gap = Vma(BASE, BASE + PAGE), Vma(BASE + PAGE + PAGE, BASE + 3 * PAGE)
    yield _pair("gap", "Two equal mappings with a gap of one page.", *gap)


def _pair(name: str, shows: str, one: Vma, two: Vma) -> Case:
    gap = 16 * PAGE
    apart = attrs.evolve(two, start=two.start + gap, end=two.end + gap)
    return make(
        "neighbours",
        name,
        shows,
        [one, two],
        source=MERGE,
        since="5.17",
        tags=("neighbours",),
        feature="adjacent",
        control=[one, apart],
        shown_by=together(one, two),
    )
