"""The fields of each release are those of its source, in its order and its format."""

from __future__ import annotations

import keyword
from itertools import pairwise

import pytest

from procmaps.formats.all_releases import RELEASES
from procmaps.formats.releases import Release
from procmaps.formats.smaps_fields import (
    FIELDS,
    ORDERS,
    ROLLUP_SPAN,
    VENDOR_FIELDS,
    SmapsField,
    fields_at,
    uncertain_at,
)
from procmaps.formats.vm_flags import VmFlags

MAINLINE = [field for field in FIELDS.values() if field.producer == "Linux"]


def by_key(field: SmapsField) -> str:
    return field.key.decode()


def keys(release: str, *, rollup: bool = False) -> str:
    return b" ".join(
        field.key for field in fields_at(Release.parse(release), rollup=rollup)
    ).decode()


# Read in show_smap() and __show_smap() of each release, not from the table.
SMAPS = {
    "2.6.12": "",
    "2.6.18": "Size Rss Shared_Clean Shared_Dirty Private_Clean Private_Dirty",
    "2.6.24": "Size Rss Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced",
    "2.6.32": "Size Rss Pss Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced Swap "
    "KernelPageSize MMUPageSize",
    "3.4": "Size Rss Pss Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced "
    "Anonymous AnonHugePages Swap KernelPageSize MMUPageSize Locked",
    "3.10": "Size Rss Pss Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced "
    "Anonymous AnonHugePages Swap KernelPageSize MMUPageSize Locked Nonlinear VmFlags",
    "4.4": "Size Rss Pss Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced "
    "Anonymous AnonHugePages Shared_Hugetlb Private_Hugetlb Swap SwapPss KernelPageSize "
    "MMUPageSize Locked VmFlags",
    "4.9": "Size Rss Pss Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced "
    "Anonymous AnonHugePages ShmemPmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss "
    "KernelPageSize MMUPageSize Locked ProtectionKey VmFlags",
    "4.17": "Size KernelPageSize MMUPageSize Rss Pss Shared_Clean Shared_Dirty Private_Clean "
    "Private_Dirty Referenced Anonymous LazyFree AnonHugePages ShmemPmdMapped Shared_Hugetlb "
    "Private_Hugetlb Swap SwapPss Locked ProtectionKey VmFlags",
    "5.10": "Size KernelPageSize MMUPageSize Rss Pss Shared_Clean Shared_Dirty Private_Clean "
    "Private_Dirty Referenced Anonymous LazyFree AnonHugePages ShmemPmdMapped FilePmdMapped "
    "Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked THPeligible ProtectionKey VmFlags",
    "6.1.192": "Size KernelPageSize MMUPageSize Rss Pss Pss_Dirty Shared_Clean Shared_Dirty "
    "Private_Clean Private_Dirty Referenced Anonymous LazyFree AnonHugePages ShmemPmdMapped "
    "FilePmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked THPeligible ProtectionKey "
    "VmFlags",
    "6.12.117": "Size KernelPageSize MMUPageSize Rss Pss Pss_Dirty Shared_Clean Shared_Dirty "
    "Private_Clean Private_Dirty Referenced Anonymous KSM LazyFree AnonHugePages ShmemPmdMapped "
    "FilePmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked THPeligible ProtectionKey "
    "VmFlags",
}
ROLLUP = {
    "4.12": "",
    "4.17": "Rss Pss Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced Anonymous "
    "LazyFree AnonHugePages ShmemPmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked",
    "5.10": "Rss Pss Pss_Anon Pss_File Pss_Shmem Shared_Clean Shared_Dirty Private_Clean "
    "Private_Dirty Referenced Anonymous LazyFree AnonHugePages ShmemPmdMapped FilePmdMapped "
    "Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked",
    "6.1": "Rss Pss Pss_Dirty Pss_Anon Pss_File Pss_Shmem Shared_Clean Shared_Dirty Private_Clean "
    "Private_Dirty Referenced Anonymous LazyFree AnonHugePages ShmemPmdMapped FilePmdMapped "
    "Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked",
    "6.12": "Rss Pss Pss_Dirty Pss_Anon Pss_File Pss_Shmem Shared_Clean Shared_Dirty "
    "Private_Clean Private_Dirty Referenced Anonymous KSM LazyFree AnonHugePages ShmemPmdMapped "
    "FilePmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked",
}


@pytest.mark.parametrize("release", SMAPS)
def test_smaps_has_the_fields_of_the_source_in_its_order(release: str) -> None:
    assert keys(release) == SMAPS[release]
    assert uncertain_at(Release.parse(release)) == ()


@pytest.mark.parametrize("release", ROLLUP)
def test_smaps_rollup_has_the_fields_of_the_source_in_its_order(release: str) -> None:
    assert keys(release, rollup=True) == ROLLUP[release]
    assert uncertain_at(Release.parse(release), rollup=True) == ()


