"""Kernels that differ from mainline: without an MMU, with a vendor's patches, miscompiled."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from procmaps.formats.header_line import EXCESS_DIGITS, Bits, excess_header
from procmaps.formats.labels import MAX_LABEL_ANDROID
from procmaps.formats.releases import Release, Span
from procmaps.formats.smaps_fields import VENDOR_FIELDS
from procmaps.producers.linux import ANDROID, LINUX, pathless_at
from procmaps.producers.model import LabelRule, Producer
from procmaps.producers.smaps_lines import inserted


@attrs.frozen
class Variant:
    """A way in which kernels of some releases differ from mainline."""

    name: str
    span: Span
    bits: tuple[Bits, ...]
    """The word sizes it exists for, the usual one first."""
    source: str
    change: Callable[[Producer, Release], Producer]
    """What mainline's producer becomes."""
    prefix: str = "linux"


def _parisc(producer: Producer, release: Release) -> Producer:
    return attrs.evolve(producer, header=excess_header(release))


def _nommu(producer: Producer, _release: Release) -> Producer:
    return attrs.evolve(
        producer,
        kind="nommu",
        dialect="nommu",
        header=attrs.evolve(producer.header, sharing="psS"),
        smaps=(),
        rollup=(),
        labels=None,
        # nommu_vma_show() asks for nothing but the stack; what is a file prints its path.
        pathless=(producer.pathless or frozenset())
        & {"stack", "thread_stack", "anon_inode", "socket"},
    )


_FAULT = len(b"<fault>")
"""What seq_print_vma_name() adds where it cannot read on."""


def _user_pointers(after: bytes) -> Callable[[Producer, Release], Producer]:
    """The Android generations that keep a pointer to the name; ``Name:`` stands behind *after*."""

    def change(producer: Producer, release: Release) -> Producer:
        kinds = pathless_at(release, LINUX, ANDROID)
        return attrs.evolve(
            producer,
            kind="android",
            dialect="android",
            smaps=inserted(producer.smaps, b"Name", after),
            # NAME_MAX bytes are copied, and what could not be read is told behind them.
            labels=LabelRule(255 + _FAULT, checked=False),
            pathless=kinds | {"anon"},
        )

    return change


def _samsung(mainline: Producer, release: Release) -> Producer:
    producer = _user_pointers(b"")(mainline, release)
    lines = producer.smaps
    for field in VENDOR_FIELDS:
        if field.producer == "Samsung":
            lines = inserted(lines, field.key, field.after[0])
    return attrs.evolve(producer, smaps=lines)


def _refcounted(producer: Producer, release: Release) -> Producer:
    kinds = pathless_at(release, LINUX, ANDROID)
    return attrs.evolve(
        producer, kind="android", labels=LabelRule(MAX_LABEL_ANDROID), pathless=kinds | {"anon"}
    )


_POINTER = 'Android common kernels: "NOUPSTREAM: ANDROID: mm: add a field to store names"'

VARIANTS: tuple[Variant, ...] = (
    Variant("", Span.of("2.2"), (64, 32), "mainline", lambda producer, _: producer),
    Variant(
        "",
        Span.of("2.6.18|2.6.20"),
        (32, 64),
        "nommu_vma_show(), fs/proc/task_nommu.c; the file is empty in the 2.6.18 tree",
        _nommu,
        prefix="nommu",
    ),
    Variant(
        "parisc",
        EXCESS_DIGITS.span,
        (32,),
        EXCESS_DIGITS.source,
        _parisc,
    ),
    Variant("android", Span.of("3.4", "3.8"), (32,), f"{_POINTER}, 3.4", _user_pointers(b"Locked")),
    Variant(
        "android",
        Span.of("3.8", "3.19|4.4"),
        (32, 64),
        f"{_POINTER}, as posted in 2013",
        _user_pointers(b"VmFlags"),
    ),
    Variant(
        "android",
        Span.of("3.19|4.4", "5.4|5.10"),
        (64, 32),
        f"{_POINTER}, 4.x",
        _user_pointers(b""),
    ),
    Variant(
        "samsung",
        Span.of("4.4|4.9", "5.4|5.10"),
        (64, 32),
        "Android kernels with CONFIG_ZRAM_LRU_WRITEBACK",
        _samsung,
    ),
    Variant(
        "android",
        Span.of("5.10|5.15"),
        (64, 32),
        "android13-5.15 and later: ANON_VMA_NAME_MAX_LEN is 256",
        _refcounted,
    ),
)
"""Mainline and what differs from it. One name can mean several, each over its own releases."""
