"""The laboratory's exceptions, one for each remedy."""

import difflib

from attrs import field, frozen

from procmaps.printable import escape_bytes

_TAIL = 4000


def output_tail(output: bytes) -> str:
    """Return the last lines of a program's output, escaped for a terminal."""
    lines = output[-_TAIL:].replace(b"\r\n", b"\n").split(b"\n")
    return "\n".join(map(escape_bytes, lines))


class LabError(Exception):
    """A failure of the laboratory itself. An errno in a guest is a result, not a failure."""


@frozen
class UnknownKernel(LabError):
    """No kernel has this name."""

    name: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        similar = difflib.get_close_matches(self.name, self.known)
        hint = f"did you mean {' or '.join(similar)}?" if similar else "run `list` for all names"
        return f"unknown kernel {self.name!r}; {hint}"


@frozen
class MissingTool(LabError):
    """A program or package that the laboratory needs is not installed."""

    what: str
    packages: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.what} is not installed: run `apt-get install {' '.join(self.packages)}`"


@frozen
class ConfigurationRefused(LabError):
    """The kernel's configuration tool dropped requested lines."""

    kernel: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        wanted = ", ".join(self.lines)
        return (
            f"{self.kernel}: the kernel's configuration dropped {wanted}: add the options that it "
            "depends on to the tables, or limit it to other releases"
        )


@frozen
class BuildFailure(LabError):
    """A command of a build failed."""

    kernel: str
    command: tuple[str, ...]
    output: bytes = field(repr=False)

    def __str__(self) -> str:
        return f"{self.kernel}: `{' '.join(self.command)}` failed:\n{output_tail(self.output)}"


@frozen
class VMError(LabError):
    """A conversation with a guest ended early. ``console`` is the kernel's output."""

    kernel: str
    reason: str
    console: bytes = field(repr=False)

    def __str__(self) -> str:
        tail = output_tail(self.console) or "(nothing)"
        return f"{self.kernel}: {self.reason}; the end of its console:\n{tail}"


class LostVM(VMError):
    """The virtual machine ended or timed out without a kernel panic."""


class GuestPanic(VMError):
    """The guest's kernel panicked. ``oops=panic`` makes an oops a panic."""


@frozen
class ProbeFailure(LabError):
    """The guest works, but a program died or sent malformed records."""

    kernel: str
    program: int
    reason: str

    def __str__(self) -> str:
        return f"{self.kernel}: program {self.program} of the batch: {self.reason}"
