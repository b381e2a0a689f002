# ruff: noqa: E501 - rows of tables are read across
"""Producers of these files other than Linux with an MMU."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from corpus.tools.builder import printer
from corpus.tools.builder.evidence import without
from corpus.tools.builder.making import BASE, allow, make, refuse, with_lines
from corpus.tools.builder.model import (
    HEAP,
    NONE,
    PAGE,
    STACK,
    Case,
    Vma,
    anon,
    file_vma,
    kernel_file,
    path,
    special,
    unknown,
)

LIB = path(b"/usr/lib/libc.so")
RAW = path(b"/usr/lib/libc.so", escaped=False)


def cases() -> Iterator[Case]:
    """Yield kernels without an MMU, then emulations."""
    yield from _nommu()
    yield from _raw_newlines()
    yield from _emulations()
    yield from _cygwin()


def _of(
    producer: str,
    name: str,
    shows: str,
    mappings: Sequence[Vma],
    source: str,
    *,
    header: printer.Header = printer.linux64,
    kinds: Sequence[str] = ("maps",),
    fields_of: str = "6.12",
    since: str = "",
    control: Sequence[Vma] | None = None,
    control_header: printer.Header = printer.linux64,
    shown_by: Sequence[str] = (),
) -> Case:
    """Return a case whose control is printed by Linux, with *control* for *mappings*."""
    return make(
        "producers", name, shows, mappings, source=source, producer=producer, header=header,
        kinds=kinds, fields_of=fields_of, since=since, tags=("emulation",) if producer != "nommu" else ("nommu",),
        feature="other-system", control=control or mappings, control_header=control_header, shown_by=shown_by,
    )  # fmt: skip


def _nommu() -> Iterator[Case]:
    show = "nommu_vma_show(), fs/proc/task_nommu.c"
    low = 0x40A00000
    direct = file_vma(low, low + PAGE, attrs.evolve(RAW, raw=b"/tmp/a", more={"deleted": False, "escaped": False}),
                      perms="rw-S", minor=1, major=0, inode=7)  # fmt: skip
    stack = Vma(low + 4 * PAGE, low + 5 * PAGE, name=STACK)
    yield _of("nommu", "nommu-direct", "The fourth permission letter is S: the mapping uses the file's own memory.",
              [direct, stack], show, header=printer.linux32, since="2.6.32",
              control=[attrs.evolve(direct, perms="rw-p"), stack], control_header=printer.linux32)  # fmt: skip
    shared = attrs.evolve(direct, perms="rw-s", name=path(b"/tmp/a"))
    yield _of("nommu", "nommu-shared", "The fourth permission letter is s: shared through a copy.",
              [shared, stack], show, header=printer.linux32, since="2.6.32",
              control=[attrs.evolve(shared, perms="rw-p"), stack], control_header=printer.linux32)  # fmt: skip
    bare = attrs.evolve(direct, name=NONE, inode=0, minor=0)
    yield _of("nommu", "nommu-unnamed", "The permission letter S on an unnamed mapping.",
              [bare, stack], show, header=printer.linux32, since="2.6.32",
              control=[attrs.evolve(bare, perms="rw-p"), stack], control_header=printer.linux32)  # fmt: skip
    both = unknown(b"[brk][stack]")
    mappings = [Vma(0x8000, 0x9000, name=both), Vma(0xA000, 0xB000)]
    yield _of("uclinux", "uclinux-brk-stack", "One mapping is both brk area and stack. Its name is not padded.",
              mappings, "task_nommu.c of uClinux 2.4.32", header=printer.spaced(1),
              control=[attrs.evolve(mappings[0], name=STACK), mappings[1]], control_header=printer.spaced(1))  # fmt: skip


def _raw_newlines() -> Iterator[Case]:
    """A newline in a path that is printed unescaped. Nothing in the text shows it."""
    rows = (
        ("nommu", "nommu-newline", b"/tmp/a\nb", 'seq_path(m, path, ""), fs/proc/task_nommu.c'),
        ("linux", "linux-2.6.12-newline", b"/tmp/a\n", 'seq_path(m, path, "") up to 2.6.12'),
        ("gvisor", "gvisor-newline", b"/tmp/a\n/tmp/b", "pkg/sentry/mm/procfs.go"),
    )  # fmt: skip
    for producer, name, original, source in rows:
        whole = file_vma(BASE, BASE + PAGE, path(original, escaped=False))
        follower = Vma(BASE + 4 * PAGE, BASE + 5 * PAGE, name=STACK)
        case = make(
            "producers", name, "An unescaped newline in a path splits the line in two.",
            [whole, follower], source=source, producer=producer, since="2.6.12" if producer == "linux"
            else "", until="2.6.12" if producer == "linux" else "", kinds=("maps",),
            tags=("newline", "emulation" if producer == "gvisor" else producer),
            feature="raw-newline", likely="other-systems",
            control=[attrs.evolve(whole, name=path(original.partition(b"\n")[0])), follower],
        )  # fmt: skip
        split = attrs.evolve(whole, name=path(original.partition(b"\n")[0]))
        yield attrs.evolve(
            case,
            records=[*case.records, printer.record(split)],
            either=(
                allow("newline-joined", 0, 1),
                allow("newline-split", 2, 1),
                refuse("malformed-rejected"),
            ),
        )


def _emulations() -> Iterator[Case]:
    image = file_vma(0x400000, 0x407000, LIB, perms="r-xp", minor=0, major=0, inode=42)
    bare = Vma(0x7FFFF000, 0x80000000)
    stack = Vma(0x7FFFFFFDF000, 0x7FFFFFFFF000, name=STACK)
    yield _of("gvisor", "gvisor", "gVisor: like Linux, with the vsyscall page last.",
              [image, stack, Vma(0xFFFFFFFFFF600000, 0xFFFFFFFFFF601000, "--xp", name=special("vsyscall"))],
              "pkg/sentry/mm/procfs.go", kinds=("maps", "smaps"), fields_of="4.4", control=[image, stack])  # fmt: skip
    lines = [*printer.lines_of(image, "4.4")[:-1], printer.raw_flags(b" rd ex ?? ")]
    yield _of("gvisor", "gvisor-lock-on-fault", "gVisor: the flag ?? means lock-on-fault.",
              [with_lines(image, lines), stack], "pkg/sentry/mm/procfs.go", kinds=("smaps",), fields_of="4.4",
              control=[image, stack])  # fmt: skip
    yield _of("qemu", "qemu", "QEMU linux-user: no space after the inode of an unnamed mapping.",
              [image, bare, stack], "open_self_maps(), linux-user/syscall.c",
              header=printer.column(73, trailing=0))  # fmt: skip
    yield _of("qemu", "qemu-smaps", "QEMU linux-user: fields that are not aligned, VmFlags without the last space.",
              [_qemu(image), _qemu(stack)], "show_smaps(), linux-user/syscall.c",
              header=printer.column(73, trailing=0), kinds=("smaps",), control=[image, stack])  # fmt: skip
    wide = [attrs.evolve(image, inode=12), bare]
    yield _of("freebsd", "freebsd", "FreeBSD's linprocfs: sixteen digits, five spaces before a path.",
              wide, "linprocfs_doprocmaps()", header=printer.spaced(5, digits=16))  # fmt: skip
    yield _of("freebsd", "freebsd-stack", "FreeBSD's linprocfs: eleven spaces before [stack].",
              [stack], "linprocfs_doprocmaps()", header=printer.spaced(11, digits=16))  # fmt: skip
    yield _of("dragonfly", "dragonfly", "DragonFly's linprocfs: no space after the inode of an unnamed mapping.",
              wide, "linprocfs_doprocmaps()", header=printer.spaced(5, trailing=0))  # fmt: skip
    yield _of("netbsd", "netbsd", "NetBSD's procfs: five spaces, even if no name follows.",
              wide, "procfs_domap()", header=printer.spaced(5, digits=16, offset=16, trailing=5))  # fmt: skip
    yield _of("lx", "lx-zone", "A zone of illumos: one space before a path, no space without one.",
              wide, "lxpr_read_pid_maps()", header=printer.spaced(1, trailing=0))  # fmt: skip
    yield _of("wsl", "wsl", "WSL 1: names start at column 65.", [image, stack], "lxcore of Windows",
              header=printer.column(65))  # fmt: skip
    offset = attrs.evolve(image, offset=0xC)
    yield _of("wsl", "wsl-offset", "WSL 1: an offset that is not a multiple of the page size.",
              [offset, stack], "lxcore of Windows", header=printer.column(65),
              control=[image, stack], control_header=printer.column(65))  # fmt: skip
    yield _of("wsl", "wsl-smaps", "WSL 1: smaps with the field Pss only.",
              [with_lines(vma, [printer.size("Pss", at + 4)]) for at, vma in enumerate((image, stack))],
              "lxcore of Windows", header=printer.column(65), kinds=("smaps",),
              control=[image, stack], control_header=printer.column(65),
              shown_by=[without(vma, "Size", printer.column(65)) for vma in (image, stack)])  # fmt: skip
    yield _of("starnix", "starnix", "Starnix: the device is always 00:00.", [image, stack],
              "starnix, mm/memory_manager.rs",
              control=[attrs.evolve(image, major=0xFD, minor=1), stack])  # fmt: skip
    label = Vma(BASE, BASE + PAGE, name=anon(b"scudo:primary"))
    yield _of("starnix", "starnix-label", "Starnix: labels are like those of Linux.",
              [image, label, stack], "starnix, mm/memory_manager.rs",
              control=[image, attrs.evolve(label, name=NONE), stack])  # fmt: skip
    yield _of("asterinas", "asterinas", "Asterinas: addresses of six digits, not padded to eight.",
              [image, Vma(0x500000, 0x501000, name=HEAP)], "kernel/src/fs/procfs of Asterinas",
              header=printer.spaced(1, digits=6))  # fmt: skip
    zero = Vma(BASE, BASE + PAGE, "rw-s", 0, 0, 1, 7, kernel_file("shared_zero", b"/dev/zero"))
    yield _of("gvisor", "gvisor-shared", "gVisor: shared anonymous memory.", [zero, stack],
              "pkg/sentry/mm/procfs.go", control=[attrs.evolve(zero, name=LIB), stack])  # fmt: skip


_QEMU = (
    "Rss Pss Pss_Dirty Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced Anonymous "
    "LazyFree AnonHugePages ShmemPmdMapped FilePmdMapped Shared_Hugetlb Private_Hugetlb Swap "
    "SwapPss Locked"
)
"""Fields that QEMU always prints as 0."""


def _qemu(vma: Vma) -> Vma:
    """Print fields as in "Size:                  %lu kB": the number is not padded."""
    known = {"Size": vma.end // 1024 - vma.start // 1024, "KernelPageSize": 4, "MMUPageSize": 4}
    sizes = known | dict.fromkeys(_QEMU.split(), 0)
    lines = [printer.size(key, value, label=23, width=0) for key, value in sizes.items()]
    flags = printer.raw_flags(b" rd wr" if "w" in vma.perms else b" rd ex")
    return with_lines(vma, [*lines, printer.count("THPeligible", 0, width=0), flags])


def _cygwin() -> Iterator[Case]:
    source = "format_process_maps(), winsup/cygwin/fhandler/process.cc"
    program = path(b"/usr/bin/bash.exe")
    image = file_vma(
        0x100400000,
        0x100401000,
        program,
        perms="r-xp",
        major=0x4A1B,
        minor=0xC2D3,
    )
    rows = (
        ("cygwin", "Cygwin: device numbers of four digits.", image),
        ("cygwin-unnamed", "Cygwin: a mapping without a name is padded, too.",
         Vma(0x7FF8A0000000, 0x7FF8A0001000)),
        ("cygwin-reserved", "Cygwin: reserved address space, ===p.",
         Vma(0x7FF8A0000000, 0x7FF8A0001000, "===p")),
        ("cygwin-guard", "Cygwin: the fourth permission letter of a guard page is g.",
         Vma(0xFFFFCB000, 0xFFFFCC000, "rw-g")),
        ("cygwin-stack", "Cygwin: a stack with a name of three words.",
         Vma(0xFFFFCB000, 0xFFFFCC000, name=special("win_stack", b"[stack (tid 4242)]"))),
        ("cygwin-teb", "Cygwin: a name with spaces and parentheses.",
         Vma(0x7FF8A0000000, 0x7FF8A0001000, name=special("teb", b"[teb (tid 4242)]"))),
        ("cygwin-peb", "Cygwin: the process environment block.",
         Vma(0x7FF8A0000000, 0x7FF8A0001000, name=special("peb"))),
        ("cygwin-stack-shared", "Cygwin: a stack with a name of four words.",
         Vma(0x7FF8A0000000, 0x7FF8A0001000, name=special("win_stack", b"[stack (tid 4242) shared]"))),
        ("cygwin-win-heap", "Cygwin: a Windows heap.",
         Vma(0x7FF8A0000000, 0x7FF8A0001000, name=special("win_heap", b"[win heap 0 default grow]"))),
        ("cygwin-cygheap", "Cygwin: the heap of Cygwin itself.",
         Vma(0x7FF8A0000000, 0x7FF8A0001000, name=special("cygheap"))),
        ("cygwin-user-data", "Cygwin: a name with hyphens.",
         Vma(0x7FFE0000, 0x7FFE1000, "r--p", name=special("shared_user_data", b"[shared-user-data]"))),
    )  # fmt: skip
    library = attrs.evolve(
        image, start=0x180040000, end=0x180041000, name=path(b"/usr/bin/cygwin1.dll")
    )
    for name, shows, mapping in rows:
        if mapping is image:
            # Linux has no such device numbers.
            control = [attrs.evolve(vma, major=0xFD, minor=1) for vma in (image, library)]
            yield _of("cygwin", name, shows, [image, library], source, header=printer.cygwin,
                      control=control)  # fmt: skip
            continue
        perms = mapping.perms if set(mapping.perms) <= set("rwx-p") else "rw-p"
        unnamed = Vma(mapping.start, mapping.end, perms)
        ordinary = library if mapping == unnamed else unnamed
        pairs = [sorted((one, image), key=lambda vma: vma.start) for one in (mapping, ordinary)]
        yield _of("cygwin", name, shows, pairs[0], source, header=printer.cygwin,
                  control=pairs[1], control_header=printer.cygwin)  # fmt: skip
