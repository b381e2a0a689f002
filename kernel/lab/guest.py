"""The programs for a guest, compiled for its machine, and the initramfs that carries them."""

import struct
from pathlib import Path

from kernel.lab import cache, initramfs, tools
from kernel.lab.machines import Machine

SOURCES = Path(__file__).parent / "agent"
_FLAGS = (
    "-std=gnu11",
    "-O1",
    "-Wall",
    "-Wextra",
    "-Wshadow",
    "-Wmissing-prototypes",
    "-Werror",
    "-ffreestanding",
    "-fno-builtin",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fno-pic",
    "-fno-pie",
    "-no-pie",
    "-nostdlib",
    "-static",
    "-Wl,--build-id=none",
    "-Wl,-z,max-page-size=0x10000",
)
_LABEL = ("label.c", "arch.c")
_LAYOUT = "layout.ld"


def agent(machine: Machine) -> Path:
    """Return the agent for this machine, compiled now if necessary.

    Raises ``MissingTool`` or ``BuildFailure``.
    """
    units = tuple(path.name for path in sorted(SOURCES.glob("*.c")) if path.name != "label.c")
    return _compiled(machine, "agent", units, _LAYOUT)


def label(machine: Machine) -> Path:
    """Return the shell's program ``label`` for this machine, as `agent` does."""
    return _compiled(machine, "label", _LABEL)


def _compiled(
    machine: Machine, name: str, units: tuple[str, ...], script: str | None = None
) -> Path:
    """Return the program of these translation units, laid out by the linker script."""
    compiler = tools.version(tools.compiler(machine))
    flags = (*_FLAGS, *machine.agent_flags)
    scripts = () if script is None else (script,)
    inputs = (*units, *scripts, *sorted(path.name for path in SOURCES.glob("*.h")))
    contents = (part for file in inputs for part in (file, (SOURCES / file).read_bytes()))
    digest = cache.digest((compiler, *flags, *contents))
    folder = cache.folder() / "agents" / f"{name}-{machine.name}-{digest}"
    if not folder.is_dir():
        with cache.filling(folder) as making:
            command = (
                machine.compiler,
                *flags,
                *(f"-Wl,-T,{SOURCES / script}" for script in scripts),
                "-o",
                str(making / name),
                *(str(SOURCES / unit) for unit in units),
                "-lgcc",
            )
            tools.run(f"{name} for {machine.name}", command)
            if machine.loaded_anywhere:
                mark_as_loaded_anywhere(making / name)
    return folder / name


def mark_as_loaded_anywhere(program: Path) -> None:
    """Make the ELF type ET_DYN: load_elf_fdpic_binary() of kernels without an MMU takes no other.

    The program needs no relocation, so nothing else distinguishes it from one linked as PIE.
    """
    data = bytearray(program.read_bytes())
    struct.pack_into("<H", data, 16, 3)
    program.write_bytes(data)


def archive(program: bytes, extra: tuple[initramfs.Entry, ...] = ()) -> bytes:
    """Return the initramfs: the program as ``/init``, and *extra* files."""
    return initramfs.pack((initramfs.file(b"init", program), *extra))
