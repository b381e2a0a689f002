"""What boots inside: the agent, compiled for its machine, and the archive that carries it."""

from pathlib import Path

from kernel.lab import cache, initramfs, tools
from kernel.lab.architectures import Architecture

SOURCES = Path(__file__).parent / "agent"
_FLAGS = (
    "-std=gnu11",
    "-O1",
    "-Wall",
    "-Wextra",
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


def agent(architecture: Architecture) -> Path:
    """The agent's program for this machine, compiled now if it has to be.

    Raises ``MissingTool`` or ``BuildFailure``.
    """
    return _compiled(architecture, "agent", ("layout.ld",))


def label(architecture: Architecture) -> Path:
    """The program ``label`` of the shell, likewise."""
    return _compiled(architecture, "label", ())


def _compiled(architecture: Architecture, name: str, scripts: tuple[str, ...]) -> Path:
    compiler = tools.version(tools.compiler(architecture))
    flags = (*_FLAGS, *architecture.agent_flags)
    files = [SOURCES / f"{name}.c", *sorted(SOURCES.glob("*.h")), *(SOURCES / s for s in scripts)]
    sources = [file.read_bytes() for file in files]
    digest = cache.digest((compiler, *flags, *sources))
    folder = cache.folder() / "agents" / f"{name}-{architecture.name}-{digest}"
    if not folder.is_dir():
        with cache.filling(folder) as making:
            command = (
                architecture.compiler,
                *flags,
                *(f"-Wl,-T,{SOURCES / script}" for script in scripts),
                "-o",
                str(making / name),
                str(SOURCES / f"{name}.c"),
                "-lgcc",
            )
            tools.run(f"{name} for {architecture.name}", command)
    return folder / name


def archive(program: bytes, extra: tuple[initramfs.Entry, ...] = ()) -> bytes:
    """The initramfs: the program as ``/init``, and whatever else a guest shall find."""
    return initramfs.pack((initramfs.file(b"init", program), *extra))
