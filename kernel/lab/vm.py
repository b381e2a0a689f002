"""Booting a kernel and talking to the agent in it.

QEMU emulates the machine in software (``-accel tcg``): nothing depends on ``/dev/kvm``. Programs
and results have a virtio-serial port of their own, one end of a socket pair; the console is only
read to say why a guest died.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from types import TracebackType

from attrs import define, field, frozen

from kernel.lab import guest as inside
from kernel.lab import protocol, tools
from kernel.lab.architectures import Architecture
from kernel.lab.build import Image
from kernel.lab.errors import GuestPanic, LostVM, ProbeFailure
from kernel.lab.initramfs import Entry
from kernel.lab.protocol import Hello, Outcome, Program

# Seconds. A boot takes two to ten of them on an idle machine; a loaded one is slower by far.
BOOT_LIMIT = 120.0
PROGRAM_LIMIT = 120.0

# Without randomisation a program's mappings are where they were the time before.
COMMAND_LINE = "oops=panic panic=-1 norandmaps rdinit=/init quiet"


@frozen
class Limits:
    """``boot`` and ``program`` in seconds; ``memory_mib`` 0 for the architecture's own."""

    boot: float = BOOT_LIMIT
    program: float = PROGRAM_LIMIT
    memory_mib: int = 0


def command(
    image: Path,
    architecture: Architecture,
    initramfs: Path,
    *,
    append: str = COMMAND_LINE,
    memory_mib: int = 0,
    icount: int | None = None,
) -> tuple[str, ...]:
    """The emulator's command line up to its console and port, which the caller adds."""
    return (
        architecture.emulator,
        *architecture.machine,
        "-accel",
        "tcg",
        *(() if icount is None else ("-icount", f"shift={icount},sleep=off")),
        "-smp",
        "1",
        "-m",
        f"{memory_mib or architecture.memory_mib}M",
        "-nodefaults",
        "-display",
        "none",
        "-no-reboot",
        "-kernel",
        str(image),
        "-initrd",
        str(initramfs),
        "-append",
        " ".join((f"console={architecture.console}", *architecture.append, append)),
    )


@define
class Conversation:
    """Programs out and outcomes back over a socket, whoever is at the other end."""

    subject: str
    _socket: socket.socket
    _received: bytearray = field(factory=bytearray, init=False)
    # Programs sent whose records have not been read.
    _owed: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        # Two programs of full length must fit, or both sides could wait for each other to read.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * protocol.PROGRAM_MAX)

    def read(self, length: int, deadline: float) -> bytes:
        """Exactly this many bytes. Raises ``EOFError`` or ``TimeoutError``."""
        while len(self._received) < length:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            piece = self._socket.recv(1 << 16)
            if not piece:
                raise EOFError
            self._received += piece
        data = bytes(self._received[:length])
        del self._received[:length]
        return data

    def hello(self, deadline: float) -> Hello:
        """The agent's greeting."""
        return protocol.decode_hello(self.read(protocol.HELLO_LENGTH, deadline))

    def _records(self, deadline: float) -> tuple[bytes, int]:
        """One program's records, and the wait status of the process that ran it."""
        records = bytearray()
        while True:
            (length,) = struct.unpack("<I", self.read(4, deadline))
            if not length:
                (status,) = struct.unpack("<i", self.read(4, deadline))
                return bytes(records), status
            records += self.read(length, deadline)

    def run(self, programs: Sequence[Program], limit: float) -> Generator[Outcome]:
        """The outcomes, in order, each as soon as it is there. ``limit``: seconds for each.

        One program is always on its way while another runs, so that neither side waits long.
        Who stops taking outcomes early may call this again: what is still owed is read away.
        """
        encoded = [program.encode() for program in programs]
        while self._owed:
            self._next(limit)
        for index in range(len(encoded)):
            for ahead in encoded[:2] if index == 0 else encoded[index + 1 : index + 2]:
                self._socket.settimeout(limit)
                self._socket.sendall(ahead)
                self._owed += 1
            records, status = self._next(limit)
            try:
                outcome = protocol.decode_outcome(records, status)
            except protocol.Malformed as error:
                raise ProbeFailure(self.subject, index, str(error)) from error
            yield outcome

    def _next(self, limit: float) -> tuple[bytes, int]:
        records = self._records(time.monotonic() + limit)
        self._owed -= 1
        return records


