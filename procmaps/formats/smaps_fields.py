"""The fields of smaps and smaps_rollup: meaning, and format in each release.

`show_smap()` and `__show_smap()` (fs/proc/task_mmu.c) print them. A line is a label padded with
spaces, a number padded to a width, and " kB" if it is a size. These tables have every change from
release to release: the set of fields, their formats and their order.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

import attrs

from procmaps.formats.releases import Release, Span

Unit = Literal["kB", "count", "flags", "name"]


@attrs.frozen
class FieldFormat:
    """The format of a field's line in the releases of a span.

    span     The releases that print the line in this format.
    label    The bytes from the key to the start of the value's own padding: b"Rss:            ".
    width    Minimum width of the number, padded with spaces on its left; 0: none.
    suffix   The bytes after the value: b" kB" or none.
    """

    span: Span
    label: bytes
    width: int = 8
    suffix: bytes = b" kB"

    def line(self, value: int | bytes) -> bytes:
        """Return the line for `value` without a line end; sizes are given in kB.

        A text value (`Name`, `VmFlags`) is bytes and is printed unchanged.
        """
        text = value if isinstance(value, bytes) else b"%*d" % (self.width, value)
        return self.label + text + self.suffix


@attrs.frozen
class SmapsField:
    """One field of smaps or smaps_rollup.

    key         The word before the colon: b"Private_Clean".
    attribute   Its name as a Python attribute: "private_clean".
    unit        "kB" (a size in units of 1024 bytes), "count" (a number), "flags" or "name".
    meaning     One sentence for people.
    span        The mainline releases that can print it; for a vendor's field, all kernels with the
                vendor's patch.
    formats     Its formats, oldest first.
    source      The kernel commit or tree that shows it.
    smaps       True if smaps prints it.
    rollup      True if smaps_rollup prints it (a file that exists since 4.14).
    condition   When the line is printed; empty: for every mapping of every kernel in `span`.
    producer    "Linux", or the vendor whose patch prints it.
    after       For a vendor's field: the keys that it may directly follow, b"" for the header
                line. `ORDERS` has the positions of mainline fields.
    """

    key: bytes
    attribute: str
    unit: Unit
    meaning: str
    span: Span
    formats: tuple[FieldFormat, ...]
    source: str
    smaps: bool = True
    rollup: bool = True
    condition: str = ""
    producer: str = "Linux"
    after: tuple[bytes, ...] = ()

    @property
    def optional(self) -> bool:
        """True if a kernel that has the field may omit the line."""
        return bool(self.condition)

    def format_at(self, release: Release) -> FieldFormat | None:
        """Return its format in `release`; None if `release` lacks it or that is not established."""
        for line_format in self.formats:
            if line_format.span.covers(release):
                return line_format
        return None


# Labels were padded to 15 columns, and to 16 since some release between 2.6.20 and 2.6.24.
_NARROW = Span.of("2.6.14", "2.6.20|2.6.24")
_WIDE = Span.of("2.6.20|2.6.24")

# smaps_rollup: Linux commit 493b0e9d945f ("mm: add /proc/pid/smaps_rollup") (in v4.14).
ROLLUP_SPAN = Span.of("4.14")


def _label(key: bytes) -> bytes:
    return (key + b":").ljust(16)


def _size(
    key: bytes,
    attribute: str,
    meaning: str,
    span: Span,
    source: str,
    *,
    formats: tuple[FieldFormat, ...] = (),
    smaps: bool = True,
    rollup: bool = True,
    condition: str = "",
) -> SmapsField:
    """Return a mainline field in kB, in the common format unless `formats` is given."""
    return SmapsField(
        key,
        attribute,
        "kB",
        meaning,
        span,
        formats or (FieldFormat(span, _label(key)),),
        source,
        smaps=smaps,
        rollup=rollup,
        condition=condition,
    )


def _first_size(key: bytes, attribute: str, meaning: str, *, rollup: bool = True) -> SmapsField:
    """Return one of the six fields that smaps had at first."""
    return _size(
        key,
        attribute,
        meaning,
        Span.of("2.6.14"),
        "e070ad49f311 (in v2.6.14); labels one column narrower in the 2.6.18 and 2.6.20 trees",
        formats=(
            FieldFormat(_NARROW, (key + b":").ljust(15)),
            FieldFormat(_WIDE, _label(key)),
        ),
        rollup=rollup,
    )


_PSS_PARTS = (
    'ee2ad71b0756 ("mm: smaps: split PSS into components") (committed 2019-07-12, after 5.2: in '
    "v5.3); smaps leaves it out, as it would be all of Pss or zero"
)

_HUGETLB = (
    '25ee01a2fca0 ("mm: hugetlb: proc: add hugetlb-related fields to /proc/PID/smaps") (committed '
    "2015-11-05, after 4.3: in v4.4)"
)

_MAINLINE: tuple[SmapsField, ...] = (
    _first_size(b"Size", "size", "The size of the mapping.", rollup=False),
    _size(
        b"KernelPageSize",
        "kernel_page_size",
        "The page size that the kernel uses for the mapping.",
        Span.of("2.6.29"),
        "proc_pid_smaps(5): available since Linux 2.6.29; in the 2.6.32 tree",
        rollup=False,
    ),
    _size(
        b"MMUPageSize",
        "mmu_page_size",
        "The page size that the processor uses for the mapping.",
        Span.of("2.6.29"),
        "proc_pid_smaps(5): available since Linux 2.6.29; in the 2.6.32 tree",
        rollup=False,
    ),
    _first_size(b"Rss", "rss", "Resident memory: pages that are in memory now."),
    _size(
        b"Pss",
        "pss",
        "Resident memory, each page divided by the number of mappings that share it.",
        Span.of("2.6.24|2.6.32"),
        'ec4dd3eb3575 ("maps4: add proportional set size accounting in smaps")',
    ),
    _size(
        b"Pss_Dirty",
        "pss_dirty",
        "The part of Pss that was written to.",
        Span.of("5.19|6.1"),
        "not in the 5.19 tree, in 6.1",
    ),
    _size(
        b"Pss_Anon",
        "pss_anon",
        "The part of Pss that is anonymous memory.",
        Span.of("5.3"),
        _PSS_PARTS,
        smaps=False,
    ),
    _size(
        b"Pss_File",
        "pss_file",
        "The part of Pss that is memory of files.",
        Span.of("5.3"),
        _PSS_PARTS,
        smaps=False,
    ),
    _size(
        b"Pss_Shmem",
        "pss_shmem",
        "The part of Pss that is shared memory.",
        Span.of("5.3"),
        _PSS_PARTS,
        smaps=False,
    ),
    _first_size(b"Shared_Clean", "shared_clean", "Pages also mapped elsewhere, not written to."),
    _first_size(b"Shared_Dirty", "shared_dirty", "Pages also mapped elsewhere, written to."),
    _first_size(b"Private_Clean", "private_clean", "Pages mapped only here, not written to."),
    _first_size(b"Private_Dirty", "private_dirty", "Pages mapped only here, written to."),
    _size(
        b"Referenced",
        "referenced",
        "Pages marked as accessed recently.",
        Span.of("2.6.20|2.6.24"),
        "not in the 2.6.20 tree, in 2.6.24",
    ),
    _size(
        b"Anonymous",
        "anonymous",
        "Pages that belong to no file, including copies of a file's pages.",
        Span.of("2.6.32|3.4"),
        "not in the 2.6.32 tree, in 3.4",
    ),
    _size(
        b"KSM",
        "ksm",
        "Pages merged with others of the same content, without the zero pages that KSM placed.",
        Span.of("6.6"),
        '8b47933544a6 ("proc/ksm: add ksm stats to /proc/pid/smaps") (committed 2023-09-02, after '
        "6.5; its selftest was fixed on 2023-09-19, before 6.6)",
    ),
    _size(
        b"LazyFree",
        "lazy_free",
        "Pages freed with MADV_FREE that the kernel has not reclaimed yet.",
        Span.of("4.9|4.12"),
        "not in the 4.9 tree, in 4.12",
    ),
    _size(
        b"AnonHugePages",
        "anon_huge_pages",
        "Anonymous memory in transparent huge pages.",
        Span.of("2.6.32|3.4"),
        "not in the 2.6.32 tree, in 3.4",
    ),
    _size(
        b"ShmemPmdMapped",
        "shmem_pmd_mapped",
        "Shared memory mapped by huge pages.",
        Span.of("4.4|4.9"),
        "not in the 4.4 tree, in 4.9",
    ),
    _size(
        b"FilePmdMapped",
        "file_pmd_mapped",
        "File pages mapped by huge pages.",
        Span.of("5.2|5.4"),
        "not in the 5.2 tree, in 5.4; one column short in 5.4, 5.7 and 5.8, fixed in 5.10",
        formats=(
            FieldFormat(Span.of("5.2|5.4", "5.8|5.10"), b"FilePmdMapped: "),
            FieldFormat(Span.of("5.8|5.10"), b"FilePmdMapped:  "),
        ),
    ),
    _size(
        b"Shared_Hugetlb",
        "shared_hugetlb",
        "hugetlb pages also mapped elsewhere; not counted in Rss.",
        Span.of("4.4"),
        _HUGETLB,
    ),
    _size(
        b"Private_Hugetlb",
        "private_hugetlb",
        "hugetlb pages mapped only here; not counted in Rss.",
        Span.of("4.4"),
        f"{_HUGETLB}; the label fills 17 columns, so the number is padded to 7",
        formats=(FieldFormat(Span.of("4.4"), b"Private_Hugetlb: ", 7),),
    ),
    _size(
        b"Swap",
        "swap",
        "Anonymous memory that is in swap.",
        Span.of("2.6.26"),
        '214e471ff990 ("smaps: account swap entries") (committed 2008-04-28, after 2.6.25: in '
        "v2.6.26)",
    ),
    _size(
        b"SwapPss",
        "swap_pss",
        "Swap, each page divided by the number of mappings that share it.",
        Span.of("4.3"),
        '8334b96221ff ("mm: /proc/pid/smaps:: show proportional swap share of the mapping") '
        "(committed 2015-09-08, after 4.2: in v4.3)",
    ),
    _size(
        b"Locked",
        "locked",
        "The part of Pss that is locked in memory (4.14 to 4.17: all of Pss, wrongly).",
        Span.of("2.6.32|3.4"),
        "not in the 2.6.32 tree, in 3.4",
    ),
    _size(
        b"Nonlinear",
        "nonlinear",
        "Pages that are not in the order of the file.",
        Span.of("3.5", "4.0"),
        'bca15543736f ("proc/smaps: show amount of nonlinear ptes in vma") (committed 2012-05-31, '
        'after 3.4: in v3.5), removed by 1da4b35b0014 ("proc: drop handling non-linear mappings") '
        "(committed 2015-02-10, after 3.19: in v4.0)",
        rollup=False,
        condition="only for mappings with the flag nl (VM_NONLINEAR)",
    ),
    SmapsField(
        b"THPeligible",
        "thp_eligible",
        "count",
        "1 if the mapping may have transparent huge pages, else 0.",
        Span.of("5.0"),
        (
            FieldFormat(Span.of("5.0", "5.2|5.4"), b"THPeligible:    ", 0, b""),
            FieldFormat(Span.of("5.2|5.4", "5.8|5.10"), b"THPeligible:\t\t", 0, b""),
            FieldFormat(Span.of("5.8|5.10", "6.1|6.11"), b"THPeligible:    ", 0, b""),
            FieldFormat(Span.of("6.1|6.11"), b"THPeligible:    ", 8, b""),
        ),
        "not in the 4.20 tree, in 5.0; show_smap() of 5.0, 5.4, 5.10, 6.1 and 6.11",
        rollup=False,
    ),
    SmapsField(
        b"ProtectionKey",
        "protection_key",
        "count",
        "The number of the mapping's protection key.",
        Span.of("4.6"),
        (FieldFormat(Span.of("4.6"), b"ProtectionKey:  ", 8, b""),),
        'c1192f842841 ("x86/mm/pkeys: Dump pkey from VMA in /proc/pid/smaps"), of the series that '
        "brought the option for protection keys (in v4.6); proc_pid_smaps(5) says 4.9, when "
        "programs could first make keys",
        rollup=False,
        condition="only if the processor has protection keys and the kernel uses them",
    ),
    SmapsField(
        b"VmFlags",
        "vm_flags",
        "flags",
        "The kernel's flags of the mapping, two letters each (see procmaps.formats.vm_flags).",
        Span.of("3.8"),
        (FieldFormat(Span.of("3.8"), b"VmFlags:", 0, b""),),
        '834f82e2aa9a ("procfs: add VmFlags field in smaps output") (in v3.8)',
        rollup=False,
    ),
)

_ANY_PATCHED = Span()


def _vendor_size(key: bytes, attribute: str, meaning: str, after: bytes) -> SmapsField:
    return SmapsField(
        key,
        attribute,
        "kB",
        meaning,
        _ANY_PATCHED,
        (FieldFormat(_ANY_PATCHED, _label(key)),),
        "kernels with CONFIG_ZRAM_LRU_WRITEBACK",
        condition="only with CONFIG_ZRAM_LRU_WRITEBACK",
        producer="Samsung",
        after=(after,),
    )


_VENDOR: tuple[SmapsField, ...] = (
    SmapsField(
        b"Name",
        "name",
        "name",
        "The label that the program set, in brackets as in the name column.",
        _ANY_PATCHED,
        (FieldFormat(_ANY_PATCHED, b"Name:           ", 0, b""),),
        'Android common kernels: "NOUPSTREAM: ANDROID: mm: add a field to store names for private '
        'anonymous memory", show_smap(); the position of the line differs from branch to branch',
        rollup=False,
        condition="only for mappings that have a label",
        producer="Android",
        after=(b"", b"Locked", b"VmFlags"),
    ),
    _vendor_size(b"Writeback", "writeback", "zram pages written back to storage.", b"SwapPss"),
    _vendor_size(
        b"WritebackHuge",
        "writeback_huge",
        "zram pages that did not compress, written back to storage.",
        b"Writeback",
    ),
    _vendor_size(b"Same", "same", "zram pages filled with one repeated value.", b"WritebackHuge"),
    _vendor_size(b"Huge", "huge", "zram pages that did not compress.", b"Same"),
    _vendor_size(b"SwapShared", "swap_shared", "Swapped pages that are shared.", b"Huge"),
)

FIELDS: Mapping[bytes, SmapsField] = MappingProxyType(
    {field.key: field for field in (*_MAINLINE, *_VENDOR)}
)
VENDOR_FIELDS: tuple[SmapsField, ...] = _VENDOR


def _with_moved(
    keys: Iterable[bytes], moved: tuple[bytes, ...], *, after: bytes
) -> tuple[bytes, ...]:
    """Return `keys` with those in `moved` placed directly after the key `after`."""
    rest = [key for key in keys if key not in moved]
    index = rest.index(after) + 1
    return (*rest[:index], *moved, *rest[index:])


_SINCE_4_14 = tuple(field.key for field in _MAINLINE)

# The order of the fields in all releases of a span. 493b0e9d945f introduced smaps_rollup and moved
# the page sizes from between SwapPss and Locked to directly after Size.
ORDERS: tuple[tuple[Span, tuple[bytes, ...]], ...] = (
    (
        Span.of("2.6.14", "4.14"),
        _with_moved(_SINCE_4_14, (b"KernelPageSize", b"MMUPageSize"), after=b"SwapPss"),
    ),
    (Span.of("4.14"), _SINCE_4_14),
)


_SMAPS_SPAN = Span.of("2.6.14")


@functools.cache
def always_printed(*, rollup: bool = False) -> tuple[bytes, ...]:
    """Return the keys that every entry of smaps (or smaps_rollup) has, in every release."""
    return tuple(
        field.key
        for field in _MAINLINE
        if field.span == _SMAPS_SPAN
        and not field.optional
        and (field.rollup if rollup else field.smaps)
    )


def presence_at(
    release: Release, *, rollup: bool = False
) -> tuple[tuple[SmapsField, bool | None], ...]:
    """Return every mainline field of smaps (or smaps_rollup) and whether `release` prints it.

    The fields are in printing order; None means that it is not established. The result is empty if
    the release lacks the file: smaps was added in 2.6.14, smaps_rollup in 4.14.
    """
    if rollup and not ROLLUP_SPAN.covers(release):
        return ()
    keys = next((keys for span, keys in ORDERS if span.covers(release)), ())
    fields = (FIELDS[key] for key in keys)
    return tuple(
        (field, field.span.covers(release))
        for field in fields
        if (field.rollup if rollup else field.smaps)
    )


def fields_at(release: Release, *, rollup: bool = False) -> tuple[SmapsField, ...]:
    """Return the fields of an smaps entry (or of smaps_rollup) in `release`, in printing order.

    Mainline fields only, including optional ones (`SmapsField.condition`). `uncertain_at` has the
    fields that `release` may or may not print.
    """
    return tuple(field for field, printed in presence_at(release, rollup=rollup) if printed)


def uncertain_at(release: Release, *, rollup: bool = False) -> tuple[SmapsField, ...]:
    """Return the fields for which it is not established whether `release` prints them."""
    return tuple(field for field, printed in presence_at(release, rollup=rollup) if printed is None)