# Lines as kernels print them, read in their format strings.
@pytest.mark.parametrize(
    ("release", "key", "value", "line"),
    [
        ("2.6.18", b"Size", 88, b"Size:                88 kB"),
        ("2.6.18", b"Private_Clean", 0, b"Private_Clean:        0 kB"),
        ("2.6.24", b"Size", 88, b"Size:                 88 kB"),
        ("6.12", b"Rss", 123456789, b"Rss:            123456789 kB"),
        ("6.12", b"KernelPageSize", 4, b"KernelPageSize:        4 kB"),
        ("6.12", b"Private_Hugetlb", 2048, b"Private_Hugetlb:    2048 kB"),
        ("6.12", b"Shared_Hugetlb", 2048, b"Shared_Hugetlb:     2048 kB"),
        ("5.4", b"FilePmdMapped", 0, b"FilePmdMapped:        0 kB"),
        ("5.10", b"FilePmdMapped", 0, b"FilePmdMapped:         0 kB"),
        ("5.0", b"THPeligible", 1, b"THPeligible:    1"),
        ("5.4", b"THPeligible", 0, b"THPeligible:\t\t0"),
        ("5.8.18", b"THPeligible", 0, b"THPeligible:\t\t0"),
        ("5.10", b"THPeligible", 0, b"THPeligible:    0"),
        ("6.1.192", b"THPeligible", 0, b"THPeligible:    0"),
        ("6.12.117", b"THPeligible", 0, b"THPeligible:           0"),
        ("4.17", b"ProtectionKey", 7, b"ProtectionKey:         7"),
        ("6.12", b"VmFlags", VmFlags.of("rd", "mr").raw, b"VmFlags: rd mr "),
    ],
)
def test_lines_match_those_of_the_release(
    release: str, key: bytes, value: int | bytes, line: bytes
) -> None:
    line_format = FIELDS[key].format_at(Release.parse(release))
    assert line_format is not None
    assert line_format.line(value) == line


def test_format_is_none_in_a_release_without_the_field() -> None:
    assert FIELDS[b"KSM"].format_at(Release.parse("6.1")) is None
    assert FIELDS[b"Nonlinear"].format_at(Release.parse("4.0")) is None


def test_android_name_line_contains_the_name_unchanged() -> None:
    line_format = FIELDS[b"Name"].format_at(Release.parse("4.9"))
    assert line_format is not None
    assert line_format.line(b"[anon:libc_malloc]") == b"Name:           [anon:libc_malloc]"


def test_every_field_is_listed_once_under_a_usable_attribute() -> None:
    attributes = [field.attribute for field in FIELDS.values()]
    assert len(set(attributes)) == len(attributes)
    for key, field in FIELDS.items():
        assert field.key == key
        assert field.attribute.isidentifier()
        assert field.attribute.islower()
        assert not keyword.iskeyword(field.attribute)


@pytest.mark.parametrize("field", FIELDS.values(), ids=by_key)
def test_every_field_is_described(field: SmapsField) -> None:
    assert field.meaning.endswith(".")
    assert field.source
    assert field.smaps or field.rollup
    assert field.unit == "kB" or not field.rollup
    assert field.optional is bool(field.condition)


@pytest.mark.parametrize("field", FIELDS.values(), ids=by_key)
def test_formats_begin_with_the_key_and_their_spans_have_no_gap(field: SmapsField) -> None:
    for line_format in field.formats:
        assert line_format.label.startswith(field.key + b":")
        assert line_format.label.endswith((b" ", b"\t", b":"))
        assert line_format.suffix == (b" kB" if field.unit == "kB" else b"")
    spans = [line_format.span for line_format in field.formats]
    for early, late in pairwise(spans):
        assert (early.last_with, early.until) == (late.last_without, late.since)
    assert (spans[0].last_without, spans[0].since) == (field.span.last_without, field.span.since)
    assert (spans[-1].last_with, spans[-1].until) == (field.span.last_with, field.span.until)


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_a_release_with_a_field_has_one_format_and_one_position_for_it(
    release: Release,
) -> None:
    for rollup in (False, True):
        printed = fields_at(release, rollup=rollup)
        assert len(set(printed)) == len(printed)
        assert not set(printed) & set(uncertain_at(release, rollup=rollup))
        assert all(field.rollup if rollup else field.smaps for field in printed)


def test_orders_contain_every_mainline_field_and_their_spans_have_no_gap() -> None:
    for _, order in ORDERS:
        assert sorted(order) == sorted(field.key for field in MAINLINE)
    for (early, _), (late, _) in pairwise(ORDERS):
        assert early.until == late.since
    # Only the page sizes have moved.
    moved = {b"KernelPageSize", b"MMUPageSize"}
    assert len({tuple(key for key in order if key not in moved) for _, order in ORDERS}) == 1


def test_smaps_rollup_is_a_subset_of_smaps_except_the_parts_of_pss() -> None:
    only_rollup = {field.key for field in MAINLINE if field.rollup and not field.smaps}
    assert only_rollup == {b"Pss_Anon", b"Pss_File", b"Pss_Shmem"}
    assert ROLLUP_SPAN.covers(Release.parse("4.13")) is False
    assert ROLLUP_SPAN.covers(Release.parse("4.14")) is True


def test_lines_that_kernels_may_omit_are_optional() -> None:
    optional = {field.key for field in MAINLINE if field.optional}
    assert optional == {b"Nonlinear", b"ProtectionKey"}
    assert all(field.optional for field in VENDOR_FIELDS)


def test_vendor_fields_follow_existing_fields() -> None:
    for field in VENDOR_FIELDS:
        assert field.after
        assert all(key in FIELDS for key in field.after if key)
        assert field not in fields_at(Release.parse("6.12"))
    assert not any(field.after for field in MAINLINE)


def test_uncertain_fields_are_listed_separately() -> None:
    for release in RELEASES:
        for field in uncertain_at(release):
            assert field.span.covers(release) is None
            assert field not in fields_at(release)
