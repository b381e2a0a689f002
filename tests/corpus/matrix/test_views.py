"""The expected records of tools that do not return one record per mapping."""

from typing import Any

import attrs

from corpus.tools.matrix.read_peers import Peer, load
from corpus.tools.matrix.views import case_for
from procmaps import loads
from procmaps.check.cases import Case
from procmaps.formats.file_kinds import FileKind

DUMP = b"""\
400000-401000 r--p 00000000 fd:01 42         /opt/a.so
401000-402000 r-xp 00001000 fd:01 42         /opt/a.so
402000-403000 rw-p 00000000 00:00 0          [anon:x]
403000-404000 r-xp 00000000 fd:01 43         /opt/b
404000-405000 r--p 00002000 fd:01 42         /opt/a.so
"""
SMAPS = b"""\
400000-401000 r--p 00000000 fd:01 42         /opt/a.so
Rss:                   4 kB
VmFlags: rd mr io\x20
401000-402000 rw-p 00000000 00:00 0\x20
Rss:                   8 kB
Swap:                  4 kB
VmFlags: rd wr\x20
"""
RIGHTS = b"""\
400000-401000 r-xp 00000000 fd:01 42         /opt/a
401000-402000 ---p 00000000 fd:01 42         /opt/a
402000-403000 rw-p 00000000 00:00 0\x20
403000-404000 rwxp 00000000 00:00 0          [anon:jit]
404000-405000 --xp 00000000 00:00 0\x20
"""
PLAIN = load(["psutil"])[0]


def starts(kind: FileKind, dump: bytes, **design: object) -> list[int] | None:
    given: dict[str, Any] = design
    seen = case_for(attrs.evolve(PLAIN, **given), _case(kind, dump))
    return None if seen is None else [record.start for record in seen.records]


def _case(kind: FileKind, dump: bytes) -> Case:
    return Case(f"views/x.{kind}", kind, dump, tuple(loads(dump)))


def test_each_view_keeps_the_mappings_of_its_tools() -> None:
    assert starts("maps", DUMP) == [0x400000, 0x401000, 0x402000, 0x403000, 0x404000]
    assert starts("maps", DUMP, view="executable") == [0x401000, 0x403000]
    assert starts("maps", DUMP, view="libraries") == [0x401000]
    assert starts("maps", DUMP, view="modules_of_bcc") == [0x401000, 0x403000]
    assert starts("maps", DUMP, view="paths") == [0x400000, 0x401000, 0x403000, 0x404000]
    assert starts("maps", DUMP, view="files_and_unnamed") == [
        0x400000,
        0x401000,
        0x403000,
        0x404000,
    ]
    assert starts("smaps", SMAPS, view="files_and_unnamed") == [0x400000, 0x401000]
    assert starts("maps", DUMP, view="files") == [0x400000, 0x403000]
    assert starts("maps", DUMP, view="modules") == [0x400000, 0x403000, 0x404000]
    assert starts("smaps", SMAPS, flags_left_out=("io",)) == [0x401000]
    assert starts("maps", RIGHTS, view="readable") == [0x400000, 0x402000, 0x403000]
    assert starts("maps", RIGHTS, view="writable") == [0x402000, 0x403000]
    assert starts("maps", RIGHTS, view="read_execute") == [0x400000]
    assert starts("maps", RIGHTS, view="named_executable") == [0x400000, 0x403000]


def test_a_module_ends_at_its_last_mapping() -> None:
    seen = case_for(attrs.evolve(PLAIN, view="modules"), _case("maps", DUMP))
    assert seen is not None
    assert [record.end for record in seen.records] == [0x402000, 0x404000, 0x405000]


def test_a_segment_of_valgrind_continues_in_its_file() -> None:
    dump = b"""\
400000-401000 r--p 00000000 fd:01 42         /opt/a
401000-402000 r--p 00001000 fd:01 42         /opt/a
402000-403000 r-xp 00002000 fd:01 42         /opt/a
403000-404000 r-xp 00009000 fd:01 42         /opt/a
404000-405000 rw-p 00000000 00:00 0          [anon:x]
405000-406000 r-xp 00000000 00:05 0          /no/inode
"""
    seen = case_for(attrs.evolve(PLAIN, view="segments_of_valgrind"), _case("maps", dump))
    assert seen is not None
    assert [(record.start, record.end) for record in seen.records] == [
        (0x400000, 0x402000),
        (0x402000, 0x403000),
        (0x403000, 0x404000),
    ]


def test_omits_names_that_bcc_does_not_accept_as_files() -> None:
    names = (b"/memfd:x", b"/dev/zero", b"/SYSV00000000", b"[heap]", b"[vdso]")
    dump = b"".join(
        b"%x-%x r-xp 00000000 00:01 42         %s\n" % (at << 12, (at + 1) << 12, name)
        for at, name in enumerate(names, 1)
    )
    assert starts("maps", dump, view="modules_of_bcc") == [0x1000, 0x5000]


def test_a_total_sums_the_printed_fields() -> None:
    seen = case_for(attrs.evolve(PLAIN, view="total"), _case("smaps", SMAPS))
    assert seen is not None
    (record,) = seen.records
    assert record.usage is not None
    assert (record.usage.rss, record.usage.swap, record.usage.pss) == (12288, 4096, None)


def test_a_sum_over_64_bits_is_not_asked_for() -> None:
    """The program's type cannot hold it, whatever the parser reads."""
    highest = SMAPS.replace(b"Rss:                   8 kB", b"Rss:   18014398509481980 kB")
    assert starts("smaps", highest, view="total") is None
    below = SMAPS.replace(b"Rss:                   8 kB", b"Rss:   18014398509481979 kB")
    assert starts("smaps", below, view="total") == [0]


def test_an_address_is_asked_about_once() -> None:
    first = DUMP.split(b"\n")[0] + b"\n"
    assert starts("maps", first * 2, view="paths") == [0x400000]
    assert starts("maps", b"", view="paths") is None


def test_inaccessible_mappings_are_left_out_of_a_profile() -> None:
    dump = DUMP.replace(b"rw-p", b"-w-p").replace(b"r--p", b"---s")
    assert starts("maps", dump, view="accessible") == [0x401000, 0x403000]


def test_a_case_without_mappings_for_a_tool_does_not_apply() -> None:
    unnamed = DUMP.split(b"\n")[2] + b"\n"
    assert starts("maps", unnamed, view="libraries") is None
    assert starts("maps", b"", view="libraries") == []


def test_making_a_dump_executable_changes_only_the_permissions() -> None:
    seen = case_for(attrs.evolve(PLAIN, made_executable=True), _case("maps", DUMP))
    assert seen is not None
    assert seen.data == DUMP.replace(b"r--p", b"r-xp").replace(b"rw-p", b"rwxp")
    assert seen.records == tuple(loads(seen.data))


def test_every_peer_has_an_adapter_and_an_entry_point() -> None:
    peers: tuple[Peer, ...] = load()
    ran = [peer for peer in peers if not peer.reason]
    assert len(ran) >= 20
    assert len({peer.language for peer in ran}) >= 5
    for peer in ran:
        assert peer.adapter.is_file()
        assert peer.entry_point
