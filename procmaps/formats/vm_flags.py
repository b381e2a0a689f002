"""The two-letter flags of the smaps line `VmFlags:`: meaning, releases and source of each.

`show_smap_vma_flags()` (fs/proc/task_mmu.c) prints them since Linux commit 834f82e2aa9a ("procfs:
add VmFlags field in smaps output") (in v3.8): `VmFlags: `, then two letters and one space for each
set bit of `vm_flags`, lowest first. A bit without a mnemonic prints `??`; a few bits print nothing
on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import attrs

from procmaps.formats.releases import Release, Span


@attrs.frozen
class BitPosition:
    """The position of a flag in `vm_flags`, which decides the printing order.

    number      Number of the bit.
    span        The releases in which the flag has this position.
    condition   The kernel configuration in which it has this position; empty: all.
    """

    number: int
    span: Span
    condition: str = ""


@attrs.frozen
class VmFlagInfo:
    """One flag of ``VmFlags``: its mnemonic, meaning and history.

    mnemonic        The two bytes printed.
    kernel_name     The kernel's constant, such as "VM_READ".
    positions       Its positions in `vm_flags`, oldest first.
    meaning         One sentence for people.
    span            The releases that can print it.
    source          The kernel commit or tree that shows it.
    architectures   Names as under arch/ in the kernel; empty: all.
    condition       The kernel option that it needs; empty: none.
    """

    mnemonic: bytes
    kernel_name: str
    positions: tuple[BitPosition, ...]
    meaning: str
    span: Span
    source: str
    architectures: tuple[str, ...] = ()
    condition: str = ""

    @property
    def bit(self) -> int:
        """Its bit number in the newest kernel that has it."""
        return self.positions[-1].number

    def bits_at(self, release: Release) -> frozenset[int]:
        """Return every bit number that it may have in `release`.

        There are several if the number depends on the configuration, or if the release of a
        change is not established.
        """
        return frozenset(
            position.number
            for position in self.positions
            if position.span.covers(release) is not False
        )


@attrs.frozen
class UnnamedBit:
    """A bit of `vm_flags` without a mnemonic.

    printed   Text that it adds to the line: b"" (suppressed on purpose) or b"??".

    The other attributes are those of `VmFlagInfo`.
    """

    kernel_name: str
    printed: bytes
    meaning: str
    span: Span
    source: str
    architectures: tuple[str, ...] = ()


def _flag(
    mnemonic: bytes,
    kernel_name: str,
    positions: int | tuple[BitPosition, ...],
    meaning: str,
    span: Span,
    source: str,
    architectures: tuple[str, ...] = (),
    condition: str = "",
) -> VmFlagInfo:
    if isinstance(positions, int):
        positions = (BitPosition(positions, span),)
    return VmFlagInfo(
        mnemonic, kernel_name, positions, meaning, span, source, architectures, condition
    )


_FIRST = Span.of("3.8")
_FIRST_SOURCE = '834f82e2aa9a ("procfs: add VmFlags field in smaps output") (in v3.8)'

# In the order of the bits in the newest kernel, which is the printing order.
VM_FLAG_TABLE: tuple[VmFlagInfo, ...] = (
    _flag(b"rd", "VM_READ", 0, "The memory can be read.", _FIRST, _FIRST_SOURCE),
    _flag(b"wr", "VM_WRITE", 1, "The memory can be written.", _FIRST, _FIRST_SOURCE),
    _flag(b"ex", "VM_EXEC", 2, "The memory can be executed.", _FIRST, _FIRST_SOURCE),
    _flag(b"sh", "VM_SHARED", 3, "Writes are shared with others.", _FIRST, _FIRST_SOURCE),
    _flag(b"mr", "VM_MAYREAD", 4, "mprotect may allow reading.", _FIRST, _FIRST_SOURCE),
    _flag(b"mw", "VM_MAYWRITE", 5, "mprotect may allow writing.", _FIRST, _FIRST_SOURCE),
    _flag(b"me", "VM_MAYEXEC", 6, "mprotect may allow executing.", _FIRST, _FIRST_SOURCE),
    _flag(
        b"ms",
        "VM_MAYSHARE",
        7,
        "The mapping was made with MAP_SHARED, whether or not it may be written.",
        _FIRST,
        _FIRST_SOURCE,
    ),
    _flag(
        b"gd",
        "VM_GROWSDOWN",
        8,
        "The mapping grows towards lower addresses, as a stack does.",
        _FIRST,
        _FIRST_SOURCE,
    ),
    _flag(
        b"um",
        "VM_UFFD_MISSING",
        9,
        "userfaultfd is notified of accesses to missing pages.",
        Span.of("4.3"),
        "16ba6f81; proc_pid_smaps(5): since Linux 4.3; "
        "without an MMU the bit is VM_MAYOVERLAY since between 6.1 and 6.12, and still prints um",
    ),
    _flag(
        b"pf",
        "VM_PFNMAP",
        10,
        "The mapping is of bare page frames that the kernel does not manage as pages.",
        _FIRST,
        _FIRST_SOURCE,
    ),
    _flag(
        b"dw",
        "VM_DENYWRITE",
        11,
        "Writing to the mapped file was refused while it was mapped so.",
        Span.of("3.8", "5.15"),
        f'{_FIRST_SOURCE}; removed by 8d0920bde5eb ("mm: remove VM_DENYWRITE"), merged with the '
        "tag denywrite-for-5.15; bit 11 became VM_MAYBE_GUARD later",
    ),
    _flag(
        b"gu",
        "VM_MAYBE_GUARD",
        11,
        "The mapping may have guard regions; without the flag it has none.",
        Span.of("6.19"),
        '5dba5cc2e0ff ("mm: introduce VM_MAYBE_GUARD and make visible in /proc/$pid/smaps") (in '
        "v6.19-rc1), which stable 6.18.37 has too; bit 11 was VM_DENYWRITE",
    ),
    _flag(
        b"uw",
        "VM_UFFD_WP",
        12,
        "userfaultfd is notified of writes to write-protected pages.",
        Span.of("4.3"),
        "16ba6f81; proc_pid_smaps(5): since Linux 4.3",
    ),
    _flag(b"lo", "VM_LOCKED", 13, "The pages are locked in memory.", _FIRST, _FIRST_SOURCE),
    _flag(b"io", "VM_IO", 14, "The mapping is of a device's memory.", _FIRST, _FIRST_SOURCE),
    _flag(
        b"sr",
        "VM_SEQ_READ",
        15,
        "The program said that it reads in sequence (MADV_SEQUENTIAL).",
        _FIRST,
        _FIRST_SOURCE,
    ),
    _flag(
        b"rr",
        "VM_RAND_READ",
        16,
        "The program said that it reads at random (MADV_RANDOM).",
        _FIRST,
        _FIRST_SOURCE,
    ),
    _flag(b"dc", "VM_DONTCOPY", 17, "fork leaves the mapping out.", _FIRST, _FIRST_SOURCE),
    _flag(b"de", "VM_DONTEXPAND", 18, "mremap may not enlarge it.", _FIRST, _FIRST_SOURCE),
    _flag(
        b"lf",
        "VM_LOCKONFAULT",
        19,
        "Pages are locked in memory as they are touched.",
        Span.of("6.1|6.11"),
        "8614d6c5; the bit exists since v4.4 and printed ?? before; not in 6.1, in 6.11",
    ),
    _flag(
        b"ac",
        "VM_ACCOUNT",
        20,
        "The memory counts against the limit of committed memory.",
        _FIRST,
        _FIRST_SOURCE,
    ),
    _flag(
        b"nr",
        "VM_NORESERVE",
        21,
        "No swap space is set aside for it (MAP_NORESERVE).",
        _FIRST,
        _FIRST_SOURCE,
    ),
    _flag(b"ht", "VM_HUGETLB", 22, "The pages come from hugetlb.", _FIRST, _FIRST_SOURCE),
    _flag(
        b"nl",
        "VM_NONLINEAR",
        23,
        "The pages are not in the order of the file (remap_file_pages).",
        Span.of("3.8", "4.0"),
        f"{_FIRST_SOURCE}; proc_pid_smaps(5): removed in Linux 4.0; the series of 1da4b35b0014 "
        "(committed 2015-02-10, after 3.19: in v4.0); bit 23 became VM_SYNC in 4.15",
    ),
    _flag(
        b"sf",
        "VM_SYNC",
        23,
        "Page faults wait until the file's metadata is safe (MAP_SYNC).",
        Span.of("4.15"),
        "b6fb293f2497; proc_pid_smaps(5): since Linux 4.15; bit 23 was VM_NONLINEAR",
    ),
    _flag(
        b"ar",
        "VM_ARCH_1",
        24,
        "A flag that each architecture uses in its own way: PAT on x86, a stack growing upwards "
        "on parisc and ia64, strong access order on powerpc, ADI on sparc.",
        _FIRST,
        f"{_FIRST_SOURCE}; include/linux/mm.h names the uses",
    ),
    _flag(
        b"bt",
        "VM_ARM64_BTI",
        24,
        "Indirect branches may only land where the code allows it (BTI).",
        Span.of("5.8"),
        "424037b7; not in the 5.7 tree, in 5.8; the bit is VM_ARCH_1, so it replaces ar",
        ("arm64",),
        "CONFIG_ARM64_BTI",
    ),
    _flag(
        b"wf",
        "VM_WIPEONFORK",
        25,
        "A child of fork finds it filled with zeros (MADV_WIPEONFORK).",
        Span.of("4.14"),
        "d2cd9ede; proc_pid_smaps(5): since Linux 4.14; bit 25 was x86's VM_MPX",
    ),
    _flag(b"dd", "VM_DONTDUMP", 26, "Core dumps leave it out.", _FIRST, _FIRST_SOURCE),
    _flag(
        b"sd",
        "VM_SOFTDIRTY",
        27,
        "The mapping was made or changed since soft-dirty tracking was last reset.",
        Span.of("3.13"),
        'ec8e41aec130 ("/proc/pid/smaps: show VM_SOFTDIRTY flag in VmFlags line") (committed '
        "2013-11-13, after 3.12: in v3.13)",
        (),
        "CONFIG_MEM_SOFT_DIRTY",
    ),
    _flag(
        b"mm",
        "VM_MIXEDMAP",
        28,
        "The mapping has managed pages and bare page frames.",
        _FIRST,
        _FIRST_SOURCE,
    ),
    _flag(
        b"hg",
        "VM_HUGEPAGE",
        29,
        "The program asked for transparent huge pages (MADV_HUGEPAGE).",
        _FIRST,
        _FIRST_SOURCE,
    ),
    _flag(
        b"nh",
        "VM_NOHUGEPAGE",
        30,
        "The program refused transparent huge pages (MADV_NOHUGEPAGE).",
        _FIRST,
        _FIRST_SOURCE,
    ),
    _flag(
        b"mg",
        "VM_MERGEABLE",
        31,
        "Pages with the same content may be merged (MADV_MERGEABLE).",
        _FIRST,
        _FIRST_SOURCE,
    ),
    _flag(
        b"mt",
        "VM_MTE",
        (
            BitPosition(32, Span.of("5.8|5.10", "6.1|6.12")),
            BitPosition(36, Span.of("6.1|6.12")),
        ),
        "Each access must carry the memory's tag (MTE).",
        Span.of("5.8|5.10"),
        "9f341931; not in the 5.8 tree, in 5.10; VM_HIGH_ARCH_0 in the 6.1 tree, "
        "VM_HIGH_ARCH_4 in 6.12",
        ("arm64",),
        "CONFIG_ARM64_MTE",
    ),
    _flag(
        b"mp",
        "VM_MPX",
        (
            BitPosition(25, Span.of("3.19", "4.14")),
            BitPosition(36, Span.of("4.14", "5.6")),
        ),
        "Bounds tables of x86's MPX.",
        Span.of("3.19", "5.6"),
        "the branch x86-mpx-for-linus (merged 2014-12-10, after 3.18: in v3.19); the option went "
        'with 4ba68d000557 ("x86/mpx: remove build infrastructure") (in v5.6), and the dead '
        "mnemonic with 66648766ef38 (not in the 5.8 tree); bit 25 was given to VM_WIPEONFORK in "
        "v4.14, and VM_MPX became VM_HIGH_ARCH_4",
        ("x86",),
        "CONFIG_X86_INTEL_MPX",
    ),
    _flag(
        b"ss",
        "VM_SHADOW_STACK",
        (
            BitPosition(37, Span.of("6.1|6.11"), "CONFIG_X86_USER_SHADOW_STACK"),
            BitPosition(38, Span.of("6.12|7.1"), "CONFIG_ARM64_GCS"),
        ),
        "The memory is a shadow stack (on arm64: a guarded control stack).",
        Span.of("6.1|6.11"),
        "54007f81 for x86; bcc9d04e (ARCH_HAS_USER_SHADOW_STACK) for other architectures",
        ("x86", "arm64", "riscv"),
        "CONFIG_ARCH_HAS_USER_SHADOW_STACK",
    ),
    _flag(
        b"dp",
        "VM_DROPPABLE",
        (
            BitPosition(24, Span.of("6.1|6.11"), "CONFIG_PPC32"),
            BitPosition(40, Span.of("6.1|6.11"), "CONFIG_64BIT"),
        ),
        "The kernel may throw the pages away at any time (MAP_DROPPABLE).",
        Span.of("6.1|6.11"),
        "9651fced; not in the 6.1 tree, in 6.11; on 32-bit powerpc the bit is VM_ARCH_1, so it "
        "replaces ar",
    ),
    _flag(
        b"ui",
        "VM_UFFD_MINOR",
        (
            BitPosition(37, Span.of("5.13", "6.1|6.12")),
            BitPosition(38, Span.of("6.1|6.12", "6.12|7.1")),
            BitPosition(41, Span.of("6.12|7.1")),
        ),
        "userfaultfd is notified of accesses to pages that the file has but the mapping lacks.",
        Span.of("5.13"),
        '7677f7fd8be7 ("userfaultfd: add minor fault registration mode") (committed 2021-05-05, '
        "after 5.12: in v5.13); bit 37 in 6.1, 38 in 6.12, 41 in 7.1.5",
        (),
        "CONFIG_HAVE_ARCH_USERFAULTFD_MINOR",
    ),
    _flag(
        b"sl",
        "VM_SEALED",
        (
            BitPosition(63, Span.of("6.9|6.11", "6.12|7.1")),
            BitPosition(42, Span.of("6.12|7.1")),
        ),
        "The mapping cannot be unmapped, moved or given other permissions (mseal).",
        Span.of("6.9|6.11"),
        '399ab86ea550 ("/proc/pid/smaps: add mseal info for vma") (committed 2024-06-24, after '
        "6.9); in the 6.11 tree; bit 63 in 6.12, 42 in 7.1.5",
        (),
        "CONFIG_64BIT",
    ),
)

VM_FLAGS: Mapping[bytes, VmFlagInfo] = MappingProxyType(
    {info.mnemonic: info for info in VM_FLAG_TABLE}
)

UNNAMED_MNEMONIC = b"??"
"""Printed for a bit without a mnemonic: the array's default, `[0 ... (BITS_PER_LONG-1)] = "??"`."""

