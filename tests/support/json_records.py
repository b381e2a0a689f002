"""Hypothesis strategies for records with every attribute, from every dialect."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
from hypothesis import strategies as st

from procmaps.formats.dialects import DIALECTS
from procmaps.formats.vm_flags import VmFlags
from procmaps.grammar import loading
from procmaps.json_format import USAGE_NUMBERS, USAGE_SIZES
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import Name
from procmaps.records.perms import Perms
from procmaps.records.usage import ExtraField, Usage

U64, U32 = 2**64 - 1, 2**32 - 1


def _terminals() -> Iterator[tuple[str, str]]:
    for known in DIALECTS:
        for (step,) in loading.load(known.name).expansions("name"):
            yield known.name, step.pattern


@st.composite
def name_columns(draw: st.DrawFn) -> Name:
    """Return a name parsed from a terminal of any dialect, or from any bytes."""
    dialect, pattern = draw(st.sampled_from(tuple(_terminals())))
    matching = st.from_regex(pattern.encode("latin-1"), fullmatch=True)
    raw = draw(matching | st.binary(max_size=40))
    loaded = loading.load(dialect)
    is_name = raw and not raw.startswith(b" ")
    return loaded.parse_name(raw) if is_name else loaded.parse_name(b"")


usages = st.builds(
    Usage,
    **{
        member: st.none()
        | (
            st.integers(0, U64 // 1024).map((1024).__mul__)
            if member in USAGE_SIZES
            else st.integers(0, U64)
        )
        for member in USAGE_NUMBERS
    },
    name=st.none() | name_columns(),
    vm_flags=st.none() | st.binary(max_size=20).map(VmFlags),
    extra=st.lists(
        st.builds(
            ExtraField,
            st.from_regex(rb"[A-Za-z][A-Za-z0-9_.()]*", fullmatch=True),
            st.binary(max_size=20),
        ),
        max_size=3,
    ).map(tuple),
)


def _in_order(mapping: Mapping) -> Mapping:
    start, end = sorted((mapping.start, mapping.end))
    return attrs.evolve(mapping, start=start, end=end)


records = st.builds(
    Mapping,
    st.integers(0, U64),
    st.integers(0, U64),
    st.sampled_from(["rw-p", "r-xs", "---p", "rwxS", "===p", "rw-g", "===g"]).map(Perms.from_text),
    st.integers(0, U64),
    st.builds(Device, st.integers(0, U32), st.integers(0, U32)),
    st.integers(0, U64),
    name_columns(),
    st.none() | usages,
).map(_in_order)
