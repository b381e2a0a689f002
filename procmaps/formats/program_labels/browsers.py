"""Labels of browsers and their engines."""

from __future__ import annotations

from procmaps.formats.program_labels.model import LabellingProgram, ProgramLabel

BROWSERS = (
    LabellingProgram(
        "chromium",
        "Chromium and programs on its engine: PartitionAlloc, Blink, V8",
        "",
        "by default",
        "Chromium: base/allocator/partition_allocator, NameRegion() in "
        "page_allocator_internals_posix.h",
        (
            ProgramLabel(
                "(?:cr_)?(partition_alloc)",
                "partition_alloc",
                ("Chromium", r"\1"),
                "The heap of malloc and new, and of Blink's buffers.",
            ),
            ProgramLabel(
                "(?:cr_)?(blink_gc)",
                "blink_gc",
                ("Chromium", r"\1"),
                "The garbage-collected heap of C++ objects (Oilpan), such as the DOM.",
            ),
            ProgramLabel(
                "(?:cr_)?(v8)",
                "v8",
                ("Chromium", r"\1"),
                "The heap of JavaScript, its code and its reservations.",
            ),
            ProgramLabel(
                "(v8-[a-z-]+)",
                "v8-sandbox",
                ("Chromium", r"\1"),
                "A reservation of V8: the sandbox, or a table of pointers.",
                varies="the reservation",
            ),
            ProgramLabel(
                "(tls-mmap-allocator)",
                "tls-mmap-allocator",
                ("Chromium", r"\1"),
                "Thread-local storage of libraries, which Chromium allocates itself.",
            ),
            ProgramLabel(
                "(?:cr_)?(chromium|simulation)",
                "chromium",
                ("Chromium", r"\1"),
                "Other memory that Chromium mapped by itself.",
            ),
            ProgramLabel(
                "(v8|V8|persistent|v8-[a-z-]+):(.+)",
                "persistent:BrowserMetrics",
                ("Chromium", r"\1", r"\2"),
                "Memory that survives a process, such as its metrics.",
                varies="the name of the memory",
            ),
        ),
    ),
    LabellingProgram(
        "firefox",
        "Firefox and programs on SpiderMonkey, such as GNOME's gjs",
        "",
        "by default",
        "Firefox: mozglue/misc/TaggedAnonymousMemory.cpp, MozTagAnonymousMemory(), and its callers",
        (
            ProgramLabel(
                "(js-gc-heap)",
                "js-gc-heap",
                ("Firefox", r"\1"),
                "The garbage-collected heap of JavaScript.",
            ),
            ProgramLabel(
                "(js-executable-memory)",
                "js-executable-memory",
                ("Firefox", r"\1"),
                "Code that the JIT compiler made, and the reservation for it.",
            ),
            ProgramLabel(
                "(wasm-reserved)",
                "wasm-reserved",
                ("Firefox", r"\1"),
                "Address space for the memory of WebAssembly.",
            ),
            ProgramLabel(
                "(jemalloc(?:-decommitted)?)",
                "jemalloc",
                ("Firefox", r"\1"),
                "The heap of malloc, mozjemalloc; decommitted is address space without memory.",
            ),
            ProgramLabel(
                "(rlbox_wasm2c)_(.+)",
                "rlbox_wasm2c_expat",
                ("Firefox", r"\1", r"\2"),
                "The memory of a library in a sandbox of RLBox.",
                varies="the library",
            ),
            ProgramLabel(
                "(js-[a-z-]+|moz[a-z]*-[a-z-]+)",
                "js-sandbox-memory",
                ("Firefox", r"\1"),
                "Other memory of the engine; js-sandbox-memory is address space for a sandbox.",
            ),
        ),
    ),
    LabellingProgram(
        "webkit",
        "WebKit's JavaScriptCore: WebKitGTK, Bun",
        "",
        "by default",
        "WebKit: Source/WTF/wtf/posix/OSAllocatorPOSIX.cpp, VMTags, and bmalloc's tags; the labels "
        "of libjavascriptcoregtk 2.54.2 and of Bun 1.4.5",
        (
            ProgramLabel(
                "(JSJITCode)",
                "JSJITCode",
                ("WebKit", r"\1"),
                "Code that the JIT compiler made, and the reservation for it.",
            ),
            ProgramLabel(
                "(JSStructureHeap)",
                "JSStructureHeap",
                ("WebKit", r"\1"),
                "The shapes (structures) of JavaScript objects: 4 GiB of address space.",
            ),
            ProgramLabel(
                "(JSGigacage)",
                "JSGigacage",
                ("WebKit", r"\1"),
                "The cage that contains the elements of arrays and typed arrays.",
            ),
            ProgramLabel(
                "(WKFastMalloc)",
                "WKFastMalloc",
                ("WebKit", r"\1"),
                "The heap of bmalloc and libpas: C++ objects, and JavaScript's in newer releases.",
            ),
            ProgramLabel(
                "(JSWebAssemblyMemory)",
                "JSWebAssemblyMemory",
                ("WebKit", r"\1"),
                "The memory of WebAssembly.",
            ),
        ),
    ),
)