@define
class Guest:
    """A booted kernel with the agent in it. Made by ``boot``."""

    image: Image
    hello: Hello
    limits: Limits
    _emulator: subprocess.Popen[bytes]
    _conversation: Conversation
    _console: Path

    def run(self, programs: Sequence[Program]) -> list[Outcome]:
        """Run each program in a fresh process; raises ``LostVM``, ``GuestPanic``, ``ProbeFailure``.

        A program whose process was killed is a ``ProbeFailure``: an operation that merely fails
        is a ``Result`` with an errno.
        """
        return list(self.stream(programs))

    def stream(self, programs: Sequence[Program]) -> Generator[Outcome]:
        """Like ``run``, an outcome at a time."""
        with _told_apart(self.image.kernel.name, self._emulator, self._console):
            outcomes = self._conversation.run(programs, self.limits.program)
            for index, outcome in enumerate(outcomes):
                if not outcome.ended_well:
                    reason = describe_status(outcome.status)
                    raise ProbeFailure(self.image.kernel.name, index, reason)
                yield outcome

    @property
    def console(self) -> bytes:
        """What the kernel has printed."""
        return self._console.read_bytes()


def describe_status(status: int) -> str:
    """A wait status in words."""
    if status < 0:
        return f"no process could be made for it: {errno.errorcode[-status]}"
    if status & 0x7F:
        return f"its process was killed by signal {status & 0x7F}"
    return f"its process ended with status {status >> 8}"


@contextlib.contextmanager
def _told_apart(name: str, emulator: subprocess.Popen[bytes], console: Path) -> Generator[None]:
    """Turn the end of a conversation into what ended it."""
    try:
        yield
    except (EOFError, TimeoutError, ConnectionError) as error:
        silent = isinstance(error, TimeoutError)
        if not silent:
            with contextlib.suppress(subprocess.TimeoutExpired):
                emulator.wait(5)
        said = console.read_bytes()
        if b"Kernel panic" in said:
            raise GuestPanic(name, "the guest's kernel panicked", said) from error
        if silent:
            raise LostVM(name, "the guest said nothing within its time limit", said) from error
        status = emulator.poll()
        reason = f"the emulator ended with status {status}"
        raise LostVM(name, reason, said) from error


@define
class boot:  # noqa: N801 (reads as the verb that it is: `with vm.boot(image) as guest`)
    """Context manager: boot the image, wait for the agent, and end the emulator afterwards.

    ``icount`` makes the guest's clock count instructions, ``2**icount`` nanoseconds each, so that
    what is measured in the guest repeats. With 7 a boot is as fast as without; a smaller number
    gives fewer timer ticks within what is measured, and a boot takes longer: 7 s with 3.
    ``append`` goes to the kernel's command line, ``files`` into the guest's root.
    """

    image: Image
    limits: Limits = Limits()
    icount: int | None = None
    append: str = ""
    files: tuple[Entry, ...] = ()
    _stack: contextlib.ExitStack = field(factory=contextlib.ExitStack, init=False)

    def __enter__(self) -> Guest:
        with self._stack:
            guest = self._boot()
            self._stack = self._stack.pop_all()
            return guest

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def _boot(self) -> Guest:
        kernel = self.image.kernel
        arch = kernel.architecture
        tools.require(tools.booting(kernel))
        program = inside.agent(arch).read_bytes()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-")))
        archive = folder / "initramfs"
        archive.write_bytes(inside.archive(program, self.files))
        console = folder / "console"
        console.touch()
        ours, theirs = socket.socketpair()
        self._stack.callback(ours.close)
        with theirs, console.open("ab") as complaints:
            emulator = subprocess.Popen(
                (
                    *command(
                        self.image.image,
                        arch,
                        archive,
                        append=f"{COMMAND_LINE} {self.append}".rstrip(),
                        memory_mib=self.limits.memory_mib,
                        icount=self.icount,
                    ),
                    *("-chardev", f"file,id=console,path={console}"),
                    *("-serial", "chardev:console"),
                    *("-chardev", f"socket,id=agent,fd={theirs.fileno()}"),
                    *("-device", f"virtio-serial-{arch.bus}"),
                    *("-device", "virtserialport,chardev=agent,name=agent"),
                ),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
            )
        self._stack.callback(_end, emulator)
        conversation = Conversation(kernel.name, ours)
        with _told_apart(kernel.name, emulator, console):
            hello = conversation.hello(time.monotonic() + self.limits.boot)
        return Guest(self.image, hello, self.limits, emulator, conversation, console)


def _end(emulator: subprocess.Popen[bytes]) -> None:
    """End the emulator; it holds nothing that is worth saving."""
    emulator.kill()
    emulator.wait()


def run(image: Image, programs: Sequence[Program], limits: Limits = Limits()) -> list[Outcome]:
    """Boot, run, end: for callers with one batch."""
    with boot(image, limits) as guest:
        return guest.run(programs)
