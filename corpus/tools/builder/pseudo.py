# ruff: noqa: E501 - rows of tables are read across
"""Names in brackets that the kernel sets, and names that a future kernel may set."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from corpus.tools.builder.evidence import together
from corpus.tools.builder.making import BASE, FOLLOWER, make
from corpus.tools.builder.model import (
    HEAP,
    NONE,
    PAGE,
    STACK,
    Case,
    Column,
    Vma,
    special,
    thread_stack,
    unknown,
)

NAMES = "get_vma_name(), fs/proc/task_mmu.c"

ROWS: tuple[tuple[str, Column, str, str, str, str, str], ...] = (
    ("heap", HEAP, "The heap of brk().", "rw-p", "2.6.18", "", NAMES),
    ("stack", STACK, "The main thread's stack.", "rw-p", "2.6.18", "", NAMES),
    ("thread-stack", thread_stack(4242), "A thread's stack.", "rw-p", "3.4", "4.4",
     "b76437579d13 (in v3.4), gone with 65376df58217 (in v4.5)"),
    ("thread-stack-highest", thread_stack(4194304), "The highest thread id.", "rw-p", "3.4", "4.4",
     "PID_MAX_LIMIT"),
    ("vdso", special("vdso"), "The vdso.", "r-xp", "2.6.18", "", "arch_vma_name()"),
    ("vvar", special("vvar"), "The data of the vdso.", "r--p", "3.16", "",
     "vvar_mapping, arch/x86/vdso/vma.c"),
    ("vvar-vclock", special("vvar_vclock"), "The clock pages of the vdso.", "r--p", "6.13", "",
     "e93d2521b27f (in v6.13), x86"),
    ("vsyscall", special("vsyscall"), "The vsyscall page at the end of the address space.", "--xp",
     "2.6.24", "", "gate_vma, arch/x86/entry/vsyscall"),
    ("vectors", special("vectors"), "The exception vectors.", "r-xp", "3.4", "", "arch/arm"),
    ("sigpage", special("sigpage"), "The page for signals.", "r-xp", "3.19", "", "arch/arm"),
    ("uprobes", special("uprobes"), "The instruction slots of uprobes.", "--xp", "4.4", "", "kernel/events/uprobes.c"),
    ("uprobes-trampoline", special("uprobes_trampoline", b"[uprobes-trampoline]"),
     "The trampoline of uprobes: a name with a hyphen.", "r-xp", "6.18", "", "91440ff4cafa (in v6.18), x86"),
    ("mpx", special("mpx"), "The tables of MPX.", "rw-p", "3.19", "5.5", "arch/x86/mm/mpx.c"),
    ("kuser", special("kuser"), "The kernel's user helpers.", "r-xp", "6.1", "6.1", "arch/nios2"),
    ("intrpt", special("intrpt"), "The interrupt page.", "r-xp", "4.15", "4.15", "arch/tile"),
    ("vdso-data", special("vdso_data"), "The data of the vdso, under the name of one architecture.", "r--p",
     "5.17", "6.1", "arch/csky"),
    ("gic", special("gic"), "The user page of the interrupt controller.", "r--p", "6.15", "",
     "69896119dc9d (in v6.15), mips"),
    ("unknown", unknown(b"[from tomorrow]"), "A name in brackets that no kernel prints today.", "rw-p",
     "", "", "get_vma_name() has gained a name every other year"),
    ("unknown-colon", unknown(b"[pool:x y]"), "An unknown class of names, with a label.", "rw-p", "", "",
     "as [anon:…] came with 5.17"),
    ("shadow-stack", unknown(b"[shadow stack]"), "A name with a space that was proposed, but not merged.",
     "rw-p", "", "", "user shadow stacks are unnamed: only VmFlags shows them"),
)  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield each name on one mapping, then unnamed mappings."""
    for name, column, shows, perms, since, until, source in ROWS:
        mapping = Vma(BASE, BASE + 2 * PAGE, perms, name=column)
        # The stack itself needs another neighbour.
        follower = attrs.evolve(FOLLOWER, name=HEAP) if column == STACK else FOLLOWER
        mappings = [mapping, follower]
        if name == "vsyscall":
            gate = Vma(0xFFFFFFFFFF600000, 0xFFFFFFFFFF601000, perms, name=column)
            mappings = [FOLLOWER, gate]
        yield make(
            "pseudo",
            name,
            shows,
            mappings,
            source=source,
            since=since,
            until=until,
            tags=("pseudo",),
            feature="kernel-name",
            control=[
                attrs.evolve(vma, name=NONE) if vma.name == column else vma for vma in mappings
            ],
            likely="hypothetical" if not since else None,
        )
    yield make(
        "pseudo",
        "none",
        "Three unnamed mappings: each line ends in one space.",
        [Vma(BASE + n * 2 * PAGE, BASE + (n * 2 + 1) * PAGE, name=NONE) for n in range(3)],
        source='show_map_vma(): "… %lu " and nothing after it',
        since="2.6.18",
        tags=("unnamed",),
        feature="unnamed",
        control=[Vma(BASE + n * 2 * PAGE, BASE + (n * 2 + 1) * PAGE, name=HEAP) for n in range(3)],
    )
    between = [
        Vma(BASE, BASE + PAGE, name=HEAP),
        Vma(BASE + PAGE, BASE + 2 * PAGE),
        Vma(BASE + 2 * PAGE, BASE + 3 * PAGE, name=STACK),
    ]
    yield make(
        "pseudo",
        "unnamed-between",
        "An unnamed mapping between two named ones: no name may be carried over.",
        between,
        source=NAMES,
        since="2.6.18",
        tags=("unnamed",),
        feature="unnamed",
        control=[
            between[0],
            between[2],
            attrs.evolve(between[1], start=BASE + 8 * PAGE, end=BASE + 9 * PAGE),
        ],
        shown_by=together(*between),
    )
