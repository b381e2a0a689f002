"""Flavours: the same release and architecture with one change."""

from attrs import frozen

from kernel.lab import options
from kernel.lab.kconfig import Option


@frozen
class Edit:
    """A change to one source file. ``old`` must occur exactly once."""

    file: str
    old: str
    new: str
    why: str


@frozen
class Flavour:
    """A variation of a kernel. ``architectures`` is empty if it suits all of them.

    ``without`` names options of other tables that this flavour leaves out, and ``machine`` adds to
    the emulator's arguments. ``mmu`` is false for kernels without a memory management unit.
    """

    name: str
    why: str
    options: tuple[Option, ...]
    edits: tuple[Edit, ...] = ()
    architectures: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    machine: tuple[str, ...] = ()
    mmu: bool = True


_NAMED = Option("ANON_VMA_NAME", "labels: the subject")

FLAVOURS = {
    flavour.name: flavour
    for flavour in (
        Flavour("named", "labels, as Linux has them", (_NAMED,)),
        Flavour(
            "unnamed",
            "labels off, as most distributions leave them",
            (Option("ANON_VMA_NAME", "labels off", "n"),),
        ),
        Flavour(
            "strdup",
            "fork copies each label, as the first versions of the patch did",
            (_NAMED,),
            edits=(
                Edit(
                    "include/linux/mm_inline.h",
                    "	if (kref_read(&anon_name->kref) < REFCOUNT_MAX) {\n",
                    "	if (0) {\n",
                    "anon_vma_name_reuse() then always takes its way out, the copy",
                ),
            ),
        ),
        Flavour(
            "named16k",
            "labels, with pages of 16 KiB",
            (_NAMED, Option("ARM64_16K_PAGES", "pages of 16 KiB")),
            architectures=("arm64",),
        ),
        Flavour(
            "named64k",
            "labels, with pages of 64 KiB",
            (_NAMED, Option("ARM64_64K_PAGES", "pages of 64 KiB")),
            architectures=("arm64",),
        ),
        Flavour(
            "nommu",
            "no memory management unit: one address space, and no labels",
            (
                Option("NONPORTABLE", "shows the next line"),
                Option("MMU", "the subject", "n"),
                Option("RISCV_M_MODE", "without an MMU there is no other mode of the machine"),
                Option("BINFMT_ELF_FDPIC", "the agent, loaded wherever memory is free"),
            ),
            architectures=("riscv64",),
            without=options.NEED_MMU,
            machine=("-bios", "none"),
            mmu=False,
        ),
        Flavour(
            "programs",
            "labels, and all that unmodified programs of a distribution need",
            (_NAMED, *options.PROGRAMS),
            architectures=("x86_64",),
        ),
    )
}
