"""Labels of the runtimes of programming languages."""

from __future__ import annotations

from procmaps.formats.program_labels.model import LabellingProgram, ProgramLabel

RUNTIMES = (
    LabellingProgram(
        "go",
        "the Go runtime",
        "1.25",
        "by default, where go.mod asks for Go 1.25 or later; GODEBUG=decoratemappings=1 or 0",
        "Go: runtime/set_vma_name_linux.go, setVMAName(), and its callers; golang/go#71546",
        (
            ProgramLabel(
                " ?Go: (heap reservation|heap index|heap)",
                " Go: heap",
                ("Go", r"\1"),
                "The garbage-collected heap; a reservation is address space for more of it.",
            ),
            ProgramLabel(
                " ?Go: (unused|used)",
                " Go: unused",
                ("Go", r"\1"),
                "Heap whose pages went back to the kernel (unused), or that is in use again.",
            ),
            ProgramLabel(
                r" ?Go: (OS thread stack|goroutine stack.*)",
                " Go: OS thread stack",
                ("Go", r"\1"),
                "A stack.",
            ),
            ProgramLabel(
                " ?Go: (getrandom states)",
                " Go: getrandom states",
                ("Go", r"\1"),
                "The states of getrandom() in the vDSO.",
            ),
            ProgramLabel(
                " ?Go: (.+)",
                " Go: page summary",
                ("Go", r"\1"),
                "A table of the runtime: of the allocator, the garbage collector, or a profiler.",
                varies="the table, such as gc bits, immortal metadata, page summary",
            ),
        ),
    ),
    LabellingProgram(
        "php",
        "PHP",
        "8.2",
        "by default",
        "PHP: Zend/zend_mmap.h, zend_mmap_set_name(), and its callers; php/php-src#8234",
        (
            ProgramLabel(
                "zend_(alloc)",
                "zend_alloc",
                ("PHP", r"\1"),
                "The heap of a request: chunks of 2 MiB, and large allocations.",
            ),
            ProgramLabel(
                "zend_(fiber_stack)",
                "zend_fiber_stack",
                ("PHP", r"\1"),
                "The stack of a fiber.",
            ),
            ProgramLabel(
                "zend_(huge_code_pages)",
                "zend_huge_code_pages",
                ("PHP", r"\1"),
                "PHP's own code, copied to huge pages by opcache.huge_code_pages=1.",
            ),
        ),
    ),
    LabellingProgram(
        "ruby",
        "Ruby",
        "3.4",
        "by default",
        "Ruby: gc/default/default.c, gc.c, ruby_annotate_mmap(); ruby/ruby#12119",
        (
            ProgramLabel(
                "Ruby:(GC):(.+)",
                "Ruby:GC:default:heap_page_body_allocate",
                ("Ruby", r"\1", r"\2"),
                "Pages of the garbage-collected heap.",
                varies="the collector and the function",
            ),
            ProgramLabel(
                "Ruby:([^:]+)",
                "Ruby:nt_alloc_thread_stack_chunk",
                ("Ruby", r"\1"),
                "Memory of the function in the label: stacks of threads, code of a JIT compiler.",
                varies="the function",
            ),
            ProgramLabel(
                "Ruby:(.+?):(.+)",
                "Ruby:Init_default_shapes:shape_list",
                ("Ruby", r"\1", r"\2"),
                "Memory of the function in the label: the table of shapes.",
                varies="the function, and the table",
            ),
        ),
    ),
    LabellingProgram(
        "mmtk",
        "MMTk, a library of garbage collectors",
        "",
        "by default",
        "mmtk-core: src/util/memory.rs, MmapAnnotation; mmtk/mmtk-core#1236",
        (
            ProgramLabel(
                "mmtk:(space|sidemeta|sft|misc|test):(.*)",
                "mmtk:space:immix",
                ("MMTk", r"\1", r"\2"),
                "A space of the heap, or a table beside it (sidemeta).",
                varies="the space, and the kind of table",
            ),
        ),
    ),
    LabellingProgram(
        "ocaml",
        "OCaml",
        "OxCaml 5.2",
        "by default in OxCaml; the OCaml of ocaml.org up to 5.4 labels nothing",
        "oxcaml/oxcaml#3351, and #4004 for the labels of stacks",
        (
            ProgramLabel(
                r" ?OCaml: (.+)",
                "OCaml: minor heap 3",
                ("OCaml", r"\1"),
                "A part of the runtime's memory.",
                varies="the part, and the number of the domain",
            ),
            ProgramLabel(
                r"(stack|stack info|guard page for stack) \(original fiber id .*",
                "stack info (original fiber id 12, tid 4711)",
                ("OCaml", r"\1"),
                "The stack of a fiber.",
                varies="the fiber and the thread that made it",
                since="OxCaml 5.2",
            ),
        ),
    ),
    LabellingProgram(
        "python",
        "CPython",
        "3.15",
        "-X dev, or a build for debugging",
        "CPython: Include/internal/pycore_mmap.h, _PyAnnotateMemoryMap(); python/cpython#141770",
        (
            ProgramLabel(
                "cpython:(pymalloc)",
                "cpython:pymalloc",
                ("CPython", r"\1"),
                "An arena of the allocator for small objects.",
            ),
            ProgramLabel(
                "cpython:(jit|perf_trampoline|perf_jit_trampoline)",
                "cpython:jit",
                ("CPython", r"\1"),
                "Code that the JIT compiler made, or trampolines for perf.",
            ),
        ),
    ),
    LabellingProgram(
        "node",
        "Node.js",
        "18",
        "--use-largepages=on",
        "Node.js: src/large_pages/node_large_page.cc; nodejs/node#42644",
        (
            ProgramLabel(
                "(nodejs Large Page)",
                "nodejs Large Page",
                ("Node.js", r"\1"),
                "Node's own code, copied to anonymous memory for huge pages.",
            ),
        ),
    ),
    LabellingProgram(
        "hermes",
        "Hermes, the JavaScript engine of React Native",
        "",
        "by default",
        "Hermes: lib/VM, the callers of StorageProvider::newStorage(), and lib/Support/OSCompat",
        (
            ProgramLabel(
                "(hades-segment)",
                "hades-segment",
                ("Hermes", r"\1"),
                "A segment of 4 MiB of the garbage-collected heap.",
            ),
            ProgramLabel(
                "(hermes-rt)",
                "hermes-rt",
                ("Hermes", r"\1"),
                "The runtime itself, in storage of the heap's.",
            ),
        ),
    ),
)
