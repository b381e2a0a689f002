"""Other programs: finding them, running them, installing what is missing."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from kernel.lab.architectures import Architecture
from kernel.lab.errors import BuildFailure, MissingTool
from kernel.lab.kernels import Kernel


@frozen
class Tool:
    """A program on the search path, or a file, and the package that brings it."""

    what: str
    package: str

    @property
    def present(self) -> bool:
        """Whether it is on this machine."""
        return Path(self.what).exists() if self.what[0] == "/" else bool(shutil.which(self.what))


# What any kernel build calls, whatever the machine.
BUILD_TOOLS = (
    Tool("make", "make"),
    Tool("gcc", "gcc"),
    Tool("flex", "flex"),
    Tool("bison", "bison"),
    Tool("bc", "bc"),
    Tool("xz", "xz-utils"),
    Tool("perl", "perl"),
    Tool("/usr/include/gelf.h", "libelf-dev"),
)


def compiler(architecture: Architecture) -> Tool:
    """What compiles for this architecture."""
    return Tool(architecture.compiler, architecture.packages[-2])


def emulator(architecture: Architecture) -> Tool:
    """What boots this architecture."""
    return Tool(architecture.emulator, architecture.packages[0])


def needed(kernel: Kernel) -> tuple[Tool, ...]:
    """What building and booting this kernel takes."""
    return (
        *BUILD_TOOLS,
        Tool(str(kernel.release.archive), kernel.release.package),
        *booting(kernel),
        compiler(kernel.architecture),
    )


def booting(kernel: Kernel) -> tuple[Tool, ...]:
    """What booting this kernel takes."""
    return (emulator(kernel.architecture),)


def require(tools: Iterable[Tool]) -> None:
    """Raises ``MissingTool`` for the first one that is not there."""
    for tool in tools:
        if not tool.present:
            raise MissingTool(tool.what, (tool.package,))


def install(kernels: Iterable[Kernel], besides: Iterable[Tool] = ()) -> tuple[str, ...]:
    """Install, as root, the packages of whatever the kernels miss, or ``besides``; returns them.

    Raises ``MissingTool`` naming all of them where we are not root.
    """
    packages = dict.fromkeys(tool.package for tool in besides if not tool.present)
    for kernel in kernels:
        if all(tool.present for tool in needed(kernel)):
            continue
        packages |= dict.fromkeys(tool.package for tool in needed(kernel) if not tool.present)
        packages |= dict.fromkeys(kernel.architecture.packages)
    names = tuple(packages)
    if not names:
        return ()
    if os.geteuid() != 0:
        raise MissingTool(names[0], names)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ("apt-get", "update", "-qq"),
        ("apt-get", "install", "-y", "-qq", "--no-install-recommends", *names),
    ):
        run("laboratory", command, environment=environment)
    return names


def run(
    subject: str,
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run a command to its end and return what it printed.

    Raises ``BuildFailure`` with the end of its output if it fails.
    """
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        raise BuildFailure(subject, tuple(command), text[-4000:])
    return text


def version(tool: Tool) -> str:
    """The first line of ``--version``; raises ``MissingTool`` where it is not on this machine."""
    require((tool,))
    return run("laboratory", (tool.what, "--version")).partition("\n")[0]


def package_version(package: str) -> str:
    """Debian's version of an installed package, such as ``6.12.48-1``."""
    try:
        return run("laboratory", ("dpkg-query", "-W", "-f", "${Version}", package))
    except BuildFailure as error:
        raise MissingTool(package, (package,)) from error
