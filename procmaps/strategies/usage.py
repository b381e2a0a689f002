"""Strategies for the smaps fields of a mapping."""

from __future__ import annotations

import functools
from typing import Any

from hypothesis import strategies as st

from procmaps.formats.smaps_fields import SmapsField
from procmaps.formats.vm_flags import UNNAMED_MNEMONIC, VM_FLAG_TABLE, VmFlags
from procmaps.producers import Producer, SmapsLine
from procmaps.records.names import AnonName, Name
from procmaps.records.usage import Usage
from procmaps.strategies.names import own_labels, stands_alone

_KB = 1024
_U64 = 2**64


@functools.cache
def usages(producer: Producer, lines: tuple[SmapsLine, ...]) -> st.SearchStrategy[Usage]:
    """Draw fields as *producer* prints them: all required ones, and any of the others."""
    required: dict[str, st.SearchStrategy[int | Name | VmFlags]] = {}
    optional: dict[str, st.SearchStrategy[int | Name | VmFlags]] = {}
    for line in lines:
        if line.format is not None:
            (required if line.required else optional)[line.field.attribute] = _value(
                line.field, producer
            )
    return st.fixed_dictionaries(required, optional=optional).map(_filled)


def _filled(values: dict[str, Any]) -> Usage:
    return Usage(**values)


def _value(field: SmapsField, producer: Producer) -> st.SearchStrategy[int | Name | VmFlags]:
    if field.unit == "kB":
        most = _U64 // _KB - 1
        kilobytes = st.integers(0, 64) | st.integers(0, most) | st.sampled_from((0, most))
        return kilobytes.map(lambda number: number * _KB)
    if field.unit == "count":
        return st.integers(0, 1) | st.integers(0, _U64 - 2)
    if field.unit == "flags":
        return _flags(producer)
    return own_labels(producer).map(AnonName.of).filter(lambda name: stands_alone(name, producer))


_FLAG_BITS = 64


def _flags(producer: Producer) -> st.SearchStrategy[VmFlags]:
    """Draw flags of the release, and bits without a mnemonic, in the order of the bits."""
    release = producer.release
    words: dict[int, set[bytes]] = {}
    for flag in VM_FLAG_TABLE:
        if release is not None and flag.span.covers(release) is not False:
            # If it is not established to which bit a flag has moved, any of them is right.
            for bit in sorted(flag.bits_at(release))[:1]:
                words.setdefault(bit, set()).add(flag.mnemonic)
    choices = [sorted(words.get(bit, {UNNAMED_MNEMONIC})) for bit in range(_FLAG_BITS)]
    bits = st.sets(st.integers(0, _FLAG_BITS - 1), max_size=12).map(sorted)
    found = bits.flatmap(lambda set_: st.tuples(*(st.sampled_from(choices[bit]) for bit in set_)))
    return found.map(
        lambda words: VmFlags(b"".join(b" " + word for word in words) + producer.flags_tail)
    )