UNNAMED_BITS: tuple[UnnamedBit, ...] = (
    *(
        UnnamedBit(
            f"VM_PKEY_BIT{number}",
            b"",
            f"Bit {number} of the protection key, which the field ProtectionKey shows instead.",
            Span.of("4.6"),
            "show_smap_vma_flags(), beside c1192f842841 (in v4.6)",
            ("x86", "powerpc", "arm64"),
        )
        for number in range(4)
    ),
    UnnamedBit(
        "VM_PKEY_BIT4",
        b"",
        "Bit 4 of the protection key on machines with keys of five bits.",
        Span.of("?|5.10"),
        "show_smap_vma_flags() of 5.10, 6.1 and 6.12",
        ("powerpc",),
    ),
    UnnamedBit(
        "VM_MTE_ALLOWED",
        b"",
        "The mapping could be given memory tags.",
        Span.of("5.8|5.10"),
        "show_smap_vma_flags(); 9f341931; not in the 5.8 tree, in 5.10",
        ("arm64",),
    ),
    UnnamedBit(
        "VM_LOCKONFAULT",
        UNNAMED_MNEMONIC,
        "Pages are locked in memory as they are touched; printed as lf later.",
        Span.of("4.4", "6.1|6.11"),
        "mlock2(2): MLOCK_ONFAULT since Linux 4.4; no mnemonic in the 6.1 tree",
    ),
    UnnamedBit(
        "VM_ALLOW_ANY_UNCACHED",
        UNNAMED_MNEMONIC,
        "KVM may map this device memory to guests in any uncached way.",
        Span.of("6.1|6.12"),
        "include/linux/mm.h of 6.12, bit 39; no mnemonic",
    ),
)


