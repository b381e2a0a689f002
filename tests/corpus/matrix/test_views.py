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


def test_a_module_ends_at_its_last_mapping() -> None:
    seen = case_for(attrs.evolve(PLAIN, view="modules"), _case("maps", DUMP))
    assert seen is not None
    assert [record.end for record in seen.records] == [0x402000, 0x404000, 0x405000]


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
