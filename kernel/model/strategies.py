"""Trials drawn by Hypothesis: few addresses, few labels, so that neighbours meet all the time."""

from __future__ import annotations

from hypothesis import strategies as st

from kernel.model.calls import (
    FILES,
    STACK_PAGES,
    Advise,
    Break,
    Call,
    Fork,
    Map,
    Protect,
    Remap,
    SetName,
    Touch,
    Trial,
    Unmap,
)
from kernel.model.space import ADVICE
from kernel.model.vma import PAGE
from procmaps.labels import MAX_LABEL

ARENA_PAGES = 16
HEAP_PAGES = 6

# No "x" alone: on a CPU with protection keys it takes one, and a key keeps mappings apart.
_ACCESSES = st.sampled_from(["rw", "rw", "rw", "r", "-", "rx", "rwx"])
_LABELS = st.one_of(
    st.sampled_from([b"a", b"a", b"b", b"b", None, None, b"", b" c d "]),
    st.sampled_from(
        [b"x" * MAX_LABEL, b"x" * (MAX_LABEL + 1), b"a]", b"tab\t", b"\xc3\xa9", b"a\\b", b"$", b"~"]
    ),
)


def _pages(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most).map(lambda page: page * PAGE)


_STARTS = _pages(0, ARENA_PAGES - 1)
_SHORT = _pages(1, 5)
# Lengths that are rounded up, empty, or around the ends of what 64 bits hold.
_ODD = st.sampled_from([0, 1, PAGE - 1, PAGE + 1, 2**63, 2**64 - PAGE, 2**64 - PAGE + 1, 2**64 - 1])
_LENGTHS = st.one_of(_SHORT, _SHORT, _SHORT, _SHORT, _SHORT, _SHORT, _SHORT, _ODD)
_ANY_START = st.one_of(*[_STARTS] * 15, st.sampled_from([1, PAGE + 8]))


def _maps(backings: list[str]) -> st.SearchStrategy[Call]:
    return st.builds(
        Map,
        _ANY_START,
        _SHORT,
        _ACCESSES,
        st.sampled_from(["anon"] * 5 + backings),
        st.sampled_from(["private", "private", "private", "shared", "noreserve"]),
        _pages(0, 3),
        st.sampled_from([True, True, True, False]),
    )


def calls(*, linked: bool = True) -> st.SearchStrategy[Call]:
    """One call. *linked*: there may be a file that has a name."""
    files = [name for name in FILES if linked or name != "linked"]
    to = st.one_of(st.none(), _STARTS, _STARTS)
    moves = st.builds(Remap, _STARTS, _SHORT, _SHORT, to)
    keeps = st.builds(
        lambda start, length, to: Remap(start, length, length, to, keep=True),
        _STARTS,
        _SHORT,
        _STARTS,
    )
    odd_moves = st.builds(Remap, _ANY_START, _LENGTHS, _LENGTHS, to, st.booleans())
    names = st.builds(SetName, _ANY_START, _LENGTHS, _LABELS)
    heap = st.one_of(
        st.builds(Break, _pages(0, HEAP_PAGES)),
        st.builds(Break, st.integers(0, HEAP_PAGES * PAGE)),
        st.builds(SetName, _pages(0, HEAP_PAGES), _pages(1, 3), _LABELS, st.just("heap")),
        st.builds(Protect, _pages(0, HEAP_PAGES), _pages(1, 3), _ACCESSES, st.just("heap")),
        st.builds(Touch, _pages(0, HEAP_PAGES), _pages(1, 2), st.just("heap")),
    )
    stack = st.builds(
        SetName, _pages(0, STACK_PAGES - 1), _pages(1, 3), _LABELS, st.just("stack")
    )
    return st.one_of(
        *[_maps(files)] * 4,
        *[names] * 5,
        *[st.builds(Unmap, _ANY_START, _LENGTHS)] * 2,
        *[st.builds(Protect, _ANY_START, _LENGTHS, _ACCESSES)] * 3,
        *[st.builds(Advise, _ANY_START, _LENGTHS, st.sampled_from(sorted(ADVICE)))] * 2,
        *[moves] * 2,
        keeps,
        odd_moves,
        heap,
        stack,
        *[st.builds(Touch, _STARTS, _pages(1, 3))] * 2,
    )


def trials(
    *, linked: bool = True, limits: bool = True, most: int = 40
) -> st.SearchStrategy[Trial]:
    """A list of calls, a few of them in forked children. *limits*: the map count may be limited."""
    call = calls(linked=linked)
    forks = st.builds(Fork, st.lists(call, max_size=6).map(tuple))
    steps = st.one_of(*[call] * 15, forks)
    rooms = st.one_of(st.none(), st.none(), st.integers(0, 12)) if limits else st.none()
    return st.builds(Trial, st.lists(steps, min_size=1, max_size=most).map(tuple), rooms)
