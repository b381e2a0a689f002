"""The host's own kernel as one more producer: the same programs, without a virtual machine.

The agent runs as an ordinary process. For scenarios it gets a mount namespace and a root of its
own, so that their file systems stay unseen; those that would change settings of the whole machine
are left out (``Scenario.host``), and labels are simply refused where the kernel has none.
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
from kernel.lab.protocol import Hello, Outcome, Program
from kernel.lab.vm import Conversation

LIMIT = 60.0
_MAY_NOT_MOUNT = 95


@define
class Host:
    """The agent on this machine. Made by ``start``."""

    hello: Hello
    architecture: Architecture
    _conversation: Conversation

    def run(self, programs: Sequence[Program]) -> list[Outcome]:
        """Run each program in a fresh process. A killed one has a wait status that says so."""
        return list(self.stream(programs))

    def stream(self, programs: Sequence[Program]) -> Generator[Outcome]:
        """Like ``run``, an outcome at a time."""
        yield from self._conversation.run(programs, LIMIT)


def architecture() -> Architecture:
    """This machine's. Raises ``LabError`` where the tables do not have it."""
    machine = os.uname().machine
    name = {"aarch64": "arm64", "i686": "i386", "armv7l": "arm"}.get(machine, machine)
    if name not in ARCHITECTURES:
        raise LabError(f"no agent for this machine ({machine}): architectures.py lists those")
    return ARCHITECTURES[name]


def _greeting(conversation: Conversation, agent: subprocess.Popen[bytes]) -> Hello:
    try:
        return conversation.hello(time.monotonic() + LIMIT)
    except EOFError as error:
        # 95: agent/setup.c, isolate_on_host()
        status = agent.wait(10)
        why = "it may not mount here (CAP_SYS_ADMIN)" if status == _MAY_NOT_MOUNT else "no reason"
        raise LabError(f"the agent ended with status {status} unheard: {why}") from error


@contextlib.contextmanager
def start(*, isolated: bool = False) -> Generator[Host]:
    """Run the agent on this machine for the block. Raises what ``guest.agent`` raises.

    ``isolated``: in a mount namespace and a root of its own, as scenarios need it; for root only.
    """
    arch = architecture()
    # setarch -R: no address space randomisation, as the guests boot with norandmaps
    if isolated and os.geteuid() != 0:
        raise LabError("scenarios mount file systems of their own: on a host that takes root")
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
