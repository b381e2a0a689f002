"""Booting a kernel, and the conversation with the agent in it.

QEMU emulates the machine in software (``-accel tcg``), so nothing depends on ``/dev/kvm``. Programs
and results use a virtio-serial port, which is one end of a socket pair. The console is only read to
report why a guest died.
"""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import struct
import tempfile
import time
from collections.abc import Generator, Sequence
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Protocol

from attrs import define, field, frozen

from kernel.lab import guest as inside
from kernel.lab import protocol, tools
from kernel.lab.architectures import Architecture
from kernel.lab.build import Image
from kernel.lab.errors import GuestPanic, LostVM, ProbeFailure
from kernel.lab.initramfs import Entry
from kernel.lab.protocol import Hello, Outcome, Program
from procmaps.check.processes import Process, Supervisor

# Seconds. A boot takes two to ten on an idle machine, and much longer on a busy one.
BOOT_LIMIT = 120.0
PROGRAM_LIMIT = 120.0

# Without randomisation a program has the same addresses in each run.
COMMAND_LINE = "oops=panic panic=-1 norandmaps rdinit=/init quiet"


@frozen
class Limits:
    """Time limits in seconds; ``memory_mib`` 0 means the architecture's default.

    With more than one of ``processors`` results depend on the time that each gets.
    """

    boot: float = BOOT_LIMIT
    program: float = PROGRAM_LIMIT
    memory_mib: int = 0
    processors: int = 1


