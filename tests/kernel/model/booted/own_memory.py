"""A program that names its own memory and inspects it. It runs inside a guest.

It prints a line of JSON with the library's results, then the output of `procmaps show`.
"""

from __future__ import annotations

import json
import mmap
import os
import subprocess
import sys
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from typing import Any

import procmaps
from procmaps.errors import NamingError
from procmaps.live.anon_names import address_of, named_mmap, naming_supported, set_anon_name

PAGE = mmap.PAGESIZE
THREADS = 4


def inspect(name: bytes, address: int) -> dict[str, str | int | None]:
    """Return the library's results for an address: record, query, and resolved name."""
    record = procmaps.maps().mapping_at(address)
    answer = procmaps.query("self", address)
    assert record
    assert answer
    assert answer.mapping == record
    resolved = procmaps.resolve("self", record).interpretation
    assert resolved
    return {
        "asked": name.decode(),
        "kind": record.name.kind,
        "size": record.size,
        "original": None
        if answer.unescaped_name is None
        else b64encode(answer.unescaped_name).decode(),
        "resolved": b64encode(resolved.value).decode(),
        "method": answer.method,
    }


def refused(label: bytes, *, shared: bool = False, missing_ok: bool = False) -> str:
    """Return the name of the exception that naming new memory raises, or an empty text."""
    try:
        with named_mmap(label, PAGE, shared=shared, missing_ok=missing_ok):
            return ""
    except NamingError as error:
        return type(error).__name__


def main() -> None:
    """Name memory in concurrent threads, and inspect it."""
    with ExitStack() as stack:
        together = Barrier(THREADS)

        def work(number: int) -> tuple[bytes, int]:
            together.wait()
            label = b"cache of thread %d" % number
            memory = stack.enter_context(named_mmap(label, (number + 1) * PAGE, missing_ok=True))
            memory[:PAGE] = b"x" * PAGE
            together.wait()
            return label, address_of(memory)

        with ThreadPoolExecutor(THREADS) as threads:
            named = list(threads.map(work, range(THREADS)))
        pool = stack.enter_context(mmap.mmap(-1, 3 * PAGE, flags=mmap.MAP_PRIVATE))
        middle = address_of(pool) + PAGE
        set_anon_name(middle, PAGE, "the middle", missing_ok=True)
        descriptor = os.memfd_create("line\nfeed")
        os.truncate(descriptor, PAGE)
        memfd = stack.enter_context(mmap.mmap(descriptor, PAGE))
        facts: dict[str, Any] = {
            "supported": naming_supported(),
            "refused": refused(b"private"),
            "refused shared": refused(b"shared", shared=True),
            "refused portable": refused(b"shared", shared=True, missing_ok=True),
            "seen": [
                inspect(name, address)
                for name, address in (
                    *named,
                    (b"the middle", middle),
                    (b"memfd", address_of(memfd)),
                )
            ],
        }
        print(json.dumps(facts), flush=True)  # noqa: T201 - the test reads it
        show = (sys.executable, "-m", "procmaps", "show", "--smaps", "--csv", str(os.getpid()))
        subprocess.run(show, check=True)


if __name__ == "__main__":
    main()
