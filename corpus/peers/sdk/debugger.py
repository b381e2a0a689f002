"""A gdb that is attached to the decoy, asked over its machine interface (GDB/MI)."""

import os
import re
import subprocess

from protocol import Refused

PROMPT = b"(gdb) \n"
# "GDB/MI Output Syntax" in its manual: a C string. Only control characters are escaped.
ESCAPE = re.compile(rb"\\(?:([0-7]{3})|(.))", re.DOTALL)
C_ESCAPES = dict(zip(b"abefnrtv", b"\a\b\x1b\f\n\r\t\v"))


def unescaped(match):
    """Return the byte of one escape."""
    if match[1]:
        return bytes([int(match[1], 8)])
    return bytes([C_ESCAPES.get(match[2][0], match[2][0])])


def string(quoted):
    """Return the bytes of a C string."""
    return ESCAPE.sub(unescaped, quoted.strip()[1:-1])


class Gdb:
    """One gdb for all cases. It reads the process's files again for each command."""

    def __init__(self, program="gdb", **settings):
        """Start *program*, with *settings* in its environment, and attach it."""
        self.process = subprocess.Popen(
            [program, "-nx", "-nh", "-quiet", "--interpreter=mi3"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dict(os.environ, **settings),
        )
        for command in ("pagination off", "width 0", "auto-solib-add off", "confirm off"):
            self.ask("set " + command)
        self.ask("attach " + os.environ["PROCMAPS_DECOY_PID"])

    def ask(self, command):
        """Run one command and return what it prints on the console. Raises `Refused` for an error.

        If gdb ends, end too, so that the runner sees a crash.
        """
        self.process.stdin.write(b'-interpreter-exec console "%s"\n' % command.encode())
        self.process.stdin.flush()
        return self._read()

    def _read(self):
        printed, result = [], b""
        for line in self.process.stdout:
            if line[:1] == b"~":
                printed.append(string(line[1:]))
            elif line[:1] == b"^":
                result = line
            elif line == PROMPT and result:
                break
        else:
            raise SystemExit("gdb ended: status %d" % self.process.wait())
        if result[:6] == b"^error":
            raise Refused(string(result.partition(b"msg=")[2]))
        return b"".join(printed)
