"""Each producer's bytes written out, taken from the formats, and whole texts of refusals."""

# ruff: noqa: E501 - printed lines are not split
from __future__ import annotations

from typing import Any

import attrs
import pytest

from procmaps import Device, Mapping, Perms, Usage, loads
from procmaps.errors import CannotRender
from procmaps.formats.releases import Release
from procmaps.formats.smaps_fields import fields_at
from procmaps.formats.vm_flags import VmFlags
from procmaps.producers.rendering import path_name, render
from procmaps.records.names import (
    AnonName,
    AnonShmemName,
    FilePath,
    Heap,
    Memfd,
    Name,
    Special,
    Stack,
    ThreadStack,
    UnknownName,
    Unnamed,
)
from procmaps.records.usage import ExtraField

CAT = Mapping(
    0x8048000,
    0x804C000,
    Perms.from_text("r-xp"),
    0x1000,
    Device(3, 1),
    12288,
    FilePath(b"/bin/cat"),
)
ANON = Mapping(0x804D000, 0x8050000, Perms.from_text("rw-p"), 0, Device(0, 0), 0, Unnamed())
ROLLUP = attrs.evolve(ANON, perms=Perms.from_text("---p"), name=Special(b"[rollup]", "rollup"))


def named(name: Name) -> Mapping:
    return attrs.evolve(ANON, name=name)


def usage(release: str, *, rollup: bool = False, **values: int | Name | VmFlags) -> Usage:
    """Every field that the release always prints: 4 kB, 1, and flags ``rd``."""
    plain = {"kB": 4096, "count": 1, "flags": VmFlags(b" rd ")}
    listed = fields_at(Release.parse(release), rollup=rollup)
    filled: dict[str, Any] = {
        field.attribute: plain[field.unit] for field in listed if not field.optional
    }
    filled.update(values)
    return Usage(**filled)


@pytest.mark.parametrize(
    ("producer", "lines"),
    [
        (
            "linux-2.4.17-32bit",
            (
                b"08048000-0804c000 r-xp 00001000 03:01 12288      /bin/cat\n"
                b"0804d000-08050000 rw-p 00000000 00:00 0\n"
            ),
        ),
        (
            "linux-2.4.17",
            (
                b"0000000008048000-000000000804c000 r-xp 0000000000001000 03:01 12288      /bin/cat\n"
                b"000000000804d000-0000000008050000 rw-p 0000000000000000 00:00 0\n"
            ),
        ),
        (
            "linux-2.6.12-32bit",
            (
                b"08048000-0804c000 r-xp 00001000 03:01 12288      /bin/cat\n"
                b"0804d000-08050000 rw-p 00000000 00:00 0 \n"
            ),
        ),
        (
            "linux-6.12",
            (
                b"08048000-0804c000 r-xp 00001000 03:01 12288                              /bin/cat\n"
                b"0804d000-08050000 rw-p 00000000 00:00 0 \n"
            ),
        ),
        (
            "linux-6.1-parisc",
            (
                b"000000008048000-00000000804c000 r-xp 000000001000 000000003:000000001 12288  /bin/cat\n"
                b"00000000804d000-000000008050000 rw-p 00000000 00:00 0 \n"
            ),
        ),
        (
            "nommu-6.1",
            (
                b"08048000-0804c000 r-xp 00001000 03:01 12288      /bin/cat\n"
                b"0804d000-08050000 rw-p 00000000 00:00 0 \n"
            ),
        ),
        (
            "gvisor",
            (
                b"08048000-0804c000 r-xp 00001000 03:01 12288                              /bin/cat\n"
                b"0804d000-08050000 rw-p 00000000 00:00 0 \n"
            ),
        ),
        (
            "qemu-user",
            (
                b"08048000-0804c000 r-xp 00001000 03:01 12288                              /bin/cat\n"
                b"0804d000-08050000 rw-p 00000000 00:00 0" + 34 * b" " + b"\n"
            ),
        ),
        (
            "wsl",
            (
                b"08048000-0804c000 r-xp 00001000 03:01 12288                      /bin/cat\n"
                b"0804d000-08050000 rw-p 00000000 00:00 0 \n"
            ),
        ),
        (
            "cygwin",
            (
                b"08048000-0804c000 r-xp 00001000 0003:0001 12288               /bin/cat\n"
                b"0804d000-08050000 rw-p 00000000 0000:0000 0                   \n"
            ),
        ),
    ],
)
def test_header_lines(producer: str, lines: bytes) -> None:
    assert render([CAT, ANON], producer) == lines


