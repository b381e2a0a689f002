"""Releases order as kernels came out; spans answer yes, no, or "not established"."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.formats.all_releases import RELEASES
from procmaps.formats.dialects import DIALECTS
from procmaps.formats.header_line import CHANGES
from procmaps.formats.pseudo_names import PSEUDO_NAMES
from procmaps.formats.releases import Release, Span, releases_named
from procmaps.formats.smaps_fields import FIELDS
from procmaps.formats.vm_flags import VM_FLAG_TABLE

releases = st.lists(st.integers(0, 300), min_size=2, max_size=4).map(tuple).map(Release)


def test_releases_sort_by_age() -> None:
    written = ["2.4.0", "2.4.27", "2.6.9", "2.6.32", "2.6.32.69", "3.0", "3.19", "4.4", "4.4.155",
               "4.9", "4.20", "5.0", "5.17", "6.12", "7.1.5"]  # fmt: skip
    parsed = [Release.parse(text) for text in written]
    assert sorted(parsed) == parsed
    assert len(set(parsed)) == len(parsed)
    assert [str(release) for release in parsed] == written


@given(releases)
def test_a_release_parses_from_its_own_text(release: Release) -> None:
    assert Release.parse(str(release)) == release


@pytest.mark.parametrize(
    "text", ["", "6", "5.17-rc5", "6.12.", ".6", "6..1", "6.01", "v6.1", " 6.1", "6.1\n", "6.1²"]
)
def test_parse_rejects_other_text_with_an_example(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        Release.parse(text)
    assert str(caught.value) == (
        f"{text!r} is not a Linux release: expected two or more numbers separated by dots "
        'and nothing else, such as "6.12" or "2.6.32"'
    )


@pytest.mark.parametrize("parts", [(), (6,), (6, -1), (6, True), [6, 1], "6.1"])
def test_rejects_parts_that_are_not_numbers(parts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError) as caught:
        Release(parts)
    assert str(caught.value) == (
        f"a release needs a tuple of two or more non-negative numbers, not {parts!r}"
    )


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("", "", "in every release"),
        ("4.14", "", "since 4.14"),
        ("", "5.15", "until 5.15"),
        ("4.9|4.12", "", "between 4.9 and 4.12"),
        ("4.9|4.12", "5.10", "between 4.9 and 4.12, until 5.10"),
        ("?|6.1", "", "by 6.1"),
        ("3.8", "3.19|4.4", "since 3.8, until between 3.19 and 4.4"),
    ],
)
def test_str_of_a_span_is_a_phrase(start: str, end: str, text: str) -> None:
    assert str(Span.of(start, end)) == text


@pytest.mark.parametrize(
    ("release", "answer"),
    [
        ("4.8", False),
        ("4.9", False),
        ("4.9.300", False),
        ("4.10", None),
        ("4.11", None),
        ("4.12", True),
        ("5.10", True),
        ("5.10.200", True),
        ("5.16", None),
        ("5.17", False),
        ("6.0", False),
    ],
)
def test_covers_distinguishes_no_from_not_established(release: str, answer: bool | None) -> None:
    assert Span.of("4.9|4.12", "5.10|5.17").covers(Release.parse(release)) is answer


def test_covers_is_none_before_an_unchecked_start() -> None:
    span = Span.of("?|6.1")
    assert span.covers(Release.parse("2.4.0")) is None
    assert span.covers(Release.parse("6.1")) is True
    assert [str(release) for release in span.releases] == ["6.1"]


@given(releases, releases)
def test_covers_is_never_none_for_an_exact_span(first: Release, asked: Release) -> None:
    first = first.series
    assert Span(since=first).covers(asked) is (asked >= first)
    assert Span(until=first).covers(asked) is (asked < first)
    assert Span().covers(asked) is True


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("4.12|4.9", "", "a span cannot have last_without=4.12 and since=4.9"),
        ("4.9|4.9", "", "a span cannot have last_without=4.9 and since=4.9"),
        ("5.0", "4.9", "a span cannot have since=5.0 and until=4.9"),
        ("5.0", "5.0", "a span cannot have since=5.0 and until=5.0"),
        ("5.0", "4.9|5.4", "a span cannot have since=5.0 and last_with=4.9"),
        ("", "5.4|5.4", "a span cannot have last_with=5.4 and until=5.4"),
    ],
)
def test_rejects_a_span_out_of_order(start: str, end: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        Span.of(start, end)
    assert str(caught.value) == message


def test_rejects_an_uncertain_end_without_the_end() -> None:
    with pytest.raises(ValueError) as caught:
        Span(last_without=Release.parse("4.9"))
    assert str(caught.value) == "a span with last_without=4.9 needs since"
    with pytest.raises(ValueError) as caught:
        Span(last_with=Release.parse("4.9"))
    assert str(caught.value) == "a span with last_with=4.9 needs until"


def test_a_span_may_be_one_release() -> None:
    span = Span.of("3.8", "3.8|3.10")
    assert span.covers(Release.parse("3.8")) is True
    assert span.covers(Release.parse("3.9")) is None


@pytest.mark.parametrize(
    ("release", "series"),
    [("4.4.155", "4.4"), ("6.12", "6.12"), ("2.6.32.69", "2.6.32"), ("2.6.9", "2.6.9"),
     ("2.4.27", "2.4.27"), ("3.10.99", "3.10")],
)  # fmt: skip
def test_series_of_a_stable_release(release: str, series: str) -> None:
    assert str(Release.parse(release).series) == series


def test_releases_named_are_sorted_and_unique() -> None:
    spans = [Span.of("4.9|4.12", "5.10"), Span.of("3.8", "4.12|5.10"), Span()]
    assert [str(release) for release in releases_named(spans)] == ["3.8", "4.9", "4.12", "5.10"]


def test_the_releases_at_which_something_changes_are_those_of_every_table() -> None:
    spans = {
        *(change.span for change in CHANGES),
        *(field.span for field in FIELDS.values()),
        *(each.span for field in FIELDS.values() for each in field.formats),
        *(flag.span for flag in VM_FLAG_TABLE),
        *(name.span for name in PSEUDO_NAMES),
    }
    for span in spans:
        assert {*span.releases} <= {*RELEASES}


def test_dialects_whose_names_may_break_lines() -> None:
    raw = {dialect.name for dialect in DIALECTS if dialect.newlines_in_names}
    assert raw == {"android", "nommu", "gvisor"}
    unescaped = {dialect.name for dialect in DIALECTS if not dialect.escapes_newlines}
    assert unescaped == {"nommu", "gvisor"}
