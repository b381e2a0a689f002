"""``python -m tests.live.answered_queries``: what `KernelQuery` makes of any answer.

It runs with ``answering_ioctl.c`` in place of the kernel's ioctl. Standard input has a pickled list
of answers, each in bytes; standard output gets the pickled list of results, each with how many
references its values have too many afterwards.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from typing import Any

from tests.live.queries_in_c import make


def main() -> None:
    """Give each answer to a query of its own, from another thread."""
    answers: list[bytes] = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the test
    results = [_ask(answer) for answer in answers]
    pickle.dump(results, sys.stdout.buffer)


def _ask(answer: bytes) -> Any:  # noqa: ANN401
    """Return the result for *answer*, which is written while the query waits for it.

    The thread gets the interpreter's lock only from a query that waits without it: the interval
    after which it would ask for the lock is longer than the test.
    """
    reading, writing = os.pipe()
    asked = threading.Event()

    def write() -> None:
        asked.wait()
        os.write(writing, answer)

    writer = threading.Thread(target=write)
    writer.start()
    query = make(file=reading)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        asked.set()
        return query.find(0, *(True,), 0, *(True,))
    finally:
        sys.setswitchinterval(interval)
        writer.join()
        os.close(reading)
        os.close(writing)


if __name__ == "__main__":
    main()
