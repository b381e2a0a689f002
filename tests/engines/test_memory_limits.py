"""With too little memory a call ends with MemoryError: never by a signal, never with a wrong value.

Each step is a process of its own with a limit on its address space (``ulimit -v``).
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from procmaps.engines.engine_selection import why_not_native

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS is kept on Linux"),
]

STEPS = 20

PROGRAM = """
import resource, sys
import procmaps
from procmaps.lint import lint

TEXT = b"".join(
    b"%x-%x rw-p 00000000 08:01 %d /lib/name %d\\n" % (n << 12, n + 1 << 12, n, n)
    for n in range(1, 20_001)
)
procmaps.loads(TEXT[: TEXT.index(b"\\n") + 1])[0]

def parsed():
    return len(procmaps.loads(TEXT))
def collected():
    return len(procmaps.loads(TEXT + b"garbage\\n" * 20_000, errors="collect"))
def records():
    return sum(mapping.size == 4096 for mapping in procmaps.loads(TEXT))
def linted():
    return len(list(lint(TEXT))) and 20_000
def live():
    return 20_000 if len(procmaps.maps()) else 0

action = {"parsed": parsed, "collected": collected, "records": records, "linted": linted,
          "live": live}[sys.argv[1]]
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
extra = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (used + extra, resource.RLIM_INFINITY))
try:
    print(action())
except MemoryError:
    print("MemoryError")
"""


@pytest.mark.parametrize("engine", ["python", "native"])
@pytest.mark.parametrize("action", ["parsed", "collected", "records", "linted", "live"])
def test_a_limit_on_memory_gives_the_result_or_memory_error(action: str, engine: str) -> None:
    if engine == "native" and (missing := why_not_native()):
        pytest.skip(f"the native scanner was not built: {missing}")
    found: list[str] = []
    for step in range(STEPS):
        extra = 0 if not step else 1 << 14 + step * 14 // STEPS
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, action, str(extra)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PROCMAPS_ENGINE": engine},
        )
        assert (done.returncode, done.stderr) == (0, ""), (extra, done)
        assert done.stdout in ("20000\n", "MemoryError\n"), (extra, done)
        found.append(done.stdout)
    # With the most memory it works.
    assert found[-1] == "20000\n"
