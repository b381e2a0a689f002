"""The pseudo-names that kernels print: names in brackets, and files without a directory entry.

A user can give a real file any of these names; `procmaps.records.names` handles the ambiguity.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import attrs

from procmaps.formats.releases import Span

PLACEHOLDERS: Mapping[str, str] = MappingProxyType(
    {
        "LABEL": "a label or name chosen by a user",
        "TID": "a thread ID, decimal",
        "KEY": "a SysV key, eight hexadecimal digits",
        "INODE": "a socket's inode, decimal",
        "CLASS": "the kind of kernel object",
        "NUMBER": "a number, decimal",
    }
)
"""The placeholders in `PseudoName.pattern_text`, and the text that each represents."""

_PLACEHOLDER = re.compile(f"({'|'.join(PLACEHOLDERS)})")


@attrs.frozen
class PseudoName:
    """One pseudo-name, or one pattern of pseudo-names.

    pattern_text       The whole name column, with `PLACEHOLDERS` for the parts that vary.
    kind               `procmaps.records.names.Name.kind` of its record: its terminal in
                       grammar/name.lark, in lower case.
    meaning            One sentence for people.
    span               The mainline releases that can print it; for a producer other than Linux,
                       all kernels with its patch.
    source             The kernel function, commit or tree that shows it.
    architectures      Names as under arch/ in the kernel; empty: all.
    file_backed        True if the line also has the device and inode of a file.
    producer           "Linux", or the vendor whose patch prints it.
    look_alike         True if it is parsed as another name that prints the same, and has its kind.
    earlier_producer   The vendor whose patch printed it in earlier releases too; empty: none.
    """

    pattern_text: str
    kind: str
    meaning: str
    span: Span
    source: str
    architectures: tuple[str, ...] = ()
    file_backed: bool = False
    producer: str = "Linux"
    look_alike: bool = False
    earlier_producer: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The name split at its placeholders: text and placeholder alternate, text first."""
        return tuple(_PLACEHOLDER.split(self.pattern_text))

    @property
    def pathless(self) -> bool:
        """True if it is not a path but a name in brackets, or a word and a colon."""
        return not self.pattern_text.startswith("/")

    @property
    def varies(self) -> bool:
        """True if it has placeholders."""
        return len(self.parts) > 1


def _file(
    pattern_text: str,
    kind: str,
    meaning: str,
    span: Span,
    source: str,
    architectures: tuple[str, ...] = (),
    producer: str = "Linux",
    *,
    look_alike: bool = False,
) -> PseudoName:
    """Return a name for mappings of a file."""
    return PseudoName(
        pattern_text,
        kind,
        meaning,
        span,
        source,
        architectures,
        file_backed=True,
        producer=producer,
        look_alike=look_alike,
    )


# shmem_kernel_file_setup() and alloc_file_pseudo() create files without a directory entry;
# simple_dname() (fs/d_path.c) prints them as "/", their name and " (deleted)".
_PSEUDO_FILE = "printed by simple_dname()"

