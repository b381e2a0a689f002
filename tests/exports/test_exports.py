"""Exports have every figure of every smallest group, under names that a viewer can show."""

from __future__ import annotations

import gzip
import importlib
import json
from typing import Any

import jsonschema
import pytest
from google.protobuf import descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

import procmaps
from procmaps import Snapshot, strategies
from procmaps.exports import EXPORTED, to_folded, to_perfetto, to_pprof, to_speedscope
from procmaps.exports import messages as messages_module
from procmaps.exports import perfetto as perfetto_module
from procmaps.exports import pprof as pprof_module
from procmaps.exports.stacks import Stack, Stacks, stacks_of
from procmaps.usage import KEYS, Account, Key, account
from tests.support.dumps import SMAPS_AFTER, SMAPS_BEFORE

SNAPSHOTS = strategies.snapshots(kind="smaps", max_size=4)
CHAINS = st.lists(st.sampled_from(KEYS), max_size=3, unique=True).map(tuple)
BEFORE = account(procmaps.loads(SMAPS_BEFORE), ("kind", "group"))
HOSTILE = procmaps.loads(
    b"1000-2000 rw-p 00000000 00:00 0 [anon:a;b\x1b[31m\xff]\nRss: 4 kB\nPss: 4 kB\n"
)


def accounts(*found: Account) -> list[tuple[str, Account]]:
    return [(f"dump {number}", each) for number, each in enumerate(found)]


def decoded(profile: bytes) -> Any:  # noqa: ANN401 - made at run time
    """Return a profile as the message that pprof reads."""
    pool = descriptor_pool.DescriptorPool()
    pool.Add(messages_module.file_of(pprof_module.MESSAGES))
    message: Any = message_factory.GetMessageClass(pool.FindMessageTypeByName("Profile"))()
    message.ParseFromString(gzip.decompress(profile))
    return message


@given(SNAPSHOTS, CHAINS)
def test_every_format_has_each_group_with_its_figures(
    snapshot: Snapshot, by: tuple[Key, ...]
) -> None:
    found = accounts(account(snapshot, by))
    stacks = stacks_of(found)
    total = found[0][1].total
    assert {*stacks.figures} == {name for name in EXPORTED if total.column(name).value is not None}
    for index, name in enumerate(stacks.figures):
        assert sum(row.values[index] for row in stacks.rows) == total.column(name).value
    assert all(row.names and all(map(str.isprintable, row.names)) for row in stacks.rows)
    check_pprof(found, stacks)
    check_folded(found, stacks)
    check_speedscope(found, stacks)


def check_pprof(found: list[tuple[str, Account]], stacks: Stacks) -> None:
    if any(value >= 2**63 for row in stacks.rows for value in row.values):
        with pytest.raises(ValueError, match="cannot be exported"):
            to_pprof(found)
        return
    profile = decoded(to_pprof(found, time_ns=7))
    strings = profile.string_table
    assert (strings[0], profile.time_nanos) == ("", 7)
    assert [strings[each.type] for each in profile.sample_type] == [*stacks.figures]
    names = {each.id: strings[each.name] for each in profile.function}
    functions = {each.id: each.line[0].function_id for each in profile.location}
    assert [
        Stack(
            tuple(names[functions[each]] for each in reversed(sample.location_id)),
            tuple(sample.value),
        )
        for sample in profile.sample
    ] == [*stacks.rows]


def check_folded(found: list[tuple[str, Account]], stacks: Stacks) -> None:
    lines = to_folded(found).decode().splitlines()
    kept = [row for row in stacks.rows if row.values[0]]
    assert len(lines) == len(kept)
    for line, row in zip(lines, kept, strict=True):
        names, _, number = line.rpartition(" ")
        assert int(number) == row.values[0]
        assert len(names.split(";")) == len(row.names)


def check_speedscope(found: list[tuple[str, Account]], stacks: Stacks) -> None:
    record = json.loads(to_speedscope(found))
    frames = [each["name"] for each in record["shared"]["frames"]]
    assert [each["name"] for each in record["profiles"]] == [*stacks.figures]
    for index, profile in enumerate(record["profiles"]):
        assert [
            (tuple(frames[each] for each in sample), weight)
            for sample, weight in zip(profile["samples"], profile["weights"], strict=True)
        ] == [(row.names, row.values[index]) for row in stacks.rows if row.values[index]]


def test_names_are_harmless() -> None:
    (line,) = to_folded(accounts(account(HOSTILE, "label"))).decode().splitlines()
    assert line == r"a\x3bb\x1b[31m\xff 4096"
    record = json.loads(to_speedscope(accounts(account(HOSTILE, "label"))))
    assert record["shared"]["frames"] == [{"name": r"a;b\x1b[31m\xff"}]


def test_several_accounts_have_their_titles_as_the_outermost_names() -> None:
    after = account(procmaps.loads(SMAPS_AFTER), ("kind", "group"))
    stacks = stacks_of(accounts(BEFORE, after))
    assert {row.names[0] for row in stacks.rows} == {"dump 0", "dump 1"}
    assert stacks.titles == ("dump 0", "dump 1")


