"""Let each allocation fail in turn while records are made in C: run by tests.

Those of the interpreter are counted, too: any of them can fail while our code waits for its result.
Prints how many failed.
"""

from __future__ import annotations

import gc
import sys
from array import array
from importlib import import_module
from typing import Any

from tests.records.storage.implementations import IN_C, record_class, slots

TESTING: Any = import_module("_testcapi")
RECORD = record_class(IN_C)
ROWS = array("I", range(3))
NUMBERS = array("Q", (2**64 - 1, 2**63, 5))


def pairs(one: int, other: int) -> list[int]:
    return [one, other]


def action() -> object:
    """Use every form of a column, a deferred field, and all that sets a field."""
    fields = slots(RECORD)
    pool = IN_C.ValuePool(bytearray, 3)
    columns: tuple[Any, ...] = (NUMBERS, (pairs, ROWS, NUMBERS), (pool, ROWS))
    table = IN_C.RecordTable(RECORD, fields, columns, 3, sparse=False)
    seen = [(one.number, one.other, one.late) for one in table]
    columns = (NUMBERS, (bytearray, ROWS, None), (1,))
    last = IN_C.RecordTable(RECORD, fields, columns, 3, sparse=True).record(2)
    object.__setattr__(last, "number", 2**70)
    base: Any = IN_C.make_base("x.Y", ("a", "b"), ("b",))()
    object.__setattr__(base, "a", 7)
    return seen, last.number, base.a


def with_failure(number: int) -> object:
    """Return the result of `action`, or None if the failure of one allocation ended it."""
    TESTING.set_nomemory(number, number + 1)
    try:
        return action()
    except MemoryError:
        return None
    finally:
        TESTING.remove_mem_hooks()


def main() -> None:
    expected = action()
    blocks: list[int] = []
    number = 0
    for _ in range(3):
        number = 0
        while (found := with_failure(number)) is None:
            number += 1
        assert found == expected
        gc.collect()
        blocks.append(sys.getallocatedblocks())
    # One lost block for each failure would be more than this.
    assert abs(blocks[2] - blocks[1]) < number // 2, blocks
    sys.stdout.write(f"{number}\n")


if __name__ == "__main__":
    main()
