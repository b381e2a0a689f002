"""Shows all that can be observed of the records of a text: run by `test_observers.py`.

Each line on standard input is a text in hexadecimal and the name of a dialect. The answer is one
line: the observations as JSON. Two processes with different storage must give the same answers.
"""

from __future__ import annotations

import copy
import json
import pickle
import sys
import weakref
from collections.abc import Callable, Iterator

import attrs

import procmaps
from procmaps import Mapping, Snapshot, Usage
from procmaps.records import storage


def observe(snapshot: Snapshot) -> Iterator[object]:
    """Yield what can be observed of the records of *snapshot*."""
    yield repr([*snapshot]), repr(snapshot), len(snapshot)
    for mapping in snapshot:
        yield [*of_record(mapping), str(mapping), mapping.size, repr(mapping.path)]
        if mapping.usage:
            yield [*of_record(mapping.usage), mapping.usage.uss]
    records = [*snapshot]
    # Equal parts are one object: the same pairs in both processes. (The engines differ in which
    # entries share a usage.)
    for field in ("perms", "device", "name"):
        known: dict[int, int] = {}
        parts = [getattr(mapping, field) for mapping in records]
        yield field, [known.setdefault(id(part), number) for number, part in enumerate(parts)]
    equal = [*snapshot] == records
    yield equal, pickle.loads(pickle.dumps(snapshot)) == snapshot  # noqa: S301 - made here


def of_record(record: Mapping | Usage) -> Iterator[object]:
    """Yield what any record shows."""
    # No hash by its value: before 3.12 that of None is its address.
    yield repr(record), repr(attrs.asdict(record)), repr(attrs.astuple(record))
    yield [type(value).__name__ for value in attrs.astuple(record, recurse=False)]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        data = pickle.dumps(record, protocol)
        yield data.hex(), pickle.loads(data) == record  # noqa: S301 - made here
    for other in (copy.copy(record), copy.deepcopy(record), attrs.evolve(record)):
        yield other == record, record == other, hash(other) == hash(record), other != record
    yield hasattr(record, "__dict__"), repr(type(record).__match_args__)
    yield (
        [f"{f.name} {f.type} {f.default}" for f in attrs.fields(type(record))],
        repr(record.__class__),
    )
    attempts: tuple[Callable[[], object], ...] = (
        lambda: setattr(record, "name", None),
        lambda: delattr(record, "name"),
        lambda: weakref.ref(record)() is record,
    )
    for attempt in attempts:
        try:
            yield attempt()
        except (AttributeError, TypeError) as error:
            yield repr(error)


def main() -> None:
    """Answer each line. The first one is the module that stores the records."""
    answer(storage.make_base.__module__)
    for line in sys.stdin:
        text, dialect = line.split()
        snapshot = procmaps.loads(bytes.fromhex(text[1:]), dialect=dialect, errors="collect")
        answer(json.dumps([*observe(snapshot)]))


def answer(line: str) -> None:
    """Write one line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