def test_bounds_and_what_is_missing_are_notes() -> None:
    partial = procmaps.loads(
        b"1000-2000 rw-p 00000000 00:00 0 [heap]\nRss: 4 kB\nPss: 0 kB\n"
        b"3000-4000 rw-p 00000000 00:00 0 [stack]\nRss: 8 kB\n"
    )
    assert stacks_of(accounts(account(partial, "kind"))).notes == (
        "dump 0: pss is up to 1024 bytes too small",
        "dump 0: 1 mappings lack pss",
    )
    profile = decoded(to_pprof(accounts(account(partial, "kind"))))
    assert [profile.string_table[each] for each in profile.comment] == [
        "dump 0: pss is up to 1024 bytes too small",
        "dump 0: 1 mappings lack pss",
    ]


def test_a_number_that_the_format_lacks_is_an_error() -> None:
    huge = b"1000-2000 rw-p 00000000 00:00 0 [heap]\nRss: %d kB\nPss: 0 kB\n" % (2**54 - 1)
    found = accounts(account(procmaps.loads(huge), "kind"))
    with pytest.raises(ValueError, match=r"cannot be exported: .*out of range"):
        to_pprof(found, ("rss",))
    assert to_folded(found, ("rss",)) == b"heap %d\n" % ((2**54 - 1) * 1024)


def test_an_export_depends_on_its_arguments_alone() -> None:
    for make in (to_pprof, to_perfetto, to_speedscope, to_folded):
        assert make(accounts(BEFORE)) == make(accounts(BEFORE))


# --- Perfetto -------------------------------------------------------------------------------------


def trace_of(content: bytes) -> Any:  # noqa: ANN401 - made at run time
    """Return a trace as the messages of Perfetto's own package read it."""
    module = importlib.import_module("perfetto.protos.perfetto.trace.perfetto_trace_pb2")
    trace = module.Trace()
    trace.ParseFromString(content)
    return trace


def test_perfetto_reads_each_column_of_smaps() -> None:
    found = account(procmaps.loads(SMAPS_BEFORE), "name")
    tree, smaps = trace_of(to_perfetto(accounts(found), time_ns=5)).packet
    assert [(each.pid, each.cmdline[0]) for each in tree.process_tree.processes] == [(1, "dump 0")]
    assert (smaps.timestamp, smaps.smaps_packet.pid) == (5, 1)
    assert smaps.smaps_packet.recording_type == 1
    packed = smaps.smaps_packet.packed_entries
    names = [packed.string_table[each] for each in packed.name_id]
    assert "[anon: glibc: malloc arena]" in names
    for name, group in zip(names, found.groups, strict=True):
        assert group.name == name.encode()
    for figure in ("rss", "pss", "private_dirty", "swap", "shared_clean", "swap_pss"):
        values = [group.figure(figure).value for group in found.groups]
        assert [each * 1024 for each in getattr(packed, f"{figure}_kb")] == values
    assert list(packed.size_kb) == [group.size // 1024 for group in found.groups]
    assert list(packed.aggregate_count) == [group.mappings for group in found.groups]
    assert list(packed.locked_kb) == []


def test_perfetto_has_the_numbers_and_types_of_the_official_messages() -> None:
    module = importlib.import_module("perfetto.protos.perfetto.trace.perfetto_trace_pb2")
    ours_all = perfetto_module.MESSAGES
    nested = {"Process": module.ProcessTree.Process}
    for name, fields in ours_all.items():
        theirs = (nested.get(name) or getattr(module, name)).DESCRIPTOR.fields_by_name
        for field, ours in fields.items():
            found = theirs[field]
            assert (found.number, found.is_repeated) == (ours.number, ours.repeated)


def test_perfetto_has_a_packet_for_each_process() -> None:
    pairs = [(17, procmaps.loads(SMAPS_BEFORE)), (18, procmaps.loads(SMAPS_AFTER))]
    found = account(pairs, ("process", "name"))
    trace = trace_of(to_perfetto([("all processes", found)]))
    assert [each.smaps_packet.pid for each in trace.packet[1:]] == [18, 17]
    sums = {each.smaps_packet.pid: sum(each.smaps_packet.packed_entries.rss_kb)
            for each in trace.packet[1:]}  # fmt: skip
    assert sums == {
        pid: (account(snapshot).total.usage.rss or 0) // 1024 for pid, snapshot in pairs
    }


def test_speedscope_keeps_to_the_schema_of_its_own_release() -> None:
    """The parts of speedscope's schema that a sampled profile needs."""
    number = {"type": "number"}
    schema = {
        "type": "object",
        "required": ["$schema", "profiles", "shared"],
        "properties": {
            "profiles": {
                "type": "array",
                "items": {
                    "required": ["endValue", "name", "samples", "startValue", "type", "unit",
                                 "weights"],
                    "properties": {
                        "type": {"const": "sampled"},
                        "unit": {"enum": ["bytes", "none"]},
                        "samples": {"items": {"items": number}},
                        "weights": {"items": number},
                    },
                },
            },
            "shared": {"properties": {"frames": {"items": {"required": ["name"]}}}},
        },
    }  # fmt: skip
    jsonschema.validate(json.loads(to_speedscope(accounts(BEFORE))), schema)
