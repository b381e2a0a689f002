"""Strategies for the values: an ordinary text with something odd in it, and numbers.

One odd thing in a plain text makes most failures simple from the start. Longer and odder values
come from the strategies of the package.
"""

from __future__ import annotations

import functools
from typing import Final

import hypothesis
from hypothesis import strategies as st

from procmaps import strategies
from procmaps.check import cases
from procmaps.formats.labels import MAX_LABEL, is_valid_anon_label
from procmaps.records.names import FileBacked, Labelled

_PLAIN: Final = (b"x", b"", b"lib.so", b"a1", b"usr/lib")
_BEFORE: Final = (b"", b"x", b"opt/a", b"1")
_AFTER: Final = (b"", b"x", b".so", b"/lib.so", b"1")
_MOST: Final = 255
"""Repetitions of one piece: the longest name of a file."""


def drawn(values: st.SearchStrategy[bytes], count: int, seed: int) -> list[bytes]:
    """Return *count* values, or fewer if there are no more. The same *seed* draws the same."""
    found: list[bytes] = []

    def keep(value: bytes) -> None:
        found.append(value)

    settings = hypothesis.settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),  # pyright: ignore[reportArgumentType]
    )
    hypothesis.seed(seed)(settings(hypothesis.given(values)(keep)))()
    return found


@functools.cache
def _published() -> tuple[bytes, ...]:
    """Return the labels and the last components of paths of all published cases."""
    found: set[bytes] = set()
    for case in cases.load(("maps",)):
        for record in case.records:
            name = record.name
            if isinstance(name, Labelled):
                found.add(name.label)
            elif isinstance(name, FileBacked):
                found.add(name.path.rpartition(b"/")[2])
    return tuple(sorted(found, key=lambda text: (len(text), text)))


def _characters() -> st.SearchStrategy[bytes]:
    """Draw one character: any of ASCII, any byte, any of Unicode in UTF-8."""
    ascii_only = st.characters(min_codepoint=1, max_codepoint=0x7F).map(str.encode)
    byte = st.integers(0x80, 0xFF).map(lambda code: bytes((code,)))
    beyond = st.characters(min_codepoint=0x80, exclude_categories=["Cs"]).map(str.encode)
    return ascii_only | byte | beyond


def _odd() -> st.SearchStrategy[bytes]:
    """Draw one odd thing: a character once or often, a few, or a published name."""
    one = _characters()
    often = st.tuples(one, st.integers(2, _MOST)).map(lambda drawn: drawn[0] * drawn[1])
    few = st.lists(one, min_size=2, max_size=4).map(b"".join)
    # By index: a strategy is described by all its values, and these are many.
    words = st.deferred(lambda: st.integers(0, len(_published()) - 1)).map(_word)
    return one | one | few | often | words | st.tuples(words, words).map(b"".join)


def _word(index: int) -> bytes:
    return _published()[index]


def texts() -> st.SearchStrategy[bytes]:
    """Draw texts with one odd thing, possibly inside a plain one."""
    inside = st.tuples(st.sampled_from(_BEFORE), _odd(), st.sampled_from(_AFTER))
    return inside.map(b"".join)


def paths() -> st.SearchStrategy[bytes]:
    """Draw absolute paths."""
    return texts().map(lambda text: b"/" + text) | strategies.file_names()


def memfds() -> st.SearchStrategy[bytes]:
    """Draw names of memfds."""
    return texts()


def labels() -> st.SearchStrategy[bytes]:
    """Draw labels that the kernel accepts."""
    return texts().map(_accepted) | strategies.labels()


def _accepted(text: bytes) -> bytes:
    return bytes(code for code in text if is_valid_anon_label(bytes((code,))))[:MAX_LABEL]


def keys() -> st.SearchStrategy[bytes]:
    """Draw keys of fields: a capital letter, then letters, digits and underscores."""
    known = st.sampled_from((b"Rss", b"Pss", b"Size", b"Swap", b"Name", b"VmFlags", b"Private"))
    more = st.from_regex(rb"[A-Za-z0-9_]{1,20}", fullmatch=True)
    return st.from_regex(rb"[A-Z][A-Za-z0-9_]{0,30}", fullmatch=True) | st.tuples(known, more).map(
        b"".join
    )


def numbers(bits: int) -> st.SearchStrategy[bytes]:
    """Draw numbers of up to *bits* bits in decimal digits, often where a type ends."""
    top = 2**bits - 1
    limits = {2**power + step for power in range(bits) for step in (-1, 0, 1)} | {top - 1, top}
    edges = sorted(limit for limit in limits if limit <= top)
    return (st.integers(0, top) | st.sampled_from(edges)).map(lambda number: b"%d" % number)
