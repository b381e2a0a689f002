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
    tools.require((tools.Tool(architecture.compiler, architecture.packages[-2]),))
    flags = (*_FLAGS, *architecture.agent_flags)
    sources = [(SOURCES / name).read_bytes() for name in ("agent.c", "arch.h", "layout.ld")]
    version = tools.first_line((architecture.compiler, "--version"))
    digest = cache.digest((version, *flags, *sources))
    folder = cache.folder() / "agents" / f"{architecture.name}-{digest}"
    if not folder.is_dir():
        with cache.filling(folder) as making:
            command = (
                architecture.compiler,
                *flags,
                f"-Wl,-T,{SOURCES / 'layout.ld'}",
                "-o",
                str(making / "agent"),
                str(SOURCES / "agent.c"),
                "-lgcc",
            )
            tools.run(f"agent for {architecture.name}", command)
    return folder / "agent"


def archive(program: bytes, extra: tuple[initramfs.Entry, ...] = ()) -> bytes:
    """The initramfs: the program as ``/init``, and whatever else a guest shall find."""
    return initramfs.pack((initramfs.file(b"init", program), *extra))