def test_freebsd_prints_more_spaces_before_brackets_than_before_paths() -> None:
    path = attrs.evolve(CAT, device=Device(0, 0))
    assert render([path, ANON, named(Stack())], "freebsd") == (
        b"0000000008048000-000000000804c000 r-xp 00001000 00:00 12288     /bin/cat\n"
        b"000000000804d000-0000000008050000 rw-p 00000000 00:00 0 \n"
        b"000000000804d000-0000000008050000 rw-p 00000000 00:00 0           [stack]\n"
    )


@pytest.mark.parametrize(
    ("producer", "name"), [("freebsd", Heap()), ("cygwin", Special(b"[vdso]", "vdso"))]
)
def test_emulations_print_only_their_own_names(producer: str, name: Name) -> None:
    with pytest.raises(CannotRender) as caught:
        render([named(name)], producer)
    assert str(caught.value) == f"{producer} cannot print record 0: name: it never prints {name}"


LONG = attrs.evolve(
    CAT,
    start=0xFFFFFFFFFF600000,
    end=0xFFFFFFFFFF601000,
    device=Device(0x103, 5),
    inode=18446744073709551615,
)


def test_a_long_prefix_is_followed_by_two_spaces() -> None:
    assert render([LONG], "linux-6.12") == (
        b"ffffffffff600000-ffffffffff601000 r-xp 00001000 103:05 18446744073709551615  /bin/cat\n"
    )
    assert render([LONG], "gvisor") == (
        b"ffffffffff600000-ffffffffff601000 r-xp 00001000 103:05 18446744073709551615 /bin/cat\n"
    )


def test_qemu_prints_as_many_spaces_as_the_prefix_overruns_the_column() -> None:
    """``%*s`` takes a negative width for a positive one: 75 bytes are followed by two spaces."""
    record = attrs.evolve(LONG, inode=10**18, device=Device(0x103, 5))
    line = b"ffffffffff600000-ffffffffff601000 r-xp 00001000 103:05 1000000000000000000"
    assert len(line) == 74
    assert render([record], "qemu-user") == line + b" /bin/cat\n"
    with pytest.raises(CannotRender) as caught:
        render([attrs.evolve(record, inode=10**17)], "qemu-user")
    assert str(caught.value) == (
        "qemu-user cannot print record 0: name: it would directly follow the inode, without a space"
    )


# --- smaps lines ---------------------------------------------------------------------------------


def below(producer: str, values: Usage) -> list[bytes]:
    return render([attrs.evolve(ANON, usage=values)], producer).split(b"\n")[1:-1]


def test_the_first_smaps_had_narrower_labels() -> None:
    assert below("linux-2.6.18", usage("2.6.18")) == [
        b"Size:                 4 kB",
        b"Rss:                  4 kB",
        b"Shared_Clean:         4 kB",
        b"Shared_Dirty:         4 kB",
        b"Private_Clean:        4 kB",
        b"Private_Dirty:        4 kB",
    ]


@pytest.mark.parametrize(
    ("release", "line"),
    [
        ("5.0", b"THPeligible:    1"),
        ("5.4", b"THPeligible:\t\t1"),
        ("5.8", b"THPeligible:\t\t1"),
        ("5.10", b"THPeligible:    1"),
        ("6.11", b"THPeligible:           1"),
    ],
)
def test_thp_eligible_in_each_release(release: str, line: bytes) -> None:
    assert line in below(f"linux-{release}", usage(release))


