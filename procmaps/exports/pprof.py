"""pprof's ``profile.proto``, for ``pprof -http`` and ``pprof -diff_base``.

The fields are those of github.com/google/pprof, proto/profile.proto.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import Final

from procmaps.exports.fields import Field, Messages
from procmaps.exports.stacks import EXPORTED, Stacks, stacks_of
from procmaps.usage.groups import Account

_PROGRAM: Final = 1
"""The ID of the only mapping: a viewer looks for symbols of locations that have none."""

MESSAGES: Final[Messages] = {
    "Profile": {
        "sample_type": Field(1, "ValueType", repeated=True),
        "sample": Field(2, "Sample", repeated=True),
        "mapping": Field(3, "Mapping", repeated=True),
        "location": Field(4, "Location", repeated=True),
        "function": Field(5, "Function", repeated=True),
        "string_table": Field(6, "string", repeated=True),
        "time_nanos": Field(9, "int64"),
        "comment": Field(13, "int64", repeated=True),
        "default_sample_type": Field(14, "int64"),
    },
    "ValueType": {"type": Field(1, "int64"), "unit": Field(2, "int64")},
    "Sample": {
        "location_id": Field(1, "uint64", repeated=True),
        "value": Field(2, "int64", repeated=True),
    },
    "Mapping": {
        "id": Field(1, "uint64"),
        "filename": Field(5, "int64"),
        "has_functions": Field(7, "bool"),
        "has_filenames": Field(8, "bool"),
        "has_line_numbers": Field(9, "bool"),
        "has_inline_frames": Field(10, "bool"),
    },
    "Location": {
        "id": Field(1, "uint64"),
        "mapping_id": Field(2, "uint64"),
        "line": Field(4, "Line", repeated=True),
    },
    "Line": {"function_id": Field(1, "uint64")},
    "Function": {"id": Field(1, "uint64"), "name": Field(2, "int64")},
}
"""The messages and fields that we write."""


def to_pprof(
    accounts: Sequence[tuple[str, Account]],
    figures: Sequence[str] = EXPORTED,
    *,
    time_ns: int | None = None,
) -> bytes:
    """Return a compressed profile: a sample for each smallest group, a value for each figure.

    The first figure is the one that viewers show first. Bounds and gaps are comments, which
    ``pprof -comments`` prints. *time_ns* is when the memory was read, in nanoseconds since 1970.
    The same arguments give the same bytes.

    Raises `ValueError` for a figure of 2⁶³ bytes or more.
    """
    from procmaps.exports.messages import encode  # noqa: PLC0415 - needs the extra export

    profile = encode(MESSAGES, "Profile", _profile(stacks_of(accounts, figures), time_ns))
    return gzip.compress(profile, mtime=0)


def _profile(stacks: Stacks, time_ns: int | None) -> dict[str, object]:
    strings: dict[str, int] = {"": 0}

    def text(value: str) -> int:
        return strings.setdefault(value, len(strings))

    functions: dict[str, int] = {}
    for row in stacks.rows:
        for name in row.names:
            functions.setdefault(name, len(functions) + 1)
    record: dict[str, object] = {
        "sample_type": [
            {"type": text(name), "unit": text("count" if name == "count" else "bytes")}
            for name in stacks.figures
        ],
        "sample": [
            # The innermost location is first.
            {
                "location_id": [functions[name] for name in reversed(row.names)],
                "value": list(row.values),
            }
            for row in stacks.rows
        ],
        "mapping": [
            {
                "id": _PROGRAM,
                "filename": text(", ".join(stacks.titles)),
                "has_functions": True,
                "has_filenames": True,
                "has_line_numbers": True,
                "has_inline_frames": True,
            }
        ],
        "location": [
            {"id": number, "mapping_id": _PROGRAM, "line": [{"function_id": number}]}
            for number in functions.values()
        ],
        # Without a system name, viewers do not take the name for a mangled one of C++.
        "function": [{"id": number, "name": text(name)} for name, number in functions.items()],
        "comment": [text(note) for note in stacks.notes],
        "default_sample_type": text(stacks.figures[0] if stacks.figures else ""),
        "time_nanos": time_ns or 0,
    }
    record["string_table"] = list(strings)
    return record
