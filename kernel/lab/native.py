"""The same programs on the host's own kernel, without a virtual machine.

The agent runs as an ordinary process. For scenarios it gets its own mount namespace and root, so
that their file systems stay private. Scenarios that would change settings of the machine are left
out (``Scenario.host``). A kernel without labels refuses them.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Generator, Sequence

from attrs import define

from kernel.lab import guest
from kernel.lab.architectures import ARCHITECTURES, Architecture
from kernel.lab.errors import LabError
from kernel.lab.machines import Machine
from kernel.lab.protocol import Hello, Outcome, Program
from kernel.lab.vm import Conversation

LIMIT = 60.0
_MAY_NOT_MOUNT = 95


@define
class Host:
    """The agent on this machine. Made by ``start``."""

    hello: Hello
    architecture: Machine
    _conversation: Conversation
    limit: float = LIMIT
    """Seconds for each program."""

    def run(self, programs: Sequence[Program]) -> list[Outcome]:
        """Run each program in a fresh process. The outcome has the wait status of the process."""
        return list(self.stream(programs))

    def stream(self, programs: Sequence[Program]) -> Generator[Outcome]:
        """Run programs as ``run`` does; yield each outcome as it arrives."""
        yield from self._conversation.run(programs, self.limit)


def architecture() -> Architecture:
    """Return this machine's architecture. Raises ``LabError`` if it is not in the tables."""
    machine = os.uname().machine
    name = {"aarch64": "arm64", "i686": "i386", "armv7l": "arm"}.get(machine, machine)
    if name not in ARCHITECTURES:
        raise LabError(
            f"there is no agent for this machine ({machine}): known are {', '.join(ARCHITECTURES)}"
        )
    return ARCHITECTURES[name]


def _greeting(conversation: Conversation, agent: subprocess.Popen[bytes]) -> Hello:
    try:
        return conversation.hello(time.monotonic() + LIMIT)
    except EOFError as error:
        # 95: agent/setup.c, isolate_on_host()
        status = agent.wait(10)
        why = (
            "it lacks CAP_SYS_ADMIN for mounting" if status == _MAY_NOT_MOUNT else "unknown reason"
        )
        raise LabError(
            f"the agent ended with status {status} before its greeting: {why}"
        ) from error


@contextlib.contextmanager
def start(*, isolated: bool = False) -> Generator[Host]:
    """Run the agent on this machine for the block. Raises the exceptions of ``guest.agent``.

    *isolated* gives it its own mount namespace and root, which scenarios need. It requires root.
    """
    arch = architecture()
    # setarch -R turns address space randomisation off, as norandmaps does in guests.
    if isolated and os.geteuid() != 0:
        raise LabError("scenarios mount file systems: run as root to use the host's kernel")
    command = ("setarch", "-R", str(guest.agent(arch)), *(("--isolated",) if isolated else ()))
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            agent = subprocess.Popen(command, stdin=theirs.fileno(), stdout=theirs.fileno(), env={})
        try:
            conversation = Conversation("this machine", ours)
            hello = _greeting(conversation, agent)
            yield Host(hello, arch, conversation)
        finally:
            ours.shutdown(socket.SHUT_RDWR)
            agent.wait(10)
