"""The tables compared with the kernel's source.

The laboratory unpacks Debian's linux-source-6.1 and linux-source-6.12 into the sources of its
cache. PROCMAPS_KERNEL_SOURCE names another folder of kernel trees. Trees with the laboratory's
edits are left out. These tests read fs/proc, include/linux/mm.h, mm, kernel/events, kernel/sys.c,
arch and drivers/gpu/drm.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from kernel.lab import cache
from procmaps.formats.labels import MAX_LABEL, is_valid_anon_label
from procmaps.formats.pseudo_names import PSEUDO_BY_TEXT, PSEUDO_NAMES
from procmaps.formats.releases import Release
from procmaps.formats.smaps_fields import fields_at
from procmaps.formats.vm_flags import UNNAMED_BITS, VM_FLAG_TABLE

VARIABLE = "PROCMAPS_KERNEL_SOURCE"
FOLDER = Path(os.environ.get(VARIABLE) or cache.folder() / "sources")
EDITED = re.compile(r"\+[0-9a-f]{16}$")
"""The suffix that `kernel.lab.build.source` gives to a tree with edits."""


@attrs.frozen
class Tree:
    """An unpacked kernel."""

    root: Path
    release: Release

    def read(self, path: str) -> str:
        """Return the text of a source file."""
        return (self.root / path).read_text("latin-1")

    def function(self, name: str, path: str = "fs/proc/task_mmu.c") -> str:
        """Return the text of a function, from its name to its closing brace."""
        found = re.search(
            rf"^static (?:inline )?\w+ {name}\(.*?^}}", self.read(path), re.DOTALL | re.MULTILINE
        )
        assert found, f"no function {name} in {path} of {self.root}"
        return found[0]


def find_trees() -> Iterator[Tree]:
    for makefile in sorted(FOLDER.glob("*/Makefile")):
        if EDITED.search(makefile.parent.name):
            continue
        numbers = re.findall(
            r"^(?:VERSION|PATCHLEVEL|SUBLEVEL) = (\d+)$",
            makefile.read_text("latin-1"),
            re.MULTILINE,
        )
        if len(numbers) == 3 and (makefile.parent / "fs/proc/task_mmu.c").is_file():
            yield Tree(makefile.parent, Release.parse(".".join(numbers)))


TREES = list(find_trees())
every_tree = pytest.mark.parametrize(
    "tree",
    TREES
    or [
        pytest.param(
            None, marks=pytest.mark.skip(reason=f"no kernel tree in {FOLDER}: run `make lab`")
        )
    ],
    ids=lambda tree: str(tree.release) if tree else "no kernel source",
)


def initialised(tree: Tree) -> list[tuple[str, str]]:
    """Return the flags of show_smap_vma_flags(): kernel name, and letters or nothing."""
    return re.findall(r'\[ilog2\((VM_\w+)\)\]\s*= "(\w*)"', tree.function("show_smap_vma_flags"))


@every_tree
def test_mnemonics_match_the_kernel(tree: Tree) -> None:
    printed = {letters.encode(): name for name, letters in initialised(tree) if letters}
    assert len(printed) >= 25, "too few mnemonics found: the source may have another form"
    known = {info.mnemonic: info.kernel_name for info in VM_FLAG_TABLE
             if info.span.covers(tree.release)}  # fmt: skip
    assert printed == known


@every_tree
def test_silent_bits_match_the_kernel(tree: Tree) -> None:
    silent = {name for name, letters in initialised(tree) if not letters}
    known = {bit.kernel_name for bit in UNNAMED_BITS
             if bit.printed == b"" and bit.span.covers(tree.release)}  # fmt: skip
    assert silent == known


def bit_numbers(tree: Tree) -> dict[str, set[int]]:
    """Return the bits of each VM_ name in include/linux/mm.h, over all configurations."""
    defines: dict[str, set[str]] = {}
    for name, value in re.findall(
        r"^#\s*define\s+(VM_\w+)\s+([\w()]+)", tree.read("include/linux/mm.h"), re.MULTILINE
    ):
        defines.setdefault(name, set()).add(value)

    def resolve(value: str) -> set[int]:
        if value in defines:
            return set[int]().union(*map(resolve, defines[value]))
        if shift := re.fullmatch(r"(?:BIT|_BITUL)\((\w+)\)", value):
            inner = shift[1]
            numbers = defines.get(inner, {inner})
            return {int(number) for number in numbers}
        if not re.fullmatch(r"0x[0-9a-fA-F]+|0", value):
            return set()  # not a plain bit: a union of flags, an expression
        mask = int(value, 0)
        return {mask.bit_length() - 1} if mask and mask & (mask - 1) == 0 else set()

    return {name: resolve(name) for name in defines}


@every_tree
def test_bit_numbers_match_the_kernels_header(tree: Tree) -> None:
    numbers = bit_numbers(tree)
    for info in VM_FLAG_TABLE:
        if info.span.covers(tree.release):
            assert info.bits_at(tree.release) == numbers[info.kernel_name], info.kernel_name
    for bit in UNNAMED_BITS:
        if bit.span.covers(tree.release):
            assert numbers[bit.kernel_name], bit.kernel_name


def printed_fields(tree: Tree, *, rollup: bool) -> list[tuple[bytes, int]]:
    """Return the labels of a record in the order of the source, with the widths of the numbers."""
    common = tree.function("__show_smap")
    only_rollup = re.compile(r"^\tif \(rollup_mode\) \{.*?^\t\}", re.DOTALL | re.MULTILINE)
    if rollup:
        text = common
    else:
        text = tree.function("show_smap")
        assert "__show_smap(m, &mss, false);" in text
        text = text.replace("__show_smap(m, &mss, false);", only_rollup.sub("", common))
        text = text.replace("show_smap_vma_flags(m, vma);", tree.function("show_smap_vma_flags"))
    assert re.search(
        r"#define SEQ_PUT_DEC\(str, val\) \\\s+"
        r"seq_put_decimal_ull_width\(m, str, \(val\) >> 10, 8\)",
        tree.read("fs/proc/task_mmu.c"),
    )
    found: list[tuple[bytes, int]] = []
    for call, label, text_width, argument in re.findall(
        r'(SEQ_PUT_DEC|seq_put_decimal_ull_width|seq_printf|seq_puts)\((?:m, )?"(?: kB\\n)?'
        r'(\w+:(?: |\\t)*)(?:%(\d*)[du]\\n)?"(?:[^;]*?, (\d+)\);)?',
        text,
    ):
        width = {
            "SEQ_PUT_DEC": "8",
            "seq_put_decimal_ull_width": argument,
            "seq_printf": text_width or "0",
            "seq_puts": "0",
        }[call]
        found.append((label.replace("\\t", "\t").encode(), int(width)))
    return found


@every_tree
@pytest.mark.parametrize("rollup", [False, True], ids=["smaps", "smaps_rollup"])
def test_fields_match_the_kernel_in_order(tree: Tree, *, rollup: bool) -> None:
    known: list[tuple[bytes, int]] = []
    for field in fields_at(tree.release, rollup=rollup):
        line_format = field.format_at(tree.release)
        assert line_format is not None, field.key
        # The kernel's first space after "VmFlags:" is part of VmFlags.raw.
        label = b"VmFlags: " if field.key == b"VmFlags" else line_format.label
        known.append((label, line_format.width))
    assert printed_fields(tree, rollup=rollup) == known


def names_in_brackets(tree: Tree) -> Iterator[tuple[str, str | None]]:
    """Yield each pseudo-name of a mapping without a file, and its architecture."""
    paths: list[tuple[Path, str | None]] = [(tree.root / "fs/proc/task_mmu.c", None)]
    paths += [(path, None) for path in tree.root.glob("kernel/events/*.c")]
    for folder in tree.root.glob("arch/*"):
        paths += [(path, folder.name) for path in folder.rglob("*.c")]
    shape = re.compile(r'(?:name\s*=|return|\?)[^;"\n]*"(\[[a-z][a-z_ -]*\])"')
    for path, architecture in paths:
        for name in shape.findall(without_hidden_names(path.read_text("latin-1"))):
            yield name, architecture


def without_hidden_names(source: str) -> str:
    """Return *source* without an arch_vma_name() whose names are never printed.

    get_vma_name(), before it show_map_vma(), calls vm_ops->name() first. That is
    special_mapping_name() for mappings that _install_special_mapping() made, which excludes only
    gate areas.
    """
    asked = re.search(r"^const char \*arch_vma_name\(.*?^}", source, re.DOTALL | re.MULTILINE)
    named = re.search(r"\b_install_special_mapping\(", source)
    return source.replace(asked[0], "") if asked and named and "gate" not in asked[0] else source


@every_tree
def test_names_in_brackets_match_the_kernel(tree: Tree) -> None:
    found = set(names_in_brackets(tree))
    for name, architecture in found:
        listed = PSEUDO_BY_TEXT[name]
        assert listed.span.covers(tree.release), name
        assert not (listed.architectures and architecture) or (
            architecture in listed.architectures
        ), (name, architecture)
    fixed = {
        name.pattern_text
        for name in PSEUDO_NAMES
        if name.producer == "Linux" and re.fullmatch(r"\[[a-z _-]+\]", name.pattern_text)
        and name.span.covers(tree.release)
    }  # fmt: skip
    source = tree.read("fs/proc/task_mmu.c")
    assert {name for name in fixed if f'"{name}\\n"' not in source} == {name for name, _ in found}


@every_tree
def test_files_without_directory_match_the_kernel(tree: Tree) -> None:
    shape = re.compile(r'shmem_(?:kernel_)?file_setup(?:_with_mnt)?\([^";]*"([^"]+)"')
    found: set[str] = set()
    for folder in ("mm", "arch/x86/kernel/cpu/sgx", "drivers/gpu/drm"):
        for path in (tree.root / folder).rglob("*.c"):
            found |= set(shape.findall(path.read_text("latin-1")))
    assert "dev/zero" in found
    for name in found:
        assert f"/{name} (deleted)" in PSEUDO_BY_TEXT, name


@every_tree
def test_rules_of_labels_match_the_kernel(tree: Tree) -> None:
    source = tree.read("kernel/sys.c")
    accepts = tree.function("is_valid_name_char", "kernel/sys.c")
    assert "ch > 0x1f && ch < 0x7f &&\n\t\t!strchr(ANON_VMA_NAME_INVALID_CHARS, ch)" in accepts
    assert "is_valid_name_char(*pch)" in tree.function("prctl_set_vma", "kernel/sys.c")
    defined = dict(re.findall(r"#define ANON_VMA_NAME_(\w+)\s+(\S+)", source))
    assert defined == {"MAX_LEN": str(MAX_LABEL + 1), "INVALID_CHARS": r'"\\`$[]"'}
    assert not any(is_valid_anon_label(bytes((byte,))) for byte in b"\\`$[]")
