"""An adapter that leaves processes: `python leaving.py PIDS MODE [--batch]`.

It starts a child in its own session, and one in a session of its own whose parent has ended, and
appends their PIDs to the file PIDS. The plain dump gets an answer; then MODE says what it does.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

SLEEP = ("/bin/sleep", "100000")
ANSWER = "[{}, {}]"


def leave(pids: str) -> None:
    """Start both processes. Neither has our pipes."""
    nowhere = subprocess.DEVNULL
    child = subprocess.Popen(SLEEP, stdin=nowhere, stdout=nowhere, stderr=nowhere)
    reading, writing = os.pipe()
    if not os.fork():
        orphan = subprocess.Popen(
            SLEEP, start_new_session=True, stdin=nowhere, stdout=nowhere, stderr=nowhere
        )
        os.write(writing, b"%d" % orphan.pid)
        os._exit(0)
    os.wait()
    with Path(pids).open("a") as file:
        file.write(f"{os.getpid()} {child.pid} {os.read(reading, 20).decode()}\n")


def misbehave(mode: str) -> str:
    """Do what *mode* says: hang, end, crash, or return the answer."""
    if mode == "hang":
        time.sleep(100000)
    if mode == "crash":
        os.abort()
    return ANSWER


def main() -> None:
    """Answer one dump or, as a batch command, each request."""
    pids, mode = sys.argv[1:3]
    if sys.argv[3:]:
        leave(pids)
        for line in sys.stdin:
            request = json.loads(line)
            answer = ANSWER if request["id"] == "names/plain.maps" else misbehave(mode)
            sys.stdout.write(f'{{"id": "{request["id"]}", "answer": {answer}}}\n')
            sys.stdout.flush()
    else:
        plain = b"libc.so.6" in sys.stdin.buffer.read()
        if not plain:
            leave(pids)
        sys.stdout.write(ANSWER if plain else misbehave(mode))


main()