PSEUDO_NAMES: tuple[PseudoName, ...] = (
    # Chosen by fs/proc/task_mmu.c itself.
    PseudoName(
        "[heap]",
        "heap",
        "Memory allocated by brk(); this name takes precedence over a label.",
        Span.of("2.6.12"),
        "get_vma_name(), show_map() before; not in the 2.6.11 tree, in 2.6.12",
    ),
    PseudoName(
        "[stack]",
        "stack",
        "The stack of the main thread; this name takes precedence over a label.",
        Span.of("2.6.12"),
        "get_vma_name(), show_map() before; not in the 2.6.11 tree, in 2.6.12",
    ),
    PseudoName(
        "[stack:TID]",
        "thread_stack",
        "The mapping that contains the stack pointer of thread TID.",
        Span.of("3.4", "4.5"),
        'b76437579d13 ("procfs: mark thread stack correctly in proc/<pid>/maps") (in v3.4), '
        "removed by 65376df58217 (in v4.5), which stable 4.4.155 has too",
    ),
    PseudoName(
        "[anon:LABEL]",
        "anon",
        "Private anonymous memory that the program labelled with PR_SET_VMA_ANON_NAME.",
        Span.of("5.17"),
        'get_vma_name(); 9a10064f5625 ("mm: add a field to store names for private anonymous '
        'memory") (in v5.17); Android kernels had it years before, with a pointer into the '
        "program's memory",
        earlier_producer="Android",
    ),
    PseudoName(
        "[anon_shmem:LABEL]",
        "anon_shmem",
        "Shared anonymous memory, a memfd, or an unlinked tmpfs file with a label.",
        Span.of("6.2"),
        "get_vma_name() of 6.12; not in the 6.1 tree; in v6.2 by the date of its commit",
        file_backed=True,
    ),
    PseudoName(
        "[rollup]",
        "rollup",
        "Not a mapping: the sums of smaps_rollup, from the first start to the last end.",
        Span.of("4.14"),
        '493b0e9d945f ("mm: add /proc/pid/smaps_rollup") (in v4.14)',
    ),
    # Chosen by the architecture: arch_vma_name() or the name of a special mapping.
    PseudoName(
        "[vdso]",
        "vdso",
        "Kernel code that programs call without a system call.",
        Span.of("2.6.12"),
        "arch_vma_name(), vdso's vm_special_mapping; get_vma_name() for memory of no process "
        "(ia64's gate); not in the 2.6.11 tree, in 2.6.12",
    ),
    PseudoName(
        "[vdso_data]",
        "vdso_data",
        "Kernel data that the code in [vdso] reads.",
        Span.of("?|5.17", "6.1|6.12"),
        "arch_vma_name(), arch/csky/kernel/vdso.c, in the 5.17 and 6.1 trees; in 6.12 the mapping "
        "has a vm_special_mapping, whose name comes before that: [vvar]",
        ("csky",),
    ),
    PseudoName(
        "[vvar]",
        "vvar",
        "Kernel data that the code in [vdso] reads.",
        Span.of("3.16"),
        "vvar_mapping, arch/x86/vdso/vma.c, first of all: nameless in the 3.15 tree, in 3.16; "
        "lib/vdso/datastore.c since v6.15",
        (
            "x86",
            "arm",
            "arm64",
            "csky",
            "loongarch",
            "mips",
            "nds32",
            "powerpc",
            "riscv",
            "s390",
            "sparc",
        ),
    ),
    PseudoName(
        "[vvar_vclock]",
        "vvar_vclock",
        "The clock pages of a hypervisor that code in [vdso] reads.",
        Span.of("6.13"),
        'e93d2521b27f ("x86/vdso: Split virtual clock pages into dedicated mapping"), not in the '
        "6.12 tree; fixed in stable 6.13, so in v6.13",
        ("x86",),
    ),
    PseudoName(
        "[vsyscall]",
        "vsyscall",
        "The old fixed page of system calls; it belongs to no process.",
        Span.of("2.6.18|2.6.24"),
        "arch_vma_name() or gate_vma's name, arch/x86/entry/vsyscall/vsyscall_64.c; not in the "
        "2.6.18 tree, in 2.6.24",
        ("x86",),
    ),
    PseudoName(
        "[vectors]",
        "vectors",
        "The page of exception vectors and kernel helpers.",
        Span.of("?|3.4"),
        "arch_vma_name(), arch/arm/kernel/process.c; arch/arm64/kernel/vdso.c for 32-bit programs",
        ("arm", "arm64", "unicore32"),
    ),
    PseudoName(
        "[sigpage]",
        "sigpage",
        "The code that returns from signal handlers.",
        Span.of("?|3.19"),
        "arch/arm/kernel/process.c, in stable 3.10.99 too; arch/arm64/kernel/vdso.c for 32-bit "
        "programs",
        ("arm", "arm64"),
    ),
    PseudoName(
        "[uprobes]",
        "uprobes",
        "Copies of probed instructions, run out of line.",
        Span.of("3.19|4.4"),
        "xol_area's special mapping, kernel/events/uprobes.c; not in the 3.19 tree, in 4.4",
    ),
    PseudoName(
        "[uprobes-trampoline]",
        "uprobes_trampoline",
        "Code that probes jump to instead of trapping.",
        Span.of("6.18"),
        '91440ff4cafa ("uprobes/x86: Add mapping for optimized uprobe trampolines") (committed '
        "2025-08-21, after 6.17-rc1: in v6.18)",
        ("x86",),
    ),
    PseudoName(
        "[mpx]",
        "mpx",
        "Bounds tables of x86's MPX.",
        Span.of("3.19", "5.6"),
        "vm_ops->name in the 3.19 tree, arch_vma_name() from 4.4 to 5.4; removed by 45fc24e89b7c "
        '("x86/mpx: remove MPX from arch/x86") (in v5.6)',
        ("x86",),
    ),
    PseudoName(
        "[kuser]",
        "kuser",
        "The page of kernel helpers.",
        Span.of("?|6.1", "6.1|6.12"),
        "arch_vma_name(), arch/nios2/mm/init.c, in the 6.1 tree; in 6.12 the mapping has a "
        "vm_special_mapping, whose name comes before that: [vdso]",
        ("nios2",),
    ),
    PseudoName(
        "[intrpt]",
        "intrpt",
        "The page of the interrupt entry code.",
        Span.of("?|4.15", "4.15|4.20"),
        'arch_vma_name(), arch/tile/mm/elf.c; the architecture left with "arch: remove tile port" '
        "(committed 2018-03-16, after 4.15)",
        ("tile",),
    ),
    PseudoName(
        "[gic]",
        "gic",
        "The registers of the interrupt controller that programs may read.",
        Span.of("6.15"),
        '69896119dc9d ("MIPS: vdso: Switch to generic storage implementation") (committed '
        "2025-02-21, after 6.14-rc1: in v6.15); part of [vvar] before",
        ("mips",),
    ),
    PseudoName(
        "[page size compat]",
        "page_size_compat",
        "Not a mapping: padding of a library's segment if pages are larger than expected.",
        Span(),
        "mm/pgsize_migration.c of Android common kernels",
        producer="Android",
    ),
    # Files in no directory: shared memory.
    _file(
        "/dev/zero (deleted)",
        "shared_zero",
        "Shared anonymous memory (MAP_SHARED with MAP_ANONYMOUS).",
        Span.of("?|2.6.32"),
        f"shmem_zero_setup(), mm/shmem.c, in the 2.6.32 tree; {_PSEUDO_FILE}",
    ),
    _file(
        "/SYSVKEY (deleted)",
        "sysv",
        "A SysV segment; the inode is the segment's id.",
        Span.of("?|2.6.32"),
        f'newseg(), ipc/shm.c: "SYSV%08x", in the 2.6.32 tree; {_PSEUDO_FILE}',
    ),
    _file(
        "/memfd:LABEL (deleted)",
        "memfd",
        "A file of memfd_create(), with the name that the program gave it.",
        Span.of("3.17"),
        f"memfd_create(2): since Linux 3.17; mm/memfd.c; {_PSEUDO_FILE}",
    ),
    _file(
        "/anon_hugepage (deleted)",
        "anon_hugepage",
        "Anonymous memory from hugetlb (MAP_HUGETLB).",
        Span.of("?|2.6.32"),
        f"HUGETLB_ANON_FILE, include/linux/hugetlb.h; {_PSEUDO_FILE}",
    ),
    _file(
        "/NUMBER (deleted)",
        "file",
        "Memory from hugetlb, a SysV segment among it, named by a running number.",
        Span.of("?|2.6.18", "2.6.18|2.6.32"),
        "hugetlb_zero_setup() in the 2.6.18 tree",
        look_alike=True,
    ),
    _file(
        "/[aio] (deleted)",
        "aio",
        "The ring of completed requests of io_setup().",
        Span.of("3.10|3.19"),
        f"aio_private_file(), fs/aio.c; not in the 3.10 tree, in 3.19; {_PSEUDO_FILE}",
    ),
    _file(
        "/secretmem (deleted)",
        "secretmem",
        "A file of memfd_secret(), whose pages the kernel itself cannot see.",
        Span.of("5.14"),
        '1507f51255c9 ("mm: introduce memfd_secret system call to create "secret" memory areas") '
        f"(in v5.14), secretmem_file_create(), mm/secretmem.c; {_PSEUDO_FILE}",
    ),
    _file(
        "/dev/ashmem/LABEL (deleted)",
        "ashmem",
        "A labelled region of Android's shared memory, the label up to 255 bytes.",
        Span(),
        "ashmem_mmap(), drivers/staging/android/ashmem.c and Android common kernels",
        producer="Android",
    ),
    _file(
        "/dev/ashmem (deleted)",
        "ashmem",
        "A region of Android's shared memory without a label.",
        Span(),
        "ashmem_mmap(), drivers/staging/android/ashmem.c and Android common kernels",
        producer="Android",
    ),
    # Files in no directory: drivers.
    _file(
        "/dmabuf:LABEL",
        "dmabuf",
        "A buffer that drivers share, with a label of up to 31 bytes or none.",
        Span.of("5.3"),
        'ed63bb1d1f84 ("dma-buf: give each buffer a full-fledged inode") (in v5.3), '
        "dmabuffs_dname(), drivers/dma-buf/dma-buf.c; anon_inode:dmabuf before",
    ),
    _file(
        "/drm mm object (deleted)",
        "drm",
        "A graphics buffer.",
        Span.of("?|3.2"),
        f"drm_gem_object_init(), drivers/gpu/drm/drm_gem.c, in the 3.2 tree; {_PSEUDO_FILE}",
    ),
    _file(
        "/i915 (deleted)",
        "i915",
        "A graphics buffer of the i915 driver.",
        Span.of("?|6.1"),
        f"__create_shmem(), drivers/gpu/drm/i915/gem/i915_gem_shmem.c; {_PSEUDO_FILE}",
    ),
    _file(
        "/i915-shmem-tt (deleted)",
        "i915_shmem",
        "A graphics buffer of the i915 driver.",
        Span.of("?|6.1"),
        f"drivers/gpu/drm/i915/gem/i915_gem_ttm.c; {_PSEUDO_FILE}",
    ),
    _file(
        "/ttm swap (deleted)",
        "ttm",
        "A graphics buffer that was moved out to shared memory.",
        Span.of("?|3.2"),
        f"ttm_tt_swapout(), drivers/gpu/drm/ttm/ttm_tt.c, in the 3.2 tree; {_PSEUDO_FILE}",
    ),
    _file(
        "/SGX backing (deleted)",
        "sgx",
        "Pages of an SGX enclave that do not fit in enclave memory.",
        Span.of("?|6.1"),
        f"sgx_encl_create(), arch/x86/kernel/cpu/sgx/ioctl.c; {_PSEUDO_FILE}",
        ("x86",),
    ),
    # Names without a slash.
    _file(
        "anon_inode:CLASS",
        "anon_inode",
        "Memory of a kernel object: [perf_event], [io_uring], kvm-vcpu:0, bpf-map, i915.gem.",
        Span.of("?|3.2"),
        "anon_inodefs_dname(), fs/anon_inodes.c, in the 3.2 tree",
    ),
    _file(
        "socket:[INODE]",
        "socket",
        "A socket's ring of packets.",
        Span.of("?|6.1"),
        "sockfs_dname(), net/socket.c",
    ),
    _file(
        "[stack:NUMBER]",
        "thread_stack",
        "Memory of OpenOnload's network stack; unlike a thread's stack it has a device.",
        Span(),
        "a d_dname of Solarflare's OpenOnload",
        producer="OpenOnload",
        look_alike=True,
    ),
)

PSEUDO_BY_TEXT: Mapping[str, PseudoName] = MappingProxyType(
    {name.pattern_text: name for name in PSEUDO_NAMES}
)
