"""What can be told of a built kernel without booting it, and without debug information."""

from __future__ import annotations

import re
import struct

from attrs import frozen

from kernel.lab import tools
from kernel.lab.build import Image

# What nm calls a symbol's section, and what that is.
_SECTIONS = {"t": "code", "w": "code", "r": "constants", "d": "data", "b": "data"}
_INIT = ".init.text"


def sizes(made: Image) -> dict[str, int]:
    """Bytes of all functions, constants and variables of vmlinux, as their symbols say.

    The sections themselves are padded to whole pages, and hide what is small.
    """
    text = _binutils(made, "nm", "-S", "--defined-only")
    found = dict.fromkeys(dict.fromkeys(_SECTIONS.values()), 0)
    # Two names for one place count once.
    places = {
        (address, size, kind.lower())
        for address, size, kind in re.findall(r"^(\w+) (\w+) (\w) ", text, re.MULTILINE)
    }
    for _, size, kind in places:
        if kind in _SECTIONS:
            found[_SECTIONS[kind]] += int(size, 16)
    return found


@frozen
class _Calls:
    """How objdump spells a call of ``kmem_cache_create(name, size, ...)``."""

    call: str
    size: str
    """The second argument, loaded with a number."""
    name: str
    """The first, loaded with an address: ``address``, or its ``page`` and the ``rest``."""

    def loads(self, address: int) -> re.Pattern[str]:
        """Where that address is loaded as the first argument."""
        page = f"{address & ~0xFFF:x}"
        return re.compile(
            self.name.format(address=f"{address:x}", page=page, rest=f"{address & 0xFFF:x}")
        )


_CALLS = {
    "x86_64": _Calls("call ", r"\$0x([0-9a-f]+),%esi\b", r"\$0x{address},%rdi\b"),
    "arm64": _Calls(
        "bl\t",
        r"mov\tw1, #0x([0-9a-f]+)\b",
        # In two steps, with a few other instructions between them.
        r"adrp\tx(\d+), {page} .*\n(?:.*\n){{0,4}}?.*add\tx0, x\1, #0x{rest}\b",
    ),
}


def vma_bytes(made: Image) -> int:
    """``sizeof(struct vm_area_struct)``, out of the code that makes its cache.

    `RuntimeError` where that is not found exactly once.
    """
    calls = _CALLS[made.kernel.architecture.name]
    name = address_of(made.vmlinux.read_bytes(), b"\0vm_area_struct\0") + 1
    code = _binutils(made, "objdump", "-d", "--no-show-raw-insn", f"--section={_INIT}")
    loads = [match.start() for match in calls.loads(name).finditer(code)]
    found: set[int] = set()
    for at in loads:
        # The arguments stand between the calls before and behind.
        start = code.rfind(calls.call, 0, at)
        arguments = code[start : code.find(calls.call, at)]
        found |= {int(size, 16) for size in re.findall(calls.size, arguments)}
    if len(found) != 1:
        raise RuntimeError(
            f"{made.kernel.name}: the size of vm_area_struct is not to be seen: {len(loads)} "
            f"loads of its name, sizes {sorted(found)}"
        )
    return found.pop()


def address_of(vmlinux: bytes, text: bytes) -> int:
    """The address of bytes that stand once in the loaded part of a 64-bit little-endian ELF."""
    (table,) = struct.unpack_from("<Q", vmlinux, 0x20)
    size, count = struct.unpack_from("<HH", vmlinux, 0x36)
    found: list[int] = []
    for index in range(count):
        kind, _, offset, address, _, length = struct.unpack_from(
            "<IIQQQQ", vmlinux, table + index * size
        )
        at = vmlinux.find(text, offset, offset + length)
        while kind == 1 and at >= 0:  # PT_LOAD
            found.append(address + at - offset)
            at = vmlinux.find(text, at + 1, offset + length)
    if len(found) != 1:
        raise RuntimeError(f"{text!r} stands in {len(found)} places of the kernel, not in one")
    return found[0]


def _binutils(made: Image, tool: str, *arguments: str) -> str:
    """What one of the tools for the kernel's machine prints of it."""
    command = f"{made.kernel.architecture.triplet}-{tool}"
    return tools.run(made.kernel.name, (command, *arguments, str(made.vmlinux)))
