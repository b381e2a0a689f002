"""explain never denies that a producer can print its own lines."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procmaps.explanation import explain
from procmaps.producers import Producer, every_producer
from procmaps.producers.rendering import render
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import FilePath, Unnamed
from procmaps.records.perms import Perms
from procmaps.strategies import mappings
from tests.support.examples import examples

# Kernels with a vendor's patches are left out: their labels may be those of a later mainline.
KERNELS = [made for made in every_producer() if made.kind in ("linux", "nommu")]


def printed(record: Mapping, made: Producer) -> bytes:
    """Return the line of *record*, with an offset that every release can print."""
    plain = attrs.evolve(record, offset=record.offset // 4096 * 4096 if record.inode else 0)
    return render([plain], made, strict=False)


@settings(max_examples=examples(300), suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_does_not_deny_a_header_line_to_its_kernel(data: st.DataObject) -> None:
    made = data.draw(st.sampled_from(KERNELS))
    line = printed(data.draw(mappings(made)), made)
    found = explain(line, dialect=made.dialect)
    assert made.release is not None
    assert found.covers(made.release) is not False, (made.name, line, found.evidence)


@pytest.mark.parametrize(
    ("made", "end"),
    [
        pytest.param(made, end, id=f"{made}-{end:x}")
        for made in KERNELS
        for end in (0x8000, 0xF8E21000, 1 << 60)
        if end < 1 << made.word_size
    ],
)
def test_does_not_deny_an_unnamed_mapping_to_its_kernel(made: Producer, end: int) -> None:
    record = Mapping(0x1000, end, Perms.from_text("rw-p"), 0, Device(0, 0), 0, Unnamed())
    found = explain(render([record], made), dialect=made.dialect)
    assert made.release is not None
    assert found.covers(made.release) is not False, (made.name, found.evidence)


@pytest.mark.parametrize("end", [0x8000, 0xF8E21000, 0xFFFFFFFF])
def test_recognises_excess_digits_in_addresses_of_any_length(end: int) -> None:
    record = Mapping(0x10, end, Perms.from_text("r-xp"), 0, Device(8, 17), 2, FilePath(b"/x"))
    found = explain(render([record], "linux-4.17-parisc"))
    assert [each.feature for each in found.evidence] == ["eight extra leading zeros in each number"]
