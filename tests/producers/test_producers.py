"""Names of producers: each has one meaning, and an unknown one is an error with a remedy."""

# ruff: noqa: E501 - messages are not split, so that a search finds them
from __future__ import annotations

import pytest

from procmaps import producers
from procmaps.errors import UnknownProducer
from procmaps.formats.dialects import DIALECTS
from procmaps.formats.smaps_fields import fields_at

EVERY = producers.every_producer()


def test_each_name_has_one_producer() -> None:
    assert [producers.parse(made.name) for made in EVERY] == list(EVERY)
    assert len({made.name for made in EVERY}) == len(EVERY)


@pytest.mark.parametrize(
    ("name", "kind", "word_size", "canonical"),
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
    name: str, kind: str, word_size: int, canonical: str
) -> None:
    made = producers.parse(name)
    assert (made.kind, made.word_size, str(made)) == (kind, word_size, canonical)


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
                "'5..4' is not a Linux release: expected two or more numbers separated by dots and "
                'nothing else, such as "6.12" or "2.6.32"'
            ),
        ),
        ("linux-5.4-nokia", "linux has no variant nokia"),
        (
            "linux-2.6.9-parisc",
            "no such kernel; this variant exists since 4.17, until between 6.5 and 6.11",
        ),
        (
            "linux-2.6.14",
            (
                "the escaping of newlines in paths is not established for 2.6.14, only between "
                "2.6.12 and 2.6.18"
            ),
        ),
        ("wsl-32bit", "it exists with 64 bits only, not 32"),
    ],
)
def test_rejects_an_unknown_name_with_a_remedy(name: str, reason: str) -> None:
    with pytest.raises(UnknownProducer) as caught:
        producers.parse(name)
    assert str(caught.value) == f"unknown producer {name!r}: {reason}"


def test_every_dialect_has_a_producer() -> None:
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
