"""Flavours: the same release and architecture with one change."""

from attrs import frozen

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
    """A variation of a kernel. ``architectures`` is empty if it suits all of them."""

    name: str
    why: str
    options: tuple[Option, ...]
    edits: tuple[Edit, ...] = ()
    architectures: tuple[str, ...] = ()


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
    )
}
