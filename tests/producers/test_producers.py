"""The table of producers: every name means one thing, and an unknown one says what to write."""

# ruff: noqa: E501 - messages stand whole, to be found by searching
from __future__ import annotations

import pytest

from procmaps import producers
from procmaps.errors import UnknownProducer
from procmaps.formats.dialects import DIALECTS
from procmaps.formats.smaps_fields import fields_at

EVERY = producers.every_producer()


def test_each_name_means_its_producer_and_no_other() -> None:
    assert [producers.parse(made.name) for made in EVERY] == list(EVERY)
    assert len({made.name for made in EVERY}) == len(EVERY)


@pytest.mark.parametrize(
    ("name", "kind", "bits", "canonical"),
    [
        ("linux-6.12", "linux", 64, "linux-6.12"),
        ("linux-6.12-64bit", "linux", 64, "linux-6.12"),
        ("linux-2.6.32-32bit", "linux", 32, "linux-2.6.32-32bit"),
        ("linux-4.4.155", "linux", 64, "linux-4.4.155"),
        ("linux-4.4-android", "android", 64, "linux-4.4-android"),
        ("linux-5.15-android-32bit", "android", 32, "linux-5.15-android-32bit"),
        ("linux-6.1-parisc", "linux", 32, "linux-6.1-parisc"),
        ("nommu-6.1", "nommu", 32, "nommu-6.1"),
        ("nommu-6.1-64bit", "nommu", 64, "nommu-6.1-64bit"),
        ("qemu-user", "qemu", 64, "qemu-user"),
        ("freebsd-32bit", "freebsd", 32, "freebsd-32bit"),
    ],
)
def test_names_are_kind_release_variant_and_word_size(
    name: str, kind: str, bits: int, canonical: str
) -> None:
    made = producers.parse(name)
    assert (made.kind, made.bits, str(made)) == (kind, bits, canonical)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (
            "solaris",
            (
                "write linux-RELEASE, nommu-RELEASE, linux-RELEASE-android, -samsung or -parisc, or one "
                "of gvisor, qemu-user, wsl, freebsd, cygwin; add -32bit or -64bit for the other word "
                "size"
            ),
        ),
        (
            "linux-5..4",
            (
                "'5..4' is not a Linux release: expected two or more numbers with dots between them and "
                'nothing else, such as "6.12" or "2.6.32"'
            ),
        ),
        ("linux-5.4-nokia", "no variant of linux is called nokia"),
        (
            "linux-2.6.9-parisc",
            "there is no such kernel; there is one since 4.17, until between 6.5 and 6.11",
        ),
        (
            "linux-2.6.14",
            (
                "whether a newline in a path is escaped is not established for 2.6.14, only between "
                "2.6.12 and 2.6.18"
            ),
        ),
        ("wsl-32bit", "there is none of 32 bits, only of 64"),
    ],
)
def test_an_unknown_name_is_refused_with_the_remedy(name: str, reason: str) -> None:
    with pytest.raises(UnknownProducer) as caught:
        producers.parse(name)
    assert str(caught.value) == f"unknown producer {name!r}: {reason}"


def test_every_dialect_has_someone_who_writes_it() -> None:
    assert {made.dialect for made in EVERY} == {dialect.name for dialect in DIALECTS}


def test_mainline_prints_the_fields_that_the_table_lists() -> None:
    for made in EVERY:
        if made.kind == "linux" and made.release:
            required = [line.field for line in made.smaps if line.required]
            listed = [field for field in fields_at(made.release) if not field.optional]
            assert required == listed, made


def test_the_newest_is_the_default() -> None:
    kernels = [made for made in EVERY if made.kind == "linux" and made.release]
    assert producers.newest().release == max(made.release for made in kernels if made.release)
