"""Random trials: few addresses and few labels, so that neighbours often touch."""

from __future__ import annotations

from typing import TypeVar

from attrs import frozen
from hypothesis import strategies as st

from kernel.model.areas import FILES, STACK_PAGES, USERFAULTS
from kernel.model.calls import (
    Advise,
    Break,
    Call,
    Fork,
    Map,
    Protect,
    Remap,
    Seal,
    SetName,
    Touch,
    Trial,
    Unmap,
)
from kernel.model.madvise import ADVICE, GUARDS
from kernel.model.userfault_calls import Register, Unregister
from kernel.model.vma import PAGE
from procmaps.formats.labels import MAX_LABEL

T = TypeVar("T")

ARENA_PAGES = 16
HEAP_PAGES = 6


def weighted(*choices: tuple[int, st.SearchStrategy[T]]) -> st.SearchStrategy[T]:
    """Return a strategy that draws from each of the strategies as often as its weight.

    ``st.one_of()`` ignores that a strategy is given twice.
    """
    table = [strategy for weight, strategy in choices for _ in range(weight)]
    return st.integers(0, len(table) - 1).flatmap(table.__getitem__)


# No "x" alone: on a CPU with protection keys it takes a key, which prevents merges.
_ACCESSES = st.sampled_from([*["rw"] * 6, "r", "r", "-", "rx", "rwx"])
_LABELS = weighted(
    (9, st.sampled_from([b"a", b"a", b"b", b"b", None, None, b"", b" c d ", b"x" * MAX_LABEL])),
    (1, st.sampled_from([b"x" * (MAX_LABEL + 1), b"a]", b"tab\t", b"\xc3\xa9", b"a\\b", b"$"])),
)


def _pages(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most).map(lambda page: page * PAGE)


# Half of the ranges are one of four, so that calls hit the mappings of earlier calls.
_QUARTER = ARENA_PAGES // 4 * PAGE
_STARTS = weighted(
    (1, _pages(0, ARENA_PAGES - 1)),
    (1, st.sampled_from(range(0, ARENA_PAGES * PAGE, _QUARTER))),
)
_SHORT = weighted((1, _pages(1, 5)), (1, st.just(_QUARTER)))
# Lengths that are rounded up, are empty, or overflow 64 bits.
HALF = 2**63
"""A length that no process has, or all of the upper half of 64 bits."""
_ODD = st.sampled_from([0, 1, PAGE - 1, PAGE + 1, HALF, 2**64 - PAGE, 2**64 - PAGE + 1, 2**64 - 1])
_LENGTHS = weighted((9, _SHORT), (1, _ODD))
# dontfork on the stack would remove it from the next child.
_NEAR = _LENGTHS.filter(lambda length: length != HALF)
_ANY_START = weighted((15, _STARTS), (1, st.sampled_from([1, PAGE + 8])))


_RARELY_ONE = st.sampled_from([*[0] * 9, 1])
_BREAKS = _pages(0, HEAP_PAGES)
_AREA_HEAP = (_pages(0, HEAP_PAGES), _pages(1, 3))


def _maps(backings: tuple[str, ...]) -> st.SearchStrategy[Call]:
    return st.builds(
        Map,
        _ANY_START,
        _pages(1, 10),
        _ACCESSES,
        st.sampled_from(["anon"] * 5 + list(backings)),
        st.sampled_from([*["private"] * 5, "shared", "shared", "noreserve", "droppable", "stack"]),
        _pages(0, 3),
        st.sampled_from([True, True, True, False]),
    )


_EVERYTHING: Call = Map(0, ARENA_PAGES * PAGE)


def _kept_in_place(start: int, length: int, to: int) -> Remap:
    return Remap(start, length, length, to, keep=True)