def command(
    image: Path,
    architecture: Architecture,
    initramfs: Path,
    *,
    append: str = COMMAND_LINE,
    memory_mib: int = 0,
    icount: int | None = None,
    machine: tuple[str, ...] = (),
    processors: int = 1,
) -> tuple[str, ...]:
    """Return the emulator's command line without console and port, which the caller adds."""
    return (
        architecture.emulator,
        *architecture.machine,
        *machine,
        "-accel",
        "tcg",
        *(() if icount is None else ("-icount", f"shift={icount},sleep=off")),
        "-smp",
        str(processors),
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
    """Sends programs over a socket and receives outcomes."""

    subject: str
    _socket: socket.socket
    _received: bytearray = field(factory=bytearray, init=False)
    # The number of sent programs whose records were not read yet.
    _unread: int = field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        # Two programs of full length must fit, or both ends could wait for each other to read.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * protocol.PROGRAM_MAX)

    def read(self, length: int, deadline: float) -> bytes:
        """Return exactly this many bytes. Raises ``EOFError`` or ``TimeoutError``."""
        while len(self._received) < length:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            chunk = self._socket.recv(1 << 16)
            if not chunk:
                raise EOFError
            self._received += chunk
        data = bytes(self._received[:length])
        del self._received[:length]
        return data

    def hello(self, deadline: float) -> Hello:
        """Return the agent's greeting."""
        return protocol.decode_hello(self.read(protocol.HELLO_LENGTH, deadline))

    def _records(self, deadline: float) -> tuple[bytes, int]:
        """Return one program's records, and the wait status of its process."""
        records = bytearray()
        while True:
            (length,) = struct.unpack("<I", self.read(4, deadline))
            if not length:
                (status,) = struct.unpack("<i", self.read(4, deadline))
                return bytes(records), status
            records += self.read(length, deadline)

    def run(self, programs: Sequence[Program], limit: float) -> Generator[Outcome]:
        """Yield the outcomes in order, each as it arrives. *limit* is in seconds for each program.

        The next program is sent while one runs, so that neither end waits. A caller that stops
        early may call this again; it first discards unread outcomes.
        """
        encoded = [program.encode() for program in programs]
        while self._unread:
            self._next(limit)
        for index in range(len(encoded)):
            for ahead in encoded[:2] if index == 0 else encoded[index + 1 : index + 2]:
                self._socket.settimeout(limit)
                self._socket.sendall(ahead)
                self._unread += 1
            records, status = self._next(limit)
            try:
                outcome = protocol.decode_outcome(records, status)
            except protocol.Malformed as error:
                raise ProbeFailure(self.subject, index, str(error)) from error
            yield outcome

    def _next(self, limit: float) -> tuple[bytes, int]:
        records = self._records(time.monotonic() + limit)
        self._unread -= 1
        return records


class Runs(Protocol):
    """A machine with the agent: a booted kernel, or this machine."""

    def run(self, programs: Sequence[Program], /) -> list[Outcome]:
        """Run each program in a fresh process."""
        ...


@define
class Guest:
    """A booted kernel with the agent. Use ``boot`` to create one."""

    image: Image
    hello: Hello
    limits: Limits
    _emulator: Process
    _conversation: Conversation
    _console: Path

    def run(self, programs: Sequence[Program]) -> list[Outcome]:
        """Run each program in a fresh process. Raises ``LostVM``, ``GuestPanic``, ``ProbeFailure``.

        A program whose process was killed raises ``ProbeFailure``. An operation that fails is a
        ``Result`` with an errno.
        """
        return list(self.stream(programs))

    def stream(self, programs: Sequence[Program]) -> Generator[Outcome]:
        """Run programs as ``run`` does; yield each outcome as it arrives."""
        with _explained(self.image.kernel.name, self._emulator, self._console):
            outcomes = self._conversation.run(programs, self.limits.program)
            for index, outcome in enumerate(outcomes):
                if not outcome.ended_well:
                    reason = describe_status(outcome.status)
                    raise ProbeFailure(self.image.kernel.name, index, reason)
                yield outcome

    @property
    def console(self) -> bytes:
        """The kernel's output so far."""
        return self._console.read_bytes()


def describe_status(status: int) -> str:
    """Return a wait status in words."""
    if status < 0:
        return f"fork failed: {errno.errorcode[-status]}"
    if status & 0x7F:
        return f"its process was killed by signal {status & 0x7F}"
    return f"its process ended with status {status >> 8}"


@contextlib.contextmanager
def _explained(name: str, emulator: Process, console: Path) -> Generator[None]:
    """Replace the error of a conversation by one with its cause."""
    try:
        yield
    except (EOFError, TimeoutError, ConnectionError) as error:
        timed_out, status = isinstance(error, TimeoutError), None
        if not timed_out:
            with contextlib.suppress(TimeoutError):
                status = emulator.wait(5)
        output = console.read_bytes()
        if b"Kernel panic" in output:
            raise GuestPanic(name, "the guest's kernel panicked", output) from error
        if timed_out:
            raise LostVM(name, "the guest did not answer within its time limit", output) from error
        reason = f"the emulator ended with status {status}"
        raise LostVM(name, reason, output) from error


@define
class boot:  # noqa: N801 (used as a verb: `with vm.boot(image) as guest`)
    """Context manager: boot the image, wait for the agent, and end the emulator afterwards.

    ``icount`` makes the guest's clock count instructions, ``2**icount`` nanoseconds each, so that
    measurements in the guest repeat. With 7 a boot is as fast as without. With a smaller number
    measurements contain fewer timer ticks, but a boot takes longer: 7 s with 3. ``append`` is added
    to the kernel's command line, ``files`` to the guest's root. ``disk`` is the image of a
    read-only disk, ``/dev/vda``.
    """

    image: Image
    limits: Limits = Limits()
    icount: int | None = None
    append: str = ""
    files: tuple[Entry, ...] = ()
    disk: Path | None = None
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
        program = inside.agent(kernel.programs).read_bytes()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-")))
        archive = folder / "initramfs"
        archive.write_bytes(inside.archive(program, self.files))
        console = folder / "console"
        console.touch()
        listener = self._stack.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(str(folder / "agent"))
        listener.listen()
        emulator = self._start(
            console,
            *command(
                self.image.image,
                arch,
                archive,
                machine=kernel.flavour.machine,
                append=f"{COMMAND_LINE} {self.append}".rstrip(),
                memory_mib=self.limits.memory_mib,
                icount=self.icount,
                processors=self.limits.processors,
            ),
            *("-chardev", f"file,id=console,path={console}"),
            *("-serial", "chardev:console"),
            *("-chardev", f"socket,id=agent,path={folder / 'agent'}"),
            *("-device", f"virtio-serial-{arch.bus}"),
            *("-device", "virtserialport,chardev=agent,name=agent"),
            *self._disk_options(),
        )
        deadline = time.monotonic() + self.limits.boot
        with _explained(kernel.name, emulator, console):
            ours = self._stack.enter_context(_accepted(listener, emulator, deadline))
            conversation = Conversation(kernel.name, ours)
            hello = conversation.hello(deadline)
        return Guest(self.image, hello, self.limits, emulator, conversation, console)

    def _disk_options(self) -> tuple[str, ...]:
        if self.disk is None:
            return ()
        drive = f"id=disk,if=none,format=raw,readonly=on,file={self.disk}"
        device = f"virtio-blk-{self.image.kernel.architecture.bus},drive=disk"
        return ("-drive", drive, "-device", device)

    def _start(self, console: Path, *words: str) -> Process:
        """Start the emulator, which ends with this process, by whatever signal that ends."""
        supervisor = Supervisor()
        self._stack.callback(supervisor.close)
        # The emulator's own errors belong to what the console shows.
        emulator = supervisor.start(
            ("/bin/sh", "-c", 'exec "$@" 2>>"$0"', str(console), *words),
        )
        self._stack.callback(emulator.close_streams)
        return emulator


def _accepted(listener: socket.socket, emulator: Process, deadline: float) -> socket.socket:
    """Return the emulator's connection. Raises ``EOFError`` if it ends, or ``TimeoutError``."""
    left = max(0, deadline - time.monotonic())
    # It prints nothing, so its output can only end.
    waiting: list[socket.socket | FileIO] = [listener, emulator.stdout]
    ready, _, _ = select.select(waiting, [], [], left)
    if listener in ready:
        return listener.accept()[0]
    raise EOFError if ready else TimeoutError


def run(image: Image, programs: Sequence[Program], limits: Limits = Limits()) -> list[Outcome]:
    """Boot, run one batch of programs, and end the emulator."""
    with boot(image, limits) as guest:
        return guest.run(programs)
