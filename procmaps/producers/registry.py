"""The names of producers: which one means whom, and all that there are."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from procmaps.errors import UnknownProducer
from procmaps.formats.all_releases import RELEASES
from procmaps.formats.header_line import ESCAPED, LINE_FORMAT, Bits
from procmaps.formats.releases import Release, releases_named
from procmaps.producers.emulations import EMULATIONS
from procmaps.producers.linux import linux
from procmaps.producers.model import Producer
from procmaps.producers.variants import VARIANTS

_KERNEL = re.compile(
    r"(?P<prefix>linux|nommu)-(?P<release>[0-9.]+)(?:-(?P<variant>[a-z]+))?(?:-(?P<bits>32|64)bit)?"
)
_EMULATION = re.compile(r"(?P<name>[a-z-]+?)(?:-(?P<bits>32|64)bit)?")

_UNSETTLED = (
    (LINE_FORMAT, "how a header line is laid out"),
    (ESCAPED, "whether a newline in a path is escaped"),
)
"""What must be known of a release to say anything of it."""


def parse(name: str) -> Producer:
    """The producer called *name*.

    ``linux-RELEASE``, ``nommu-RELEASE``, ``linux-RELEASE-android``, ``-samsung`` or ``-parisc``,
    ``gvisor``, ``qemu-user``, ``wsl``, ``freebsd``, ``cygwin``; each with ``-32bit`` or ``-64bit``
    where there are both and the other one is usual. A release is numbers alone: cut what a
    distribution added behind them.

    Raises `UnknownProducer` for any other name, for a release that the variant never had, and for
    one of which it is not established how it prints.
    """
    if match := _KERNEL.fullmatch(name):
        return _kernel(name, match)
    match = _EMULATION.fullmatch(name)
    if match and match["name"] in EMULATIONS:
        sizes, make = EMULATIONS[match["name"]]
        bits = _bits(name, match["bits"], sizes)
        return make(_named(match["name"], bits, sizes), bits)
    raise UnknownProducer(
        name,
        "write linux-RELEASE, nommu-RELEASE, linux-RELEASE-android, -samsung or -parisc, or one of "
        f"{', '.join(EMULATIONS)}; add -32bit or -64bit for the other word size",
    )


def _kernel(name: str, match: re.Match[str]) -> Producer:
    try:
        release = Release.parse(match["release"])
    except ValueError as error:
        raise UnknownProducer(name, str(error)) from error
    wanted = [
        v for v in VARIANTS if (v.prefix, v.name) == (match["prefix"], match["variant"] or "")
    ]
    if not wanted:
        raise UnknownProducer(name, f"no variant of {match['prefix']} is called {match['variant']}")
    # Sure matches come before those of which it is not established.
    found = [v for v in wanted if v.span.covers(release) is not False]
    found.sort(key=lambda variant: variant.span.covers(release) is None)
    if not found:
        there = "; ".join(str(variant.span) for variant in wanted)
        raise UnknownProducer(name, f"there is no such kernel; there is one {there}")
    for trait, what in _UNSETTLED:
        if trait.span.covers(release) is None:
            raise UnknownProducer(
                name, f"{what} is not established for {release}, only {trait.span}"
            )
    variant = found[0]
    bits = _bits(name, match["bits"], variant.bits)
    stem = "-".join(filter(None, (variant.prefix, str(release), variant.name)))
    return variant.change(linux(_named(stem, bits, variant.bits), release, bits), release)


def _bits(name: str, text: str | None, sizes: tuple[Bits, ...]) -> Bits:
    for bits in sizes:
        if text in (None, str(bits)):
            return bits
    raise UnknownProducer(name, f"there is none of {text} bits, only of {sizes[0]}")


def _named(stem: str, bits: Bits, sizes: tuple[Bits, ...]) -> str:
    return stem if bits == sizes[0] else f"{stem}-{bits}bit"


def _names() -> Iterator[str]:
    """Every release at which a table changes, in every variant and word size; the emulations."""
    bounds = releases_named(variant.span for variant in VARIANTS)
    for release in sorted({*RELEASES, *bounds}):
        for variant in VARIANTS:
            if variant.span.covers(release):
                stem = "-".join(filter(None, (variant.prefix, str(release), variant.name)))
                yield from (_named(stem, bits, variant.bits) for bits in variant.bits)
    for stem, (sizes, _) in EMULATIONS.items():
        yield from (_named(stem, bits, sizes) for bits in sizes)


def _settled() -> Iterator[Producer]:
    for name in _names():
        try:
            yield parse(name)
        except UnknownProducer:
            # A release between two that were looked at; `parse` says so to whoever asks for it.
            continue


@functools.cache
def every_producer() -> tuple[Producer, ...]:
    """All that differ from one another, and some more: kernels oldest first, then emulations.

    Kernels are those of the releases at which some table changes, in all variants and word sizes.
    """
    return tuple(_settled())


def as_producer(given: Producer | str | None) -> Producer:
    """The producer itself, or by its name; the `newest` where none is given."""
    if given is None:
        return newest()
    return parse(given) if isinstance(given, str) else given


@functools.cache
def newest() -> Producer:
    """Mainline, 64 bit, of the newest release that any table names."""
    return parse(f"linux-{RELEASES[-1]}")
