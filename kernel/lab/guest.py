"""The programs for a guest, compiled for its machine, and the initramfs that carries them."""

from pathlib import Path

from kernel.lab import cache, initramfs, tools
from kernel.lab.architectures import Architecture

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


def agent(architecture: Architecture) -> Path:
    """Return the agent for this machine, compiled now if necessary.

    Raises ``MissingTool`` or ``BuildFailure``.
    """
    units = tuple(path.name for path in sorted(SOURCES.glob("*.c")) if path.name != "label.c")
    return _compiled(architecture, "agent", units, _LAYOUT)


def label(architecture: Architecture) -> Path:
    """Return the shell's program ``label`` for this machine, as `agent` does."""
    return _compiled(architecture, "label", _LABEL)


def _compiled(
    architecture: Architecture, name: str, units: tuple[str, ...], script: str | None = None
) -> Path:
    """Return the program of these translation units, laid out by the linker script."""
    compiler = tools.version(tools.compiler(architecture))
    flags = (*_FLAGS, *architecture.agent_flags)
    scripts = () if script is None else (script,)
    inputs = (*units, *scripts, *sorted(path.name for path in SOURCES.glob("*.h")))
    contents = (part for file in inputs for part in (file, (SOURCES / file).read_bytes()))
    digest = cache.digest((compiler, *flags, *contents))
    folder = cache.folder() / "agents" / f"{name}-{architecture.name}-{digest}"
    if not folder.is_dir():
        with cache.filling(folder) as making:
            command = (
                architecture.compiler,
                *flags,
                *(f"-Wl,-T,{SOURCES / script}" for script in scripts),
                "-o",
                str(making / name),
                *(str(SOURCES / unit) for unit in units),
                "-lgcc",
            )
            tools.run(f"{name} for {architecture.name}", command)
    return folder / name


def archive(program: bytes, extra: tuple[initramfs.Entry, ...] = ()) -> bytes:
    """Return the initramfs: the program as ``/init``, and *extra* files."""
    return initramfs.pack((initramfs.file(b"init", program), *extra))