def test_the_current_order() -> None:
    values = usage("7.1", protection_key=0)
    assert [line.split(b":")[0].decode() for line in below("linux-7.1", values)] == [
        "Size",
        "KernelPageSize",
        "MMUPageSize",
        "Rss",
        "Pss",
        "Pss_Dirty",
        "Shared_Clean",
        "Shared_Dirty",
        "Private_Clean",
        "Private_Dirty",
        "Referenced",
        "Anonymous",
        "KSM",
        "LazyFree",
        "AnonHugePages",
        "ShmemPmdMapped",
        "FilePmdMapped",
        "Shared_Hugetlb",
        "Private_Hugetlb",
        "Swap",
        "SwapPss",
        "Locked",
        "THPeligible",
        "ProtectionKey",
        "VmFlags",
    ]


def test_page_sizes_followed_swap_before_4_14() -> None:
    keys = [line.split(b":")[0] for line in below("linux-4.12", usage("4.12"))]
    assert keys[keys.index(b"SwapPss") :] == [
        b"SwapPss", b"KernelPageSize", b"MMUPageSize", b"Locked", b"VmFlags"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("producer", "release", "neighbours"),
    [
        ("linux-3.4-android", "3.4", (b"Locked", b"")),
        ("linux-3.10-android", "3.10", (b"VmFlags", b"")),
        ("linux-4.9-android", "4.9", (b"", b"Size")),
    ],
)
def test_android_prints_the_name_line_in_releases_that_have_it(
    producer: str, release: str, neighbours: tuple[bytes, bytes]
) -> None:
    lines = below(producer, usage(release, name=AnonName.of(b"a\nb")))
    keys = [b"", *(line.split(b":")[0] for line in lines), b""]
    at = keys.index(b"Name")
    # The label's own newline makes one more line.
    assert lines[at - 1 : at + 1] == [b"Name:           [anon:a", b"b]"]
    assert (keys[at - 1], keys[at + 2]) == neighbours


def test_samsung_prints_zram_fields_after_swap_pss() -> None:
    values = usage("4.14", writeback=0, writeback_huge=0, same=0, huge=0, swap_shared=0)
    keys = [line.split(b":")[0] for line in below("linux-4.14-samsung", values)]
    at = keys.index(b"SwapPss")
    assert keys[at : at + 7] == [
        b"SwapPss", b"Writeback", b"WritebackHuge", b"Same", b"Huge", b"SwapShared", b"Locked"
    ]  # fmt: skip


def test_qemu_does_not_align_and_ends_flags_without_a_space() -> None:
    lines = below("qemu-user", usage("6.1", size=8 << 20, vm_flags=VmFlags(b" rd wr")))
    assert (lines[0], lines[3]) == (
        b"Size:                  8192 kB",
        b"Rss:                   4 kB",
    )
    assert lines[-2:] == [b"THPeligible:    1", b"VmFlags: rd wr"]


def test_wsl_prints_only_pss() -> None:
    assert below("wsl", Usage(pss=4096)) == [b"Pss:                   4 kB"]


def test_rollup() -> None:
    record = attrs.evolve(ROLLUP, usage=usage("6.12", rollup=True))
    lines = render([record], "linux-6.12").split(b"\n")
    assert lines[0] == (
        b"0804d000-08050000 ---p 00000000 00:00 0                                  [rollup]"
    )
    assert [line.split(b":")[0].decode() for line in lines[1:-1]] == [
        "Rss",
        "Pss",
        "Pss_Dirty",
        "Pss_Anon",
        "Pss_File",
        "Pss_Shmem",
        "Shared_Clean",
        "Shared_Dirty",
        "Private_Clean",
        "Private_Dirty",
        "Referenced",
        "Anonymous",
        "KSM",
        "LazyFree",
        "AnonHugePages",
        "ShmemPmdMapped",
        "FilePmdMapped",
        "Shared_Hugetlb",
        "Private_Hugetlb",
        "Swap",
        "SwapPss",
        "Locked",
    ]


