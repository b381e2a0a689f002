"""Kernels that differ from mainline: NOMMU, vendors' patches, miscompiled."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from procmaps.formats.header_line import EXCESS_DIGITS, WordSize, excess_header
from procmaps.formats.labels import MAX_LABEL_ANDROID
from procmaps.formats.releases import Release, Span
from procmaps.formats.smaps_fields import VENDOR_FIELDS
from procmaps.producers.linux import ANDROID, LINUX, pathless_at
from procmaps.producers.model import LabelRule, Producer
from procmaps.producers.smaps_lines import inserted


@attrs.frozen
class Variant:
    """A difference from mainline that kernels of some releases have.

    name         Suffix of the producer's name: ``android``; empty for mainline and NOMMU.
    span         The releases that have the variant.
    word_sizes   Word sizes, the usual one first.
    source       The kernel function, commit or tree that shows it.
    change       Returns the changed producer, given mainline's.
    prefix       Prefix of the producer's name: ``linux`` or ``nommu``.
    """

    name: str
    span: Span
    word_sizes: tuple[WordSize, ...]
    source: str
    change: Callable[[Producer, Release], Producer]
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
        # nommu_vma_show() prints no pseudo-name but the stack; files print their path.
        pathless=(producer.pathless or frozenset())
        & {"stack", "thread_stack", "anon_inode", "socket"},
    )


_FAULT = len(b"<fault>")
"""Length of the text that seq_print_vma_name() adds if it cannot read the rest."""


def _user_pointers(after: bytes) -> Callable[[Producer, Release], Producer]:
    """Return the change of Android kernels with user pointers; ``Name:`` follows *after*."""

    def change(producer: Producer, release: Release) -> Producer:
        kinds = pathless_at(release, LINUX, ANDROID)
        return attrs.evolve(
            producer,
            kind="android",
            dialect="android",
            smaps=inserted(producer.smaps, b"Name", after),
            # NAME_MAX bytes are copied; a text after them reports an unreadable rest.
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
"""Mainline and its variants. One name may have several, each with its own releases."""
