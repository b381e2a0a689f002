"""Look up producers by name, and list them all."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from procmaps.errors import UnknownProducer
from procmaps.formats.all_releases import RELEASES
from procmaps.formats.header_line import ESCAPED, LINE_FORMAT, WordSize
from procmaps.formats.releases import Release, releases_named
from procmaps.producers.emulations import EMULATIONS
from procmaps.producers.linux import linux
from procmaps.producers.model import Producer
from procmaps.producers.variants import VARIANTS

_KERNEL = re.compile(
    r"(?P<prefix>linux|nommu)-(?P<release>[0-9.]+)(?:-(?P<variant>[a-z]+))?(?:-(?P<bits>32|64)bit)?"
)
_EMULATION = re.compile(r"(?P<name>[a-z-]+?)(?:-(?P<bits>32|64)bit)?")

_REQUIRED = (
    (LINE_FORMAT, "the layout of the header line"),
    (ESCAPED, "the escaping of newlines in paths"),
)
"""Changes that must be established for a release to have a producer, and their description."""


def parse(name: str) -> Producer:
    """Return the producer called *name*.

    Names are ``linux-RELEASE``, ``nommu-RELEASE``, ``linux-RELEASE-android``, ``-samsung`` or
    ``-parisc``, ``gvisor``, ``qemu-user``, ``wsl``, ``freebsd`` and ``cygwin``. Append ``-32bit``
    or ``-64bit`` for the less usual word size. A release is numbers only: remove a distribution's
    suffix.

    Raises `UnknownProducer` for any other name, for a release that the variant never had, and for
    a release with a format that is not established.
    """
    if match := _KERNEL.fullmatch(name):
        return _kernel(name, match)
    match = _EMULATION.fullmatch(name)
    if match and match["name"] in EMULATIONS:
        sizes, make = EMULATIONS[match["name"]]
        word_size = _word_size(name, match["bits"], sizes)
        return make(_named(match["name"], word_size, sizes), word_size)
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
        raise UnknownProducer(name, f"{match['prefix']} has no variant {match['variant']}")
    # Certain matches come before uncertain ones.
    found = [v for v in wanted if v.span.covers(release) is not False]
    found.sort(key=lambda variant: variant.span.covers(release) is None)
    if not found:
        spans = "; ".join(str(variant.span) for variant in wanted)
        raise UnknownProducer(name, f"no such kernel; this variant exists {spans}")
    for change, description in _REQUIRED:
        if change.span.covers(release) is None:
            raise UnknownProducer(
                name, f"{description} is not established for {release}, only {change.span}"
            )
    variant = found[0]
    word_size = _word_size(name, match["bits"], variant.word_sizes)
    stem = "-".join(filter(None, (variant.prefix, str(release), variant.name)))
    return variant.change(
        linux(_named(stem, word_size, variant.word_sizes), release, word_size), release
    )


def _word_size(name: str, text: str | None, sizes: tuple[WordSize, ...]) -> WordSize:
    for word_size in sizes:
        if text in (None, str(word_size)):
            return word_size
    raise UnknownProducer(name, f"it exists with {sizes[0]} bits only, not {text}")


def _named(stem: str, word_size: WordSize, sizes: tuple[WordSize, ...]) -> str:
    return stem if word_size == sizes[0] else f"{stem}-{word_size}bit"


def _names() -> Iterator[str]:
    """Yield the name of every variant and word size at every table change, then the emulations."""
    bounds = releases_named(variant.span for variant in VARIANTS)
    for release in sorted({*RELEASES, *bounds}):
        for variant in VARIANTS:
            if variant.span.covers(release):
                stem = "-".join(filter(None, (variant.prefix, str(release), variant.name)))
                yield from (
                    _named(stem, word_size, variant.word_sizes) for word_size in variant.word_sizes
                )
    for stem, (sizes, _) in EMULATIONS.items():
        yield from (_named(stem, word_size, sizes) for word_size in sizes)


def _established() -> Iterator[Producer]:
    for name in _names():
        try:
            yield parse(name)
        except UnknownProducer:
            # A release between two that were checked; `parse` reports it to a caller.
            continue


@functools.cache
def every_producer() -> tuple[Producer, ...]:
    """Return all producers: kernels oldest first, then emulations.

    The kernels are those at which some table changes, in all variants and word sizes. Some of them
    print the same.
    """
    return tuple(_established())


def as_producer(given: Producer | str | None) -> Producer:
    """Return *given* itself, or the producer with that name; `newest` for None."""
    if given is None:
        return newest()
    if isinstance(given, str):
        return parse(given)
    if not isinstance(given, Producer):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"expected a Producer or its name, not {type(given).__name__}")
    return given


@functools.cache
def newest() -> Producer:
    """Return mainline Linux, 64 bit, of the newest release in any table."""
    return parse(f"linux-{RELEASES[-1]}")
