"""Records in C lose no memory and no reference, also where an allocation fails."""

from __future__ import annotations

import copy
import gc
import importlib.util
import pickle
import subprocess
import sys
from array import array
from collections.abc import Callable

import pytest

from procmaps import loads
from procmaps.records.perms import Perms
from tests.records.storage.implementations import IN_C, needs_c, record_class, slots
from tests.support.checkout import ROOT

pytestmark = needs_c

TEXT = b"""\
1000-2000 rw-p 00000000 00:00 0 [heap]
Rss: 4 kB
VmFlags: rd
New: 5 kB
3000-ffffffffffffffff rw-p 00000000 fd:01 18446744073709551615 /a
Rss: 8 kB
Name:           [anon:x]
"""


def make_all() -> None:
    for mapping in loads(TEXT):
        for record in (mapping, mapping.usage):
            for look in (repr, hash, copy.copy, pickle.dumps):
                look(record)


def read_little() -> None:
    """Drop records whose deferred fields were never read, and half an iteration."""
    records = iter(loads(TEXT))
    assert next(records).name.raw == b"[heap]"
    del records
    assert [*loads(TEXT)][1].start == 0x3000


def fail() -> None:
    """Let a column and a pool raise, in the middle of a record."""
    assert IN_C
    record, zero = record_class(IN_C), array("I", (0,))
    pool = IN_C.ValuePool((1).__floordiv__, 1)
    for late in ((pool, zero), (divmod, zero, zero)):
        table = IN_C.RecordTable(record, slots(record), (zero, (b"x",), late), 1, sparse=False)
        with pytest.raises(ZeroDivisionError):
            table.record(0).late.x()
    with pytest.raises(ValueError, match="fewer"):
        IN_C.RecordTable(record, slots(record), (zero, (b"x",), zero), 2, sparse=False)


@pytest.mark.parametrize("action", [make_all, read_little, fail])
def test_repeating_an_action_keeps_no_memory(action: Callable[[], None]) -> None:
    perms = Perms.from_text("rw-p")

    def count(repetitions: int) -> tuple[int, int, int]:
        for _ in range(repetitions):
            action()
        gc.collect()
        return sys.getallocatedblocks(), sys.getrefcount(perms), sys.getrefcount(perms.sharing)

    count(20)
    before, after = count(20), count(200)
    # Caches of the interpreter grow by a few blocks. One lost block each time would be 200.
    assert after[0] - before[0] < 100
    assert after[1:] == before[1:]


@pytest.mark.skipif(
    not importlib.util.find_spec("_testcapi"), reason="this Python has no _testcapi"
)
def test_each_allocation_may_fail() -> None:
    assert int(run("-m", "tests.records.storage.each_allocation")) > 30


# --- interpreters ---------------------------------------------------------------------------------

_LIVE = """
import procmaps
one, two = procmaps.loads(b"1000-2000 r--p 0 0:0 0 /a\\nRss: 4 kB\\n3000-4000 r--p 0 0:0 0 /b\\n")
assert (one.usage.rss, one.path, two.start) == (4096, b"/a", 0x3000)
"""


def run(*arguments: str) -> str:
    """Run Python with *arguments*; return what it prints. It must not complain."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize(
    "last",
    [
        "",
        "import sys; sys.keep = one, procmaps.loads(b'')",
        "import sys; sys.one = two; rows = iter(procmaps.loads(b'1-2 r--p 0 0:0 0 /x\\n' * 9))",
        "class Late:\n    def __del__(self, one=one): one.usage, one.name\nlate = Late()",
    ],
)
def test_an_interpreter_ends_with_live_records(last: str) -> None:
    assert not run("-X", "dev", "-c", f"{_LIVE}{last}")


_INTERPRETERS = """
try:
    import _interpreters
except ImportError:
    import _xxsubinterpreters as _interpreters
for _ in range(3):
    each = [_interpreters.create() for _ in range(2)]
    for interpreter in each:
        failed = _interpreters.run_string(interpreter, CODE)
        assert failed is None, failed
    for interpreter in each:
        _interpreters.destroy(interpreter)
"""


@pytest.mark.skipif(
    not any(map(importlib.util.find_spec, ("_interpreters", "_xxsubinterpreters"))),
    reason="this Python has no module for subinterpreters",
)
def test_subinterpreters_have_records_of_their_own() -> None:
    """Since 3.12 each has a lock of its own, too."""
    native = "assert procmaps.engine() == 'native'\n"
    run("-c", f"CODE = {_LIVE + native!r}\n{_LIVE}{_INTERPRETERS}{_LIVE}")
