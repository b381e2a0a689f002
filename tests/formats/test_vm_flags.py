"""The table of mnemonics keeps its laws; the record gives back what was printed."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.formats.releases import Release
from procmaps.formats.vm_flags import (
    UNNAMED_BITS,
    UNNAMED_MNEMONIC,
    VM_FLAG_TABLE,
    VM_FLAGS,
    VmFlagInfo,
    VmFlags,
)

# The line of an ordinary heap on 6.12, x86-64, as the kernel prints it after "VmFlags:".
HEAP = b" rd wr mr mw me ac sd "


def by_mnemonic(info: VmFlagInfo) -> str:
    return info.mnemonic.decode()


def mnemonics_at(release: str) -> set[bytes]:
    asked = Release.parse(release)
    return {info.mnemonic for info in VM_FLAG_TABLE if info.span.covers(asked)}


def test_every_mnemonic_is_two_lower_case_letters_and_listed_once() -> None:
    for info in VM_FLAG_TABLE:
        assert len(info.mnemonic) == 2
        assert info.mnemonic.isalpha()
        assert info.mnemonic.islower()
    assert len(VM_FLAGS) == len(VM_FLAG_TABLE)
    assert UNNAMED_MNEMONIC not in VM_FLAGS


@pytest.mark.parametrize("info", VM_FLAG_TABLE, ids=by_mnemonic)
def test_every_flag_is_described(info: VmFlagInfo) -> None:
    assert info.kernel_name.startswith("VM_")
    assert info.meaning.endswith(".")
    assert "\n" not in info.meaning
    assert info.source
    assert VM_FLAGS[info.mnemonic] is info


@pytest.mark.parametrize("info", VM_FLAG_TABLE, ids=by_mnemonic)
def test_a_flag_has_a_bit_in_every_release_that_has_the_flag(info: VmFlagInfo) -> None:
    named = {release for position in info.positions for release in position.span.releases}
    for release in named | set(info.span.releases):
        if info.span.covers(release):
            assert info.bits_at(release), release
        for position in info.positions:
            if position.span.covers(release):
                assert info.span.covers(release) is not False, release


def test_flags_that_share_a_bit_at_once_differ_in_architecture_or_option() -> None:
    releases = {release for info in VM_FLAG_TABLE for release in info.span.releases}
    for release in releases:
        holders: dict[int, list[VmFlagInfo]] = defaultdict(list)
        for info in VM_FLAG_TABLE:
            if info.span.covers(release):
                for position in info.positions:
                    if position.span.covers(release):
                        holders[position.number].append(info)
        for number, infos in holders.items():
            # One of them may be general: the others replace it where they apply.
            assert sum(
                not (info.architectures or info.condition or info.positions[0].condition)
                for info in infos
            ) <= 1, (release, number, infos)  # fmt: skip


def test_the_table_is_in_the_order_of_bits_except_moved_ones() -> None:
    stable = [info.positions[0].number for info in VM_FLAG_TABLE if len(info.positions) == 1]
    assert stable == sorted(stable)


def test_reused_bits() -> None:
    def bits(mnemonic: bytes, release: str) -> set[int]:
        return set(VM_FLAGS[mnemonic].bits_at(Release.parse(release)))

    assert bits(b"dw", "5.10") == bits(b"gu", "7.1") == {11}
    assert bits(b"nl", "3.10") == bits(b"sf", "4.15") == {23}
    assert bits(b"mp", "3.19") == bits(b"wf", "4.14") == {25}
    assert bits(b"mp", "4.14") == {36}
    assert bits(b"mt", "6.1.192") == {32}
    assert bits(b"mt", "6.12.117") == {36}
    assert bits(b"ui", "6.1.192") == {37}
    assert bits(b"ui", "6.12.117") == {38}
    assert bits(b"ui", "7.1.5") == {41}
    assert bits(b"sl", "6.12.117") == {63}
    assert bits(b"sl", "7.1.5") == {42}
    assert bits(b"dp", "6.12") == {24, 40}
    assert VM_FLAGS[b"sl"].bit == 42


# Read in the kernels' own show_smap_vma_flags(), not from the table.
KERNEL_3_8 = set(
    b"rd wr ex sh mr mw me ms gd pf dw lo io sr rr dc de ac nr ht nl ar dd mm hg nh mg".split(b" ")
)
KERNEL_5_10 = (KERNEL_3_8 - {b"nl"}) | {b"sf", b"wf", b"bt", b"sd", b"um", b"uw", b"mt"}
KERNEL_6_1 = (KERNEL_5_10 - {b"dw"}) | {b"ui"}
KERNEL_6_12 = KERNEL_6_1 | {b"lf", b"ss", b"dp", b"sl"}


@pytest.mark.parametrize(
    ("release", "mnemonics"),
    [
        ("3.7", set[bytes]()),
        ("3.8", KERNEL_3_8),
        ("5.10", KERNEL_5_10),
        ("6.1", KERNEL_6_1),
        ("6.12", KERNEL_6_12),
        ("7.1", KERNEL_6_12 | {b"gu"}),
    ],
)
def test_each_release_has_the_mnemonics_that_its_source_has(
    release: str, mnemonics: set[bytes]
) -> None:
    assert mnemonics_at(release) == mnemonics


def test_unnamed_bits_print_nothing_or_question_marks() -> None:
    assert {bit.printed for bit in UNNAMED_BITS} == {b"", b"??"}
    for bit in UNNAMED_BITS:
        assert bit.meaning.endswith(".")
        assert bit.source


def test_lock_on_fault_printed_question_marks_before_it_had_a_mnemonic() -> None:
    (before,) = (bit for bit in UNNAMED_BITS if bit.kernel_name == "VM_LOCKONFAULT")
    after = VM_FLAGS[b"lf"].span
    assert (before.span.last_with, before.span.until) == (after.last_without, after.since)


def test_a_record_keeps_the_words_and_the_text() -> None:
    flags = VmFlags(HEAP)
    assert flags.mnemonics == tuple(flags) == (b"rd", b"wr", b"mr", b"mw", b"me", b"ac", b"sd")
    assert flags.raw == HEAP
    assert str(flags) == "rd wr mr mw me ac sd"
    assert len(flags) == 7
    assert "rd" in flags
    assert b"rd" in flags
    assert "r" not in flags
    assert "ex" not in flags
    assert 7 not in flags
    assert VmFlags.of("rd", b"wr", "mr", "mw", "me", "ac", "sd") == flags


def test_known_and_unknown_words_are_in_printed_order() -> None:
    flags = VmFlags.of("rd", "??", "zz", "mg", "??", "rdx")
    assert [info.kernel_name for info in flags.known()] == ["VM_READ", "VM_MERGEABLE"]
    assert flags.unknown == (b"??", b"zz", b"??", b"rdx")


@pytest.mark.parametrize(
    ("raw", "mnemonics"),
    [
        (b"", ()),
        (b" ", ()),
        (b" rd wr", (b"rd", b"wr")),
        (b"rd  wr ", (b"rd", b"wr")),
        (b" rd\twr \r", (b"rd\twr", b"\r")),
        (b" \xff\xfe ", (b"\xff\xfe",)),
    ],
)
def test_only_spaces_separate_words_and_no_byte_is_lost(
    raw: bytes, mnemonics: tuple[bytes, ...]
) -> None:
    flags = VmFlags(raw)
    assert flags.mnemonics == mnemonics
    assert flags.raw == raw


def test_a_missing_trailing_space_changes_the_text_but_not_the_flags() -> None:
    assert VmFlags(b" rd wr") != VmFlags(b" rd wr ")
    assert VmFlags(b" rd wr").mnemonics == VmFlags(b" rd wr ").mnemonics


@given(st.binary())
def test_any_bytes_are_accepted(raw: bytes) -> None:
    flags = VmFlags(raw)
    assert b"".join(flags.mnemonics) == raw.replace(b" ", b"")
    assert str(flags).encode("utf-8", "surrogateescape").split(b" ") == (
        list(flags.mnemonics) or [b""]
    )
    assert all(word in flags for word in flags.mnemonics)


@given(st.lists(st.sampled_from(sorted(VM_FLAGS))))
def test_flags_made_from_mnemonics_read_back(mnemonics: list[bytes]) -> None:
    flags = VmFlags.of(*mnemonics)
    assert list(flags) == mnemonics
    assert [info.mnemonic for info in flags.known()] == mnemonics
    assert flags.unknown == ()
