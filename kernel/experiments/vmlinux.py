"""Facts about a built kernel that need no boot and no debug information."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from kernel.lab import build, cache, tools
from kernel.lab.build import Image

# nm's letters for sections, and their content.
_SECTIONS = {"t": "code", "w": "code", "r": "constants", "d": "data", "b": "data"}
_PROBE = """\
#include <linux/{header}>
char probe[sizeof(struct {name})];
"""


def section_sizes(image: Image) -> dict[str, int]:
    """Return the bytes of all functions, constants and variables of vmlinux.

    They are sums over symbols: the sections themselves are padded to pages, which would hide small
    differences.
    """
    text = _nm(image, image.vmlinux, "--defined-only")
    sizes = dict.fromkeys(_SECTIONS.values(), 0)
    # Several symbols of one object count once.
    symbols = {
        (address, size, kind.lower())
        for address, size, kind in re.findall(r"^(\w+) (\w+) (\w) ", text, re.MULTILINE)
    }
    for _, size, kind in symbols:
        if kind in _SECTIONS:
            sizes[_SECTIONS[kind]] += int(size, 16)
    return sizes


def struct_size(image: Image, name: str, header: str) -> int:
    """Return ``sizeof(struct NAME)`` in the kernel that was built as *image*.

    A C file that includes *header* (below ``linux/``) is compiled with the kernel's own
    configuration, compiler and flags. It defines an array of that size, and nm reports the size of
    the array. Raises ``BuildFailure``.
    """
    probe = _PROBE.format(header=header, name=name)
    folder = cache.folder() / "probes" / f"{image.folder.name}-{cache.digest((probe,))}"
    if not folder.is_dir():
        with cache.filling(folder) as making:
            _compile(image, probe, making / "probe.o")
    symbols = _nm(image, folder / "probe.o")
    (size,) = re.findall(r"^\w+ (\w+) B probe$", symbols, re.MULTILINE)
    return int(size, 16)


def _compile(image: Image, text: str, to: Path) -> None:
    """Compile one C file as the kernel compiles its own."""
    kernel = image.kernel
    with tempfile.TemporaryDirectory(prefix="lab-") as temporary:
        objects, module = Path(temporary, "objects"), Path(temporary, "probe")
        objects.mkdir()
        module.mkdir()
        shutil.copyfile(image.config, objects / ".config")
        (module / "Makefile").write_text("obj-y := probe.o\n")
        (module / "probe.c").write_text(text)
        make = build.make_command(kernel, objects)
        tools.run(kernel.name, (*make, "-s", "prepare"))
        tools.run(kernel.name, (*make, "-s", f"M={module}", "probe.o"))
        shutil.copyfile(module / "probe.o", to)


def _nm(image: Image, file: Path, *options: str) -> str:
    """Return the symbols of a file with their addresses and sizes."""
    command = (f"{image.kernel.architecture.triplet}-nm", "-S", *options, str(file))
    return tools.run(image.kernel.name, command)
