"""External programs: find them, run them, install missing packages."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from kernel.lab.architectures import Architecture
from kernel.lab.errors import BuildFailure, MissingTool
from kernel.lab.kernels import Kernel
from kernel.lab.machines import Machine


@frozen
class Tool:
    """A program on PATH, or a file, and the package that contains it."""

    what: str
    package: str

    @property
    def present(self) -> bool:
        """Whether it is installed."""
        return Path(self.what).exists() if self.what[0] == "/" else bool(shutil.which(self.what))


# Every kernel build needs these.
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


def compiler(machine: Machine) -> Tool:
    """Return the compiler for this machine."""
    return Tool(machine.compiler, machine.packages[-2])


def emulator(architecture: Architecture) -> Tool:
    """Return the emulator of this architecture."""
    return Tool(architecture.emulator, architecture.packages[0])


def needed(kernel: Kernel) -> tuple[Tool, ...]:
    """Return the tools for building and booting this kernel."""
    return (
        *BUILD_TOOLS,
        Tool(str(kernel.release.archive), kernel.release.package),
        *booting(kernel),
        compiler(kernel.architecture),
    )


def booting(kernel: Kernel) -> tuple[Tool, ...]:
    """Return the tools for booting this kernel."""
    return (emulator(kernel.architecture),)


def require(tools: Iterable[Tool]) -> None:
    """Raise ``MissingTool`` for the first tool that is not installed."""
    for tool in tools:
        if not tool.present:
            raise MissingTool(tool.what, (tool.package,))


def install(kernels: Iterable[Kernel], others: Iterable[Tool] = ()) -> tuple[str, ...]:
    """Install the missing packages of the kernels and of other tools; return their names.

    Needs root, else raises ``MissingTool`` with all names.
    """
    packages = dict.fromkeys(tool.package for tool in others if not tool.present)
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
    # An index can be missing while its mirror is updated. If it is needed, the next command fails.
    update = ("apt-get", "update", "-qq")
    subprocess.run(update, env=environment, stdin=subprocess.DEVNULL, check=False)
    command = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", *names)
    run("laboratory", command, environment=environment)
    return names


def run(
    subject: str,
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run a command and return its output. Raises ``BuildFailure`` with the end of the output."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        raise BuildFailure(subject, tuple(command), done.stdout)
    return done.stdout.decode("utf-8", "replace")


def version(tool: Tool) -> str:
    """Return the first line of ``--version``. Raises ``MissingTool``."""
    require((tool,))
    return run("laboratory", (tool.what, "--version")).partition("\n")[0]


def package_version(package: str) -> str:
    """Return the version of an installed package, such as ``6.12.48-1``. Raises ``MissingTool``."""
    try:
        return run("laboratory", ("dpkg-query", "-W", "-f", "${Version}", package))
    except BuildFailure as error:
        raise MissingTool(package, (package,)) from error
