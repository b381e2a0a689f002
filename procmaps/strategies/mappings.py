"""Strategies for single mappings and for whole address spaces."""

from __future__ import annotations

import itertools
from typing import Literal

from hypothesis import strategies as st

from procmaps.formats.file_kinds import FileKind
from procmaps.producers import Producer, as_producer
from procmaps.producers.rendering import render
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import Special, Unnamed
from procmaps.records.perms import Perms
from procmaps.records.usage import Usage
from procmaps.strategies.names import names
from procmaps.strategies.usage import usages

_PAGE = 4096


def mappings(
    producer: Producer | str | None = None, kind: Literal["maps", "smaps"] = "maps"
) -> st.SearchStrategy[Mapping]:
    """Draw single mappings that *producer* can print in this kind of file."""
    chosen = as_producer(producer)
    top = (1 << chosen.header.address_bits - 12) - 1
    bounds = st.lists(st.integers(0, top), min_size=2, max_size=2, unique=True).map(sorted)
    return bounds.flatmap(lambda pages: _mapping(chosen, pages[0] * _PAGE, pages[1] * _PAGE, kind))


@st.composite
def address_spaces(
    draw: st.DrawFn,
    producer: Producer | str | None = None,
    kind: FileKind = "maps",
    *,
    max_size: int = 8,
) -> list[Mapping]:
    """Draw the mappings of a whole file: in ascending order, without overlaps, some adjacent.

    For ``smaps_rollup`` it is the one record of that file. At most *max_size* mappings. Raises
    `ValueError` for a file that the producer does not print.
    """
    chosen = as_producer(producer)
    if not chosen.prints(kind):
        raise ValueError(f"{chosen} prints no {kind}, or its format is not established")
    top = (1 << chosen.header.address_bits - 12) - 1
    if kind == "smaps_rollup":
        low, high = sorted(draw(st.tuples(st.integers(0, top), st.integers(0, top))))
        return [_rollup(low * _PAGE, high * _PAGE, draw(usages(chosen, chosen.rollup)))]
    cuts = sorted(draw(st.sets(st.integers(0, top), max_size=max_size + 1)))
    found: list[Mapping] = []
    for low, high in itertools.pairwise(cuts):
        if draw(st.sampled_from((True, True, False))):
            found.append(draw(_mapping(chosen, low * _PAGE, high * _PAGE, kind)))
    return found


def _mapping(
    producer: Producer, start: int, end: int, kind: FileKind
) -> st.SearchStrategy[Mapping]:
    header = producer.header
    major, minor = header.device_bits
    usage = usages(producer, producer.smaps) if kind == "smaps" else st.none()
    return st.builds(
        Mapping,
        start=st.just(start),
        end=st.just(end),
        perms=_perms(producer),
        offset=_offsets(header.offset_bits),
        device=st.builds(Device, _number(major), _number(minor)),
        inode=_number(header.inode_bits),
        name=names(producer),
        usage=usage,
    ).filter(lambda record: _separate(record, producer))


def _separate(record: Mapping, producer: Producer) -> bool:
    """Whether the name is separate from the inode: QEMU prints some names directly after it."""
    if not producer.header.mirrored:
        return True
    nameless = Mapping(
        record.start,
        record.end,
        record.perms,
        record.offset,
        record.device,
        record.inode,
        Unnamed(),
    )
    return len(render([nameless], producer)) - 1 != producer.header.column


def _rollup(start: int, end: int, usage: Usage) -> Mapping:
    none = Perms.from_text("---p")
    return Mapping(start, end, none, 0, Device(0, 0), 0, Special(b"[rollup]", "rollup"), usage)


def _number(bits: int) -> st.SearchStrategy[int]:
    """Draw numbers of up to *bits* bits, often small ones and the largest."""
    # Not just(top): it makes no choice, so Hypothesis would shrink smaller numbers to it.
    top = (1 << bits) - 1
    return st.integers(0, min(top, 255)) | st.integers(0, top) | st.sampled_from((0, top))


def _offsets(bits: int) -> st.SearchStrategy[int]:
    pages = st.integers(0, (1 << bits - 12) - 1).map(lambda page: page * _PAGE)
    return st.just(0) | pages | _number(bits)


def _perms(producer: Producer) -> st.SearchStrategy[Perms]:
    rights = ["".join(text) for text in _products("r-", "w-", "x-")]
    if producer.header.reserved:
        rights.append("===")
    texts = st.tuples(st.sampled_from(rights), st.sampled_from(producer.header.sharing))
    return texts.map("".join).map(Perms.from_text)


def _products(*choices: str) -> list[tuple[str, ...]]:
    return [
        (first, second, third)
        for first in choices[0]
        for second in choices[1]
        for third in choices[2]
    ]
