"""What can go wrong in the laboratory, one exception for each thing that a person does about it."""

from attrs import field, frozen


class LabError(Exception):
    """Any failure of the laboratory itself, as opposed to a result that it obtained."""


@frozen
class MissingTool(LabError):
    """A program or package that the laboratory needs is not on this machine."""

    what: str
    packages: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.what} is not installed: run `apt-get install {' '.join(self.packages)}`"


@frozen
class ConfigurationRefused(LabError):
    """The kernel's own configuration tool did not keep a line that was asked for."""

    kernel: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        wanted = ", ".join(self.lines)
        return (
            f"{self.kernel}: the kernel's configuration did not keep {wanted}: "
            "an option it depends on is missing from the tables, or it does not exist there"
        )


@frozen
class BuildFailure(LabError):
    """A command of a build failed."""

    kernel: str
    command: tuple[str, ...]
    output: str

    def __str__(self) -> str:
        return f"{self.kernel}: `{' '.join(self.command)}` failed:\n{self.output}"


@frozen
class VMError(LabError):
    """Something ended a conversation with a guest; ``console`` is what the kernel had printed."""

    kernel: str
    reason: str
    console: bytes = field(repr=False)

    def __str__(self) -> str:
        tail = self.console[-2000:].decode("utf-8", "replace") or "(nothing)"
        return f"{self.kernel}: {self.reason}; the end of its console:\n{tail}"


class LostVM(VMError):
    """The virtual machine ended, or said nothing for too long, without a kernel panic."""


class GuestPanic(VMError):
    """The guest's kernel panicked (an oops is made a panic by ``oops=panic``)."""


@frozen
class ProbeFailure(LabError):
    """The guest lives, but a program did not run to its end, or what it said makes no sense."""

    kernel: str
    program: int
    reason: str

    def __str__(self) -> str:
        return f"{self.kernel}: program {self.program} of the batch: {self.reason}"