def test_no_records_give_no_bytes() -> None:
    assert render([]) == b""


# --- rejected records -------------------------------------------------------------------------------------

TODAY = usage("6.12")


@pytest.mark.parametrize(
    ("producer", "records", "message"),
    [
        (
            "linux-5.10",
            [ANON, named(AnonName.of(b"x"))],
            "record 1: name: it never prints [anon:x]",
        ),
        (
            "linux-6.1",
            [named(AnonShmemName.of(b"x"))],
            "record 0: name: it never prints [anon_shmem:x]",
        ),
        (
            "linux-6.12",
            [named(ThreadStack(b"[stack:7]", 7))],
            "record 0: name: it never prints [stack:7]",
        ),
        (
            "linux-6.12",
            [named(AnonName.of(b"a]"))],
            (
                "record 0: name: the kernel refuses this label: byte 1 is ']', one of the "
                "forbidden characters \\ ` $ [ ]"
            ),
        ),
        (
            "linux-6.12",
            [named(AnonShmemName.of(b"x" * 80))],
            "record 0: name: the kernel refuses this label: it has 80 bytes; the limit is 79",
        ),
        (
            "linux-4.9-android",
            [named(AnonName.of(b"x" * 263))],
            "record 0: name: the kernel refuses this label: it has 263 bytes; the limit is 262",
        ),
        (
            "linux-6.12",
            [named(FilePath(b"/a\nb"))],
            r"record 0: name: it prints a newline as \012; use path_name() to make the name",
        ),
        (
            "gvisor",
            [named(FilePath(rb"/a\012b"))],
            r"record 0: name: it does not escape \012 in the same way; use path_name() to make the name",
        ),
        (
            "linux-6.12",
            [named(UnknownName(b" x"))],
            "record 0: name: a name cannot begin with a space: it would parse as padding",
        ),
        (
            "linux-6.12",
            [named(UnknownName(b"x\0"))],
            "record 0: name: a name cannot contain a NUL byte",
        ),
        ("nommu-6.1", [named(Heap())], "record 0: name: it never prints [heap]"),
        (
            "linux-6.12-32bit",
            [attrs.evolve(CAT, end=1 << 32)],
            "record 0: end: 0x100000000 does not fit in 32 bits",
        ),
        (
            "linux-6.12",
            [attrs.evolve(CAT, start=-1)],
            "record 0: start: -0x1 does not fit in 64 bits",
        ),
        (
            "linux-2.6.32-32bit",
            [attrs.evolve(CAT, inode=1 << 32)],
            "record 0: inode: 4294967296 does not fit in 32 bits",
        ),
        (
            "linux-2.6.24-32bit",
            [attrs.evolve(CAT, offset=1 << 32)],
            "record 0: offset: 0x100000000 does not fit in 32 bits",
        ),
        (
            "linux-6.12",
            [attrs.evolve(CAT, device=Device(4096, 0))],
            "record 0: device.major: 4096 does not fit in 12 bits",
        ),
        (
            "linux-2.4.17",
            [attrs.evolve(CAT, device=Device(256, 0))],
            "record 0: device.major: 256 does not fit in 8 bits",
        ),
        (
            "linux-2.4.17",
            [attrs.evolve(CAT, device=Device(0, 256))],
            "record 0: device.minor: 256 does not fit in 8 bits",
        ),
        (
            "linux-6.12",
            [attrs.evolve(CAT, end=0)],
            "record 0: end: 0x0 is below the start, 0x8048000",
        ),
        (
            "linux-6.12",
            [attrs.evolve(CAT, perms=Perms.from_text("rw-S"))],
            "record 0: perms: it never prints rw-S",
        ),
        (
            "linux-6.12",
            [attrs.evolve(CAT, perms=Perms.from_text("===p"))],
            "record 0: perms: it never prints ===p",
        ),
        (
            "cygwin",
            [attrs.evolve(CAT, perms=attrs.evolve(Perms.from_text("===p"), read=True))],
            "record 0: perms: reserved memory cannot have other rights",
        ),
        (
            "linux-6.12",
            [attrs.evolve(ANON, usage=TODAY), ANON],
            "record 1: usage: only some records have it; a file is either maps or smaps",
        ),
        ("nommu-6.1", [attrs.evolve(ANON, usage=TODAY)], "record 0: usage: it has no smaps"),
        (
            "linux-4.12",
            [attrs.evolve(ROLLUP, usage=TODAY)],
            "record 0: usage: it has no smaps_rollup",
        ),
        (
            "linux-6.12",
            [ROLLUP],
            "record 0: name: [rollup] is not a mapping; it must be the only record and have usage",
        ),
        (
            "linux-6.1",
            [attrs.evolve(ANON, usage=TODAY)],
            "record 0: usage.ksm: it has no such field here",
        ),
        (
            "linux-6.12",
            [attrs.evolve(ANON, usage=attrs.evolve(TODAY, pss_anon=0))],
            "record 0: usage.pss_anon: it has no such field here",
        ),
        (
            "linux-6.12",
            [attrs.evolve(ANON, usage=attrs.evolve(TODAY, rss=None))],
            "record 0: usage.rss: it always prints this field, but the record has no value",
        ),
        (
            "linux-6.12",
            [attrs.evolve(ANON, usage=attrs.evolve(TODAY, rss=1))],
            "record 0: usage.rss: 1 bytes are not a whole number of kB",
        ),
        (
            "linux-6.12",
            [attrs.evolve(ANON, usage=attrs.evolve(TODAY, extra=(ExtraField(b"New", b" 1"),)))],
            "record 0: usage.extra: it has no field New",
        ),
        (
            "linux-5.3",
            [attrs.evolve(ANON, usage=usage("5.3"))],
            "record 0: usage.thp_eligible: the format of this field is not established",
        ),
        (
            "linux-6.12",
            [attrs.evolve(ANON, usage=attrs.evolve(TODAY, vm_flags=VmFlags(b" rd")))],
            "record 0: usage.vm_flags: its mnemonics are not spaced as in b' rd'",
        ),
        (
            "linux-6.12",
            [attrs.evolve(ANON, usage=attrs.evolve(TODAY, vm_flags=VmFlags.of("rd", "nl")))],
            "record 0: usage.vm_flags: it has no flag nl",
        ),
        (
            "linux-6.12",
            [attrs.evolve(ANON, usage=attrs.evolve(TODAY, vm_flags=VmFlags.of("rd", "zz")))],
            "record 0: usage.vm_flags: it has no flag zz",
        ),
        (
            "linux-6.12",
            [attrs.evolve(ANON, usage=attrs.evolve(TODAY, vm_flags=VmFlags.of("wr", "rd")))],
            "record 0: usage.vm_flags: it prints flags in the order of their bits: rd comes earlier",
        ),
        (
            "linux-6.12",
            [attrs.evolve(ANON, usage=attrs.evolve(TODAY, vm_flags=VmFlags.of("rd", "rd")))],
            "record 0: usage.vm_flags: it prints flags in the order of their bits: rd comes earlier",
        ),
        (
            "linux-6.12",
            [attrs.evolve(ANON, usage=attrs.evolve(TODAY, rss=-4096))],
            "record 0: usage.rss: -4096 is not a number from 0 to 18446744073709551614",
        ),
        (
            "linux-6.12",
            [attrs.evolve(ANON, usage=attrs.evolve(TODAY, thp_eligible=2**64 - 1))],
            (
                "record 0: usage.thp_eligible: 18446744073709551615 is not a number from 0 to "
                "18446744073709551614"
            ),
        ),
        (
            "linux-6.12",
            [named(FilePath(b"[heap]"))],
            "record 0: name: its bytes, b'[heap]', parse as Heap",
        ),
        (
            "linux-6.12",
            [named(AnonName(b"[anon:x]", b"y"))],
            "record 0: name: its bytes, b'[anon:x]', parse as another AnonName",
        ),
        (
            "linux-6.6-android",
            [named(AnonShmemName.of(b"x" * 256))],
            "record 0: name: the kernel refuses this label: it has 256 bytes; the limit is 255",
        ),
    ],
)
def test_rejects_records_that_the_producer_never_printed(
    producer: str, records: list[Mapping], message: str
) -> None:
    with pytest.raises(CannotRender) as caught:
        render(records, producer)
    assert str(caught.value) == f"{producer} cannot print {message}"


