"""A gdb that is attached to the decoy. It returns the raw bytes that a command prints."""

import os
import subprocess

END = b"\n--- end of answer ---\n"


class Gdb:
    """One gdb for all cases. It reads the process's files again for each command."""

    def __init__(self):
        self.process = subprocess.Popen(
            [
                "gdb",
                "-nx",
                "-nh",
                "-quiet",
                "-ex",
                "set prompt",
                "-ex",
                "set pagination off",
                "-ex",
                "set width 0",
                "-ex",
                "set auto-solib-add off",
                "-ex",
                "attach " + os.environ["PROCMAPS_DECOY_PID"],
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.ask("echo")

    def ask(self, command):
        """Run one command. If gdb ends, end too, so that the runner sees a crash."""
        text = command + "\necho " + END.decode().replace("\n", "\\n") + "\n"
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()
        answer = b""
        while not answer.endswith(END):
            some = os.read(self.process.stdout.fileno(), 1 << 16)
            if not some:
                raise SystemExit("gdb ended: status %d" % self.process.wait())
            answer += some
        return answer[: -len(END)]