_OFTEN = st.sampled_from([True, True, False])
_TO = weighted((1, st.none()), (2, _STARTS))
# Each kind of call with its weight.
_KINDS: tuple[tuple[int, st.SearchStrategy[Call]], ...] = (
    (5, st.builds(SetName, _ANY_START, _LENGTHS, _LABELS)),
    (1, st.builds(SetName, _ANY_START, _LENGTHS, _LABELS, readable=_OFTEN, known=_OFTEN)),
    (1, st.builds(Unmap, _ANY_START, _LENGTHS)),
    (3, st.builds(Protect, _ANY_START, _LENGTHS, _ACCESSES)),
    (3, st.builds(Advise, _ANY_START, _NEAR, st.sampled_from([*sorted(ADVICE), *GUARDS]))),
    (4, st.builds(Touch, _STARTS, st.sampled_from([PAGE, PAGE, 3 * PAGE]))),
    (2, st.builds(Break, weighted((3, _BREAKS), (1, st.integers(0, HEAP_PAGES * PAGE))))),
    (1, st.builds(SetName, *_AREA_HEAP, _LABELS, st.just("heap"))),
    (1, st.builds(Protect, *_AREA_HEAP, _ACCESSES, st.just("heap"))),
    (1, st.builds(Touch, *_AREA_HEAP, st.just("heap"))),
    (1, st.builds(SetName, _pages(0, STACK_PAGES - 1), _pages(1, 3), _LABELS, st.just("stack"))),
)
# A seal cannot be undone, so seals are rare and short.
_SEALS: tuple[tuple[int, st.SearchStrategy[Call]], ...] = (
    (1, st.builds(Seal, _STARTS, weighted((9, _pages(1, 3)), (1, _ODD)), _RARELY_ONE)),
    (1, st.builds(Seal, *_AREA_HEAP, st.just(0), st.just("heap"))),
)
_MODES = st.sampled_from(
    [*["missing"] * 4, *["wp"] * 3, "minor", "missing wp", "missing minor", "wp minor", ""]
)
_DESCRIPTORS = st.sampled_from([*[USERFAULTS[0]] * 2, USERFAULTS[1]])
_USERFAULTS: tuple[tuple[int, st.SearchStrategy[Call]], ...] = (
    (4, st.builds(Register, _ANY_START, _LENGTHS, _MODES, _DESCRIPTORS)),
    (1, st.builds(Unregister, _ANY_START, _LENGTHS, _DESCRIPTORS)),
)
_REMAPS: tuple[tuple[int, st.SearchStrategy[Call]], ...] = (
    (2, st.builds(Remap, _STARTS, _SHORT, _SHORT, _TO)),
    (2, st.builds(_kept_in_place, _STARTS, _SHORT, _STARTS)),
    (1, st.builds(Remap, _ANY_START, _LENGTHS, _LENGTHS, _TO, st.booleans())),
)


def _keeps_stack(call: Call) -> bool:
    lengths: tuple[int, ...] = ()
    if isinstance(call, Unmap):
        lengths = (call.length,)
    elif isinstance(call, Remap):
        lengths = (call.length, call.new_length)
    return HALF not in lengths


@frozen
class Scope:
    """The scope of random trials.

    ``linked`` permits a file that has a name, ``remaps`` mremap, ``limits`` a limited map count.
    ``half`` permits to unmap 2**63 bytes, which would be the stack, too, if addresses had 64 bits.
    A trial has ``least`` to ``most`` calls.
    """

    linked: bool = True
    remaps: bool = True
    limits: bool = True
    half: bool = True
    least: int = 1
    most: int = 40

    @property
    def map(self) -> st.SearchStrategy[Call]:
        """A strategy for mmap."""
        return _maps(tuple(name for name in FILES if self.linked or name != "linked"))

    @property
    def call(self) -> st.SearchStrategy[Call]:
        """A strategy for any call, by weight."""
        kinds = (*_KINDS, *_SEALS, *_USERFAULTS, *(_REMAPS if self.remaps else ()))
        every = weighted((6, self.map), *kinds)
        return every if self.half else every.filter(_keeps_stack)


@st.composite
def trials(draw: st.DrawFn, scope: Scope) -> Trial:
    """Draw a trial: a list of calls, some of them in forked children.

    The arena is usually full at first, because calls on unmapped memory only fail.
    """
    one = scope.call
    fork = st.builds(Fork, st.lists(one, max_size=6).map(tuple))
    step: st.SearchStrategy[Call | Fork] = weighted((15, one), (1, fork))
    memory = draw(weighted((3, st.just([_EVERYTHING])), (1, st.lists(scope.map, max_size=3))))
    steps = draw(st.lists(step, min_size=scope.least, max_size=scope.most))
    few: st.SearchStrategy[int | None] = weighted((2, st.none()), (1, st.integers(0, 12)))
    room = draw(few) if scope.limits else None
    return Trial((*memory, *steps), room)
