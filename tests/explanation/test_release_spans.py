"""The releases of several pieces of evidence: exactly those that print all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.explanation.evidence import Evidence
from procmaps.explanation.release_spans import covers, intersection
from procmaps.formats.all_releases import RELEASES
from procmaps.formats.releases import Release, Span
from procmaps.formats.smaps_fields import FIELDS
from procmaps.formats.vm_flags import VM_FLAG_TABLE

_KNOWN = [
    *(field_format.span for field in FIELDS.values() for field_format in field.formats),
    *(info.span for info in VM_FLAG_TABLE),
]
EVIDENCE = st.lists(
    st.builds(Evidence, st.just(""), st.lists(st.sampled_from(_KNOWN), max_size=2).map(tuple),
              st.just("")), min_size=1, max_size=4,
)  # fmt: skip


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], ["in every release"]),
        ([("3.8", ""), ("5.0", "")], ["since 5.0"]),
        ([("5.0", ""), ("4.9|5.4", "")], ["between 5.0 and 5.4"]),
        ([("4.9|5.4", ""), ("4.20|5.2", "")], ["between 4.20 and 5.4"]),
        ([("?|4.20", ""), ("3.8", "")], ["between 3.8 and 4.20"]),
        ([("?|4.20", ""), ("5.0", "")], ["since 5.0"]),
        ([("3.8", "5.15"), ("", "5.8|5.10")], ["since 3.8, until between 5.8 and 5.10"]),
        ([("3.8", "5.15"), ("5.15", "")], []),
        ([("3.8", "5.15"), ("6.1|6.11", "")], []),
        ([("4.9|5.4", ""), ("", "5.0")], []),
        ([("4.9|5.4", ""), ("", "5.0|6.0")], []),
    ],
)
def test_intersection_of_spans(spans: list[tuple[str, str]], expected: list[str]) -> None:
    given = [Evidence("", (Span.of(*span),), "") for span in spans]
    assert [str(span) for span in intersection(given)] == expected


def test_vendor_patch_is_no_evidence_about_the_release() -> None:
    patched = Evidence("", (), "", vendor="Android")
    assert intersection([patched, Evidence("", (Span.of("5.0"),), "")]) == (Span.of("5.0"),)
    assert covers([patched], Release.parse("5.0")) is True


@given(EVIDENCE, st.sampled_from(RELEASES))
def test_intersection_has_exactly_the_certain_releases(
    found: list[Evidence], release: Release
) -> None:
    is_certain = any(span.covers(release) is True for span in intersection(found))
    assert is_certain is (covers(found, release) is True)
