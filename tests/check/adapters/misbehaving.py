"""Adapters that misbehave, each in the way that its argument names; what they are given is plain.

They answer the plain dump of the suite's probe, so that only the cases after it meet the fault.
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


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def fail() -> None:
    raise RuntimeError("a parser's own mistake")


def keep_a_child() -> None:
    subprocess.Popen(["/bin/sleep", "600"])


def hang_after_answer() -> None:
    say("[]")
    time.sleep(600)


def crash_after_answer() -> None:
    say("[{}, {}]")
    os.abort()


def print_without_end() -> None:
    while True:
        sys.stdout.write("[" * 65536)


def leave_it_unread() -> None:
    # A dump of 64 KB that nobody reads must not block the one who writes it.
    os.close(0)
    say("[{}, {}]")


WAYS: dict[str, Callable[[], object]] = {
    "exception": fail,
    "segfault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "status": lambda: sys.exit(3),
    "hang": lambda: time.sleep(600),
    "hang-grandchild": keep_a_child,
    "hang-after-answer": hang_after_answer,
    "garbage": lambda: say("\x00garbage"),
    "nothing": lambda: None,
    "endless": print_without_end,
    "typo": lambda: say('[{"strat": 1}, {"strat": 2}]'),
    "rejects": lambda: say('{"rejected": "too hard"}'),
    "crash-after-answer": crash_after_answer,
    "unread": leave_it_unread,
}


def odd_answer(way: str, identity: str) -> str | None:
    """The batch form done wrong; None for the ways that misbehave as in the plain form."""
    return {
        "wrong-id": json.dumps({"id": "another", "answer": []}),
        "odd-line": "oops",
        "odd-object": json.dumps({"id": identity, "reply": []}),
    }.get(way)


def serve(way: str) -> None:
    for line in sys.stdin:
        request = json.loads(line)
        odd = odd_answer(way, request["id"])
        if PROBE in Path(request["path"]).read_bytes():
            say(json.dumps({"id": request["id"], "answer": [{}, {}]}))
        elif odd is not None:
            say(odd)
        else:
            WAYS[way]()


def main() -> None:
    way = sys.argv[1]
    if sys.argv[2:] == ["--batch"]:
        serve(way)
    elif way != "unread" and PROBE in sys.stdin.buffer.read():
        say("[{}, {}]")
    else:
        WAYS[way]()


if __name__ == "__main__":
    main()
