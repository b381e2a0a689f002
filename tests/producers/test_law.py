"""The law ``loads(render(records, producer)) == records`` for everything a producer can print."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procmaps import loads
from procmaps.formats.file_kinds import FILE_KINDS, FileKind
from procmaps.producers import Producer, every_producer
from procmaps.producers.rendering import render
from procmaps.records.mapping import Mapping
from procmaps.strategies import address_spaces
from tests.support.examples import examples


def distinct_producers() -> list[Producer]:
    """Return one producer for each output format; most releases print like the previous one."""
    by_format = {
        (made.kind, made.header, made.smaps, made.rollup, made.labels, made.pathless): made
        for made in every_producer()
    }
    return list(by_format.values())


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@pytest.mark.parametrize("kind", FILE_KINDS)
@given(data=st.data())
def test_rendered_records_read_back(kind: FileKind, data: st.DataObject) -> None:
    printing = [made for made in distinct_producers() if made.prints(kind)]
    made = data.draw(st.sampled_from(printing))
    records = data.draw(address_spaces(made, kind))
    assert list(loads(render(records, made), dialect=made.dialect)) == records


@pytest.mark.parametrize("made", distinct_producers(), ids=str)
def test_every_producer_is_covered(made: Producer) -> None:
    """Draw a few examples for each producer; the test above may not draw a rare one."""

    def reads_back(records: list[Mapping]) -> None:
        assert list(loads(render(records, made), dialect=made.dialect)) == records

    few = settings(
        max_examples=examples(3),
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.filter_too_much,
            HealthCheck.data_too_large,
        ],
    )
    for kind in FILE_KINDS:
        if made.prints(kind):
            few(given(address_spaces(made, kind, max_size=3))(reads_back))()