@attrs.frozen
class VmFlags:
    """The flags of one mapping, exactly as printed.

    raw   The text after `VmFlags:` up to the end of the line, including the kernel's leading and
          trailing space if printed.

    Iterate to get the mnemonics as bytes; test with `"wr" in flags`. Two records are equal if
    their texts are equal; compare `mnemonics` to compare only the flags.
    """

    raw: bytes

    @classmethod
    def of(cls, *mnemonics: bytes | str) -> VmFlags:
        """Return the flags as the kernel prints them: a space before the first and after each.

        Raises UnicodeEncodeError for text that is not ASCII.
        """
        names = [name.encode("ascii") if isinstance(name, str) else name for name in mnemonics]
        return cls(b" " + b"".join(name + b" " for name in names))

    @property
    def mnemonics(self) -> tuple[bytes, ...]:
        """The printed words in order, including `??` and repetitions."""
        return tuple(word for word in self.raw.split(b" ") if word)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.mnemonics)

    def __len__(self) -> int:
        return len(self.mnemonics)

    def __contains__(self, mnemonic: object) -> bool:
        if isinstance(mnemonic, str):
            mnemonic = mnemonic.encode("utf-8", "surrogateescape")
        return mnemonic in self.mnemonics

    def known(self) -> tuple[VmFlagInfo, ...]:
        """Return the `VmFlagInfo` of each printed mnemonic that has one, in printed order."""
        return tuple(VM_FLAGS[word] for word in self.mnemonics if word in VM_FLAGS)

    @property
    def unknown(self) -> tuple[bytes, ...]:
        """The printed words that the table lacks, including `??`, in printed order."""
        return tuple(word for word in self.mnemonics if word not in VM_FLAGS)

    def __str__(self) -> str:
        return b" ".join(self.mnemonics).decode("utf-8", "surrogateescape")
