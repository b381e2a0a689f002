"""Labels of C libraries and dynamic linkers."""

from __future__ import annotations

from procmaps.formats.program_labels.model import LabellingProgram, ProgramLabel

C_LIBRARIES = (
    LabellingProgram(
        "glibc",
        "the GNU C library",
        "2.39",
        "GLIBC_TUNABLES=glibc.mem.decorate_maps=1",
        "glibc: sysdeps/unix/sysv/linux/setvmaname.c, and the callers of __set_vma_name()",
        (
            ProgramLabel(
                r" ?glibc: (pthread stack): ?\d*",
                " glibc: pthread stack: 4711",
                ("glibc", r"\1"),
                "The stack of a running thread.",
                varies="the thread's ID",
            ),
            ProgramLabel(
                r" ?glibc: (pthread user stack): ?\d*",
                " glibc: pthread user stack: 4711",
                ("glibc", r"\1"),
                "The stack of a thread, in memory that the program chose.",
                varies="the thread's ID",
            ),
            ProgramLabel(
                " ?glibc: (unused stack)",
                " glibc: unused stack",
                ("glibc", r"\1"),
                "The stack of an ended thread, kept for the next thread.",
                since="2.43; 2.41 does not have it",
            ),
            ProgramLabel(
                " ?glibc: (malloc arena)",
                " glibc: malloc arena",
                ("glibc", r"\1"),
                "The part in use of a heap of malloc, for threads other than the first.",
            ),
            ProgramLabel(
                " ?glibc: (malloc)",
                " glibc: malloc",
                ("glibc", r"\1"),
                "One large allocation of malloc, or its heap where brk() cannot grow.",
            ),
            ProgramLabel(
                " ?glibc: (loader malloc)",
                " glibc: loader malloc",
                ("glibc", r"\1"),
                "The allocator of the dynamic linker before the C library's is ready.",
            ),
            ProgramLabel(
                " ?glibc: (getrandom(?: states)?)",
                " glibc: getrandom",
                ("glibc", r"\1"),
                "The states of getrandom() in the vDSO.",
                since="2.41",
            ),
            ProgramLabel(
                r" ?glibc: (\.bss) ?(.*)",
                " glibc: .bss /usr/lib/x86_64-linux-gnu/libc.so.6",
                ("glibc", r"\1", r"\2"),
                "Zero-initialised variables of a library.",
                varies="the path of the library",
                since="2.43; 2.41 does not have it",
            ),
            ProgramLabel(
                " ?glibc: (assert|fatal)",
                " glibc: fatal",
                ("glibc", r"\1"),
                "The message of a failed assertion or fatal error, for a core dump; not in 2.43.",
            ),
            ProgramLabel(
                " ?glibc: (.+)",
                " glibc: loader scratch",
                ("glibc", r"\1"),
                "Memory of the C library, of a kind that this table does not know.",
            ),
        ),
    ),
    LabellingProgram(
        "android",
        "Android: its runtime, C library and dynamic linker",
        "Android 5.0",
        "by default",
        "Android: art/libartbase/base/mem_map.cc, MemMap::SetDebugName(); bionic/libc and "
        "bionic/linker; the labels in libmeminfo's androidprocheaps.cpp",
        (
            ProgramLabel(
                r"dalvik-(.+?)(?: \d+)?",
                "dalvik-main space (region space)",
                ("dalvik", r"\1"),
                "A space of the runtime's heap, a boot image, or a table of the runtime.",
                varies="the space; a number follows some",
            ),
            ProgramLabel(
                "(stack_and_tls):.*",
                "stack_and_tls:20791",
                ("bionic", r"\1"),
                "The stack of a thread, with its thread-local storage.",
                varies="the thread's ID, or main",
            ),
            ProgramLabel(
                r"(\.bss)",
                ".bss",
                ("bionic", r"\1"),
                "Zero-initialised variables of a library.",
            ),
            ProgramLabel(
                "(libc_malloc)",
                "libc_malloc",
                ("bionic", r"\1"),
                "The heap of malloc, where it is jemalloc: Android 5 to 10.",
            ),
            ProgramLabel(
                "(linker_alloc.*)",
                "linker_alloc_small_objects",
                ("bionic", r"\1"),
                "The allocator of the dynamic linker.",
            ),
            ProgramLabel(
                "(bionic[ _].+)",
                "bionic_alloc_small_objects",
                ("bionic", r"\1"),
                "The C library's own allocator and tables.",
                varies="the kind of memory, and sizes of objects",
            ),
            ProgramLabel(
                "(thread signal stack|cfi shadow|atexit handlers|arc4random data|abort message"
                "|crash details|System property context nodes)",
                "thread signal stack",
                ("bionic", r"\1"),
                "Memory of the C library for the purpose that the label names.",
            ),
        ),
    ),
    LabellingProgram(
        "openharmony",
        "OpenHarmony's runtime and C library",
        "",
        "by default",
        "OpenHarmony: ecmascript/platform/map.cpp, GetPageTagString(), and the labels of musl and "
        "jemalloc in hiviewdfx_hidumper",
        (
            ProgramLabel(
                "(Ark(?:TS|JS) (?:Heap|Code|MemPoolCache)):?[0-9]*(.*)",
                "ArkTS Heap25467non movable space",
                ("Ark", r"\1", r"\2"),
                "A space of the ArkTS heap.",
                varies="the thread's ID, without a separator, and the space",
            ),
            ProgramLabel(
                "native_heap:(.+)",
                "native_heap:jemalloc meta",
                ("native heap", r"\1"),
                "The heap of malloc.",
                varies="the allocator and the kind of memory",
            ),
        ),
    ),
)
