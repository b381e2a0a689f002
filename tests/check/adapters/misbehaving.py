"""An adapter that misbehaves in the way its argument names.

It answers the plain dump of the suite's probe, and misbehaves on the cases after it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PROBE = b"/usr/lib/x86_64-linux-gnu/libc.so.6"


def print_line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def fail() -> None:
    raise RuntimeError("a parser's own mistake")


def keep_a_child() -> None:
    subprocess.Popen(["/bin/sleep", "600"])


def hang_after_answer() -> None:
    print_line("[]")
    time.sleep(600)


def crash_after_answer() -> None:
    print_line("[{}, {}]")
    os.abort()


def print_without_end() -> None:
    while True:
        sys.stdout.write("[" * 65536)


def leave_it_unread() -> None:
    # An unread dump of 64 KB must not block its writer.
    os.close(0)
    print_line("[{}, {}]")


MODES: dict[str, Callable[[], object]] = {
    "exception": fail,
    "segfault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "status": lambda: sys.exit(3),
    "hang": lambda: time.sleep(600),
    "hang-grandchild": keep_a_child,
    "hang-after-answer": hang_after_answer,
    "garbage": lambda: print_line("\x00garbage"),
    "nothing": lambda: None,
    "endless": print_without_end,
    "typo": lambda: print_line('[{"strat": 1}, {"strat": 2}]'),
    "rejects": lambda: print_line('{"rejected": "too hard"}'),
    "crash-after-answer": crash_after_answer,
    "unread": leave_it_unread,
}


def odd_answer(mode: str, identity: str) -> str | None:
    """Return a wrong answer of the batch form; None for the modes of the plain form."""
    return {
        "wrong-id": json.dumps({"id": "another", "answer": []}),
        "odd-line": "oops",
        "odd-object": json.dumps({"id": identity, "reply": []}),
    }.get(mode)


def serve(mode: str) -> None:
    for line in sys.stdin:
        request = json.loads(line)
        odd = odd_answer(mode, request["id"])
        if PROBE in Path(request["path"]).read_bytes():
            print_line(json.dumps({"id": request["id"], "answer": [{}, {}]}))
        elif odd is not None:
            print_line(odd)
        else:
            MODES[mode]()


def main() -> None:
    mode = sys.argv[1]
    if sys.argv[2:] == ["--batch"]:
        serve(mode)
    elif mode != "unread" and PROBE in sys.stdin.buffer.read():
        print_line("[{}, {}]")
    else:
        MODES[mode]()


if __name__ == "__main__":
    main()
