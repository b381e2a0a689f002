"""Trials drawn by Hypothesis: few addresses, few labels, so that neighbours meet all the time."""

from __future__ import annotations

from attrs import frozen
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
        [
            b"x" * MAX_LABEL,
            b"x" * (MAX_LABEL + 1),
            b"a]",
            b"tab\t",
            b"\xc3\xa9",
            b"a\\b",
            b"$",
            b"~",
        ]
    ),
)


def _pages(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most).map(lambda page: page * PAGE)


_STARTS = _pages(0, ARENA_PAGES - 1)
_SHORT = _pages(1, 5)
# Lengths that are rounded up, empty, or around the ends of what 64 bits hold.
_ODD = st.sampled_from([0, 1, PAGE - 1, PAGE + 1, 2**63, 2**64 - PAGE, 2**64 - PAGE + 1, 2**64 - 1])
_LENGTHS = st.one_of(_SHORT, _SHORT, _SHORT, _SHORT, _SHORT, _SHORT, _SHORT, _ODD)
# Advice that reaches the stack would take it from the next child.
_NEAR = _LENGTHS.filter(lambda length: length != 2**63)
_ANY_START = st.one_of(*[_STARTS] * 15, st.sampled_from([1, PAGE + 8]))


_AREA_HEAP = (_pages(0, HEAP_PAGES), _pages(1, 3))


def _maps(backings: tuple[str, ...]) -> st.SearchStrategy[Call]:
    return st.builds(
        Map,
        _ANY_START,
        _SHORT,
        _ACCESSES,
        st.sampled_from(["anon"] * 5 + list(backings)),
        st.sampled_from(["private", "private", "private", "shared", "noreserve"]),
        _pages(0, 3),
        st.sampled_from([True, True, True, False]),
    )


def _kept_in_place(start: int, length: int, to: int) -> Remap:
    return Remap(start, length, length, to, keep=True)


_OFTEN = st.sampled_from([True, True, False])
_TO = st.one_of(st.none(), _STARTS, _STARTS)
# Each kind of call, and how often it is drawn.
_KINDS: tuple[tuple[int, st.SearchStrategy[Call]], ...] = (
    (5, st.builds(SetName, _ANY_START, _LENGTHS, _LABELS)),
    (1, st.builds(SetName, _ANY_START, _LENGTHS, _LABELS, readable=_OFTEN, known=_OFTEN)),
    (2, st.builds(Unmap, _ANY_START, _LENGTHS)),
    (3, st.builds(Protect, _ANY_START, _LENGTHS, _ACCESSES)),
    (2, st.builds(Advise, _ANY_START, _NEAR, st.sampled_from(sorted(ADVICE)))),
    (2, st.builds(Touch, _STARTS, _pages(1, 3))),
    (1, st.builds(Break, st.one_of(_pages(0, HEAP_PAGES), st.integers(0, HEAP_PAGES * PAGE)))),
    (1, st.builds(SetName, *_AREA_HEAP, _LABELS, st.just("heap"))),
    (1, st.builds(Protect, *_AREA_HEAP, _ACCESSES, st.just("heap"))),
    (1, st.builds(Touch, *_AREA_HEAP, st.just("heap"))),
    (1, st.builds(SetName, _pages(0, STACK_PAGES - 1), _pages(1, 3), _LABELS, st.just("stack"))),
)
_REMAPS: tuple[tuple[int, st.SearchStrategy[Call]], ...] = (
    (2, st.builds(Remap, _STARTS, _SHORT, _SHORT, _TO)),
    (
        1,
        st.builds(
            _kept_in_place,
            _STARTS,
            _SHORT,
            _STARTS,
        ),
    ),
    (1, st.builds(Remap, _ANY_START, _LENGTHS, _LENGTHS, _TO, st.booleans())),
)


@frozen
class Scope:
    """What may be drawn.

    ``linked``: a file that has a name; ``remaps``: mremap; ``limits``: a limited map count;
    between ``least`` and ``most`` steps.
    """

    linked: bool = True
    remaps: bool = True
    limits: bool = True
    least: int = 1
    most: int = 40

    def kinds(self) -> list[st.SearchStrategy[Call]]:
        """The kinds of call, each as often as its weight."""
        files = tuple(name for name in FILES if self.linked or name != "linked")
        weighted = [(4, _maps(files)), *_KINDS, *(_REMAPS if self.remaps else ())]
        return [kind for weight, kind in weighted for _ in range(weight)]


@st.composite
def trials(draw: st.DrawFn, scope: Scope) -> Trial:
    """A list of calls, a few of them in forked children."""
    kinds = scope.kinds()
    one = st.integers(0, len(kinds) - 1).flatmap(kinds.__getitem__)
    fork = st.builds(Fork, st.lists(one, max_size=6).map(tuple))
    step = st.integers(0, 15).flatmap(lambda which: fork if which == 15 else one)  # noqa: PLR2004
    steps = draw(st.lists(step, min_size=scope.least, max_size=scope.most))
    room = draw(st.one_of(st.none(), st.none(), st.integers(0, 12))) if scope.limits else None
    return Trial(tuple(steps), room)
