"""Labels of memory allocators."""

from __future__ import annotations

from procmaps.formats.program_labels.model import LabellingProgram, ProgramLabel

ALLOCATORS = (
    LabellingProgram(
        "jemalloc",
        "jemalloc",
        "5.3.1",
        "when built with --enable-pageid",
        "jemalloc: src/pages.c, os_page_id(); ChangeLog of 5.3.1; jemalloc/jemalloc#2285",
        (
            ProgramLabel(
                "jemalloc_(pg)",
                "jemalloc_pg",
                ("jemalloc", r"\1"),
                "Pages of jemalloc, committed one by one.",
            ),
            ProgramLabel(
                "jemalloc_(pg_overcommit)",
                "jemalloc_pg_overcommit",
                ("jemalloc", r"\1"),
                "Pages of jemalloc, where the kernel overcommits memory.",
            ),
        ),
    ),
    LabellingProgram(
        "tcmalloc",
        "TCMalloc, the one of github.com/google/tcmalloc",
        "",
        "by default",
        "tcmalloc: tcmalloc/internal/system_allocator.h and huge_page_filler.h",
        (
            ProgramLabel(
                r"tcmalloc_region_([A-Z]+)_page_\d+_lfr_.*",
                "tcmalloc_region_COLD_page_8192_lfr_16_nallocs_32_nobjects_64_dense_1_released_0",
                ("tcmalloc", r"\1"),
                "A huge page in use, while TCMalloc describes its pages to the kernel.",
                varies="the region, and counters of the page",
            ),
            ProgramLabel(
                "tcmalloc_region_([A-Z]+).*",
                "tcmalloc_region_NORMAL",
                ("tcmalloc", r"\1"),
                "A region of the heap, or TCMalloc's own tables (METADATA).",
                varies="the region, such as NORMAL, NORMAL_P1, SAMPLED, COLD",
            ),
        ),
    ),
    LabellingProgram(
        "abseil",
        "Abseil's allocator for its own tables",
        "",
        "by default",
        "abseil-cpp: absl/base/internal/low_level_alloc.cc, LowLevelAlloc::DoAllocWithArena()",
        (
            ProgramLabel(
                "absl",
                "absl",
                ("Abseil",),
                "Tables of Abseil and of libraries on it: symbolizer, mutexes, TCMalloc's start.",
            ),
        ),
    ),
    LabellingProgram(
        "mimalloc",
        "mimalloc",
        "2.2.3",
        "by default",
        "mimalloc: src/prim/unix/prim.c, unix_mmap_prim(); microsoft/mimalloc#1032",
        (
            ProgramLabel(
                "mimalloc(.*)",
                "mimalloc",
                ("mimalloc", r"\1"),
                "All memory of mimalloc: arenas and tables.",
            ),
        ),
    ),
    LabellingProgram(
        "scudo",
        "Scudo, LLVM's hardened allocator",
        "",
        "on Android only: the code for other systems names nothing",
        "LLVM: compiler-rt/lib/scudo/standalone, map() in linux.cpp and the callers of "
        "MemMap.map()",
        (
            ProgramLabel(
                "scudo:(primary.*)",
                "scudo:primary",
                ("scudo", r"\1"),
                "Blocks of small sizes; primary_reserve is address space for more of them.",
            ),
            ProgramLabel(
                "scudo:(secondary.*)",
                "scudo:secondary",
                ("scudo", r"\1"),
                "One large allocation.",
            ),
            ProgramLabel(
                "scudo:(.+)",
                "scudo:stack_depot",
                ("scudo", r"\1"),
                "Scudo's own tables.",
                varies="the table: counters, ring_buffer, stack_depot, vector",
            ),
        ),
    ),
    LabellingProgram(
        "gwp-asan",
        "GWP-ASan, which samples allocations",
        "",
        "on Android only: the code for other systems names nothing",
        "LLVM: compiler-rt/lib/gwp_asan/platform_specific/guarded_pool_allocator_posix.cpp, "
        "MaybeSetMappingName()",
        (
            ProgramLabel(
                "GWP-ASan ?(.*)",
                "GWP-ASan Guard Page",
                ("GWP-ASan", r"\1"),
                "A sampled allocation, the guard pages between them, or tables.",
                varies="the kind of memory",
            ),
        ),
    ),
    LabellingProgram(
        "heap-layers",
        "Heap Layers, the allocators of Hoard and DieHard",
        "",
        "when built with HL_NAMED_HEAP",
        "emeryberger/Heap-Layers#52",
        (
            ProgramLabel(
                "(Heap Layer)",
                "Heap Layer",
                ("Heap Layers",),
                "All memory of the allocator.",
            ),
        ),
    ),
    LabellingProgram(
        "libdislocator",
        "AFL++'s allocator that finds memory errors",
        "",
        "when built with USENAMEDPAGE=1",
        "AFLplusplus: utils/libdislocator/libdislocator.so.c",
        (
            ProgramLabel(
                "libdislocator",
                "libdislocator",
                ("libdislocator",),
                "One allocation, and the guard page after it.",
            ),
        ),
    ),
    LabellingProgram(
        "snmalloc",
        "snmalloc",
        "",
        "when built with SNMALLOC_PAGEID",
        "snmalloc: src/snmalloc/pal/pal_linux.h, PALLinux::reserve(); microsoft/snmalloc#502",
        (
            ProgramLabel(
                "snmalloc",
                "snmalloc",
                ("snmalloc",),
                "Address space of the allocator, reserved or in use.",
            ),
        ),
    ),
    LabellingProgram(
        "isoalloc",
        "IsoAlloc",
        "",
        "when built with NAMED_MAPPINGS; by default on Android",
        "iso_alloc: include/iso_alloc_internal.h, name_mapping() and its callers",
        (
            ProgramLabel(
                "((?:internal |private |custom )?isoalloc .+)",
                "isoalloc zone bitmap",
                ("IsoAlloc", r"\1"),
                "A zone of equal chunks, or tables of zones.",
                varies="the kind of memory",
            ),
        ),
    ),
    LabellingProgram(
        "hardened-malloc",
        "hardened_malloc, the allocator of GrapheneOS",
        "",
        "when built with CONFIG_LABEL_MEMORY=true",
        "hardened_malloc: h_malloc.c and memory.c, memory_set_name()",
        (
            ProgramLabel(
                "(malloc (?:slab|large|ro|metadata|allocator_state).*)",
                "malloc slab region gap",
                ("hardened_malloc", r"\1"),
                "Slabs of one size, a large allocation, or tables of the allocator.",
                varies="the kind of memory",
            ),
        ),
    ),
)