def test_not_strict_prints_as_much_as_the_layout_allows() -> None:
    """Fields that both the producer and the record have; numbers and names unchanged."""
    values = Usage(size=4096, ksm=4096, extra=(ExtraField(b"New", b" 1"),))
    record = attrs.evolve(named(AnonName.of(b"x")), usage=values, end=1 << 33)
    assert render([record], "linux-2.6.32-32bit", strict=False) == (
        b"0804d000-200000000 rw-p 00000000 00:00 0         [anon:x]\nSize:                  4 kB\n"
    )


def test_before_seq_file_a_name_has_a_space_before_it_and_devices_have_16_bits() -> None:
    """``kdev_t`` is 16 bits; a space follows the padding (proc_pid_maps_get_line(), 2.4)."""
    greatest = attrs.evolve(CAT, device=Device(255, 255))
    assert render([greatest], "linux-2.4.17-32bit") == (
        b"08048000-0804c000 r-xp 00001000 ff:ff 12288      /bin/cat\n"
    )
    wide = attrs.evolve(greatest, inode=10**15)
    assert render([wide], "linux-2.4.17-32bit", strict=False) == (
        b"08048000-0804c000 r-xp 00001000 ff:ff 1000000000000000 /bin/cat\n"
    )


# --- names from originals -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("producer", "path", "deleted", "name"),
    [
        (None, b"/a\nb", False, FilePath(rb"/a\012b")),
        ("linux-6.12", rb"/a\012b", True, FilePath(rb"/a\012b (deleted)")),
        ("linux-6.12", b"/x (deleted)", True, FilePath(b"/x (deleted) (deleted)")),
        ("linux-2.6.12", b"/a\nb", False, FilePath(b"/a\nb", escaped=False)),
        ("nommu-7.1", b"/a\nb", True, FilePath(b"/a\nb (deleted)", escaped=False)),
        ("linux-6.12", b"/memfd:a\tb", True, Memfd(b"/memfd:a\tb (deleted)", b"a\tb")),
    ],
)
def test_path_name(producer: str | None, path: bytes, deleted: bool, name: Name) -> None:
    made = path_name(path, producer, deleted=deleted)
    assert made == path_name(path.decode("utf-8", "surrogateescape"), producer, deleted=deleted)
    assert made == name
    assert path in {reading.value for reading in made.interpretations()}


@pytest.mark.parametrize("path", [b"", b"a", b"/a\0b"])
def test_path_name_rejects_a_path_that_no_file_can_have(path: bytes) -> None:
    with pytest.raises(ValueError) as caught:
        path_name(path)
    assert str(caught.value) == (
        f"not an absolute path: {path!r}; expected a leading slash and no NUL byte"
    )


def test_loading_a_line_and_rendering_it_for_the_newest_kernel_is_the_identity() -> None:
    text = b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0                          [anon:x]\n"
    assert render(loads(text)) == text


@pytest.mark.parametrize("name", ["gvisor", "qemu-user", "wsl", "linux-3.10-android"])
def test_rejects_a_name_whose_newline_would_end_the_line(name: str) -> None:
    """Found by fuzzing: emulators have no rule of labels, so their text was not checked."""
    label = b"a\n1000-2000 rw-p 00000000 00:00 0 \nb"
    (mapping,) = loads(b"1000-2000 rw-p 00000000 00:00 0 [anon:x]\n")
    forged = attrs.evolve(mapping, name=AnonName(b"[anon:" + label + b"]", label))
    with pytest.raises(CannotRender):
        render([forged], name)
