"""Labels of applications, and of libraries that applications embed."""

from __future__ import annotations

from procmaps.formats.program_labels.model import LabellingProgram, ProgramLabel

APPLICATIONS = (
    LabellingProgram(
        "kj",
        "KJ, the library of Cap'n Proto and of workerd",
        "",
        "by default",
        "capnproto: c++/src/kj/async.c++, FiberStack::Impl; capnproto/capnproto#2076",
        (
            ProgramLabel(
                "(kj_fiber_stack)",
                "kj_fiber_stack",
                ("KJ", r"\1"),
                "The stack of a fiber.",
            ),
        ),
    ),
    LabellingProgram(
        "opentelemetry",
        "the process context of OpenTelemetry",
        "",
        "in programs that publish a context",
        "opentelemetry-ebpf-profiler: AttachPrctlMonitor(), and the readers of /proc/PID/maps for "
        "this label",
        (
            ProgramLabel(
                "(OTEL_CTX)",
                "OTEL_CTX",
                ("OpenTelemetry", r"\1"),
                "The attributes of the process, for profilers outside of it.",
            ),
            ProgramLabel(
                "(DD_OTEL_CTX)",
                "DD_OTEL_CTX",
                ("OpenTelemetry", r"\1"),
                "The trace of each thread, for a profiler: Datadog's java-profiler, some releases.",
            ),
        ),
    ),
    LabellingProgram(
        "fex",
        "FEX, which runs x86 programs on arm64",
        "",
        "by default",
        "FEX: FEXCore, the callers of Allocator::VirtualName()",
        (
            ProgramLabel(
                "FEXMem_?(.*)",
                "FEXMemJIT",
                ("FEX", r"\1"),
                "The emulator's own memory, such as translated code.",
                varies="the purpose",
            ),
        ),
    ),
    LabellingProgram(
        "openvmm",
        "OpenVMM, a virtual machine monitor",
        "",
        "by default",
        "microsoft/openvmm#3041, SparseMapping::set_name()",
        (
            ProgramLabel(
                "(guest-ram-private|guest-memory)",
                "guest-ram-private",
                ("OpenVMM", r"\1"),
                "The memory of the virtual machine, or address space for it.",
            ),
        ),
    ),
    LabellingProgram(
        "obliteration",
        "Obliteration, a kernel for programs of the PlayStation 4",
        "",
        "by default",
        "obhq/obliteration#572",
        (
            ProgramLabel(
                r"([\w.-]+\.s?prx)",
                "libkernel.sprx",
                ("Obliteration", r"\1"),
                "A module of the program.",
                varies="the module",
            ),
        ),
    ),
    LabellingProgram(
        "cm4all-pond",
        "Pond, CM4all's database of log entries",
        "",
        "by default",
        "CM4all: pond, Database::Database(), and libcommon's SetVmaName()",
        (
            ProgramLabel(
                "(PondDatabase)",
                "PondDatabase",
                ("Pond", r"\1"),
                "The log entries.",
            ),
        ),
    ),
    LabellingProgram(
        "bytehook",
        "ByteDance's hooks for Android programs",
        "",
        "by default",
        "bytehook: bh_trampo.c, bh_trampo_stack_create()",
        (
            ProgramLabel(
                "(bytehook-(?:stack|plt-trampolines)|plt-hook-(?:stack|plt-trampolines))",
                "bytehook-stack",
                ("bytehook", r"\1"),
                "Frames of hooked calls, or the code that leads to hooks.",
            ),
        ),
    ),
    LabellingProgram(
        "mpd",
        "the Music Player Daemon",
        "",
        "by default, where input_cache is configured",
        "MPD: src/input/cache/Manager.cxx, and src/util/HugeAllocator.hxx, HugeSetName()",
        (
            ProgramLabel(
                "(InputCache)",
                "InputCache",
                ("MPD", r"\1"),
                "Files of music, read ahead.",
            ),
        ),
    ),
    LabellingProgram(
        "stress-ng",
        "stress-ng",
        "",
        "by default; also of shared memory, which prints [anon_shmem:…] since Linux 6.2",
        "stress-ng: core-helper.c, stress_set_vma_anon_name(), and its callers",
        (
            ProgramLabel(
                "(g_shared(?:_guard)?|shared-heap|checksum|cacheline|mem-cache|lock-[a-z]+)",
                "g_shared",
                ("stress-ng", r"\1"),
                "What all its processes share: settings, counters, locks, checksums.",
            ),
            ProgramLabel(
                "(mapped-(?:none|ro|wo)|sigstack|altstack)",
                "mapped-none",
                ("stress-ng", r"\1"),
                "A page of each process that may not be accessed, or the stack of its signals.",
            ),
            ProgramLabel(
                "((?:[a-z]+-)*(?:io|read|write|iovec|iov|fpunch|llc|memcpy|memrate|pipe|pseek|"
                "stream|shootdown)-buffer)",
                "memrate-buffer",
                ("stress-ng", r"\1"),
                "The memory that a stressor works on.",
                varies="the stressor",
            ),
        ),
        generic=True,
    ),
)
