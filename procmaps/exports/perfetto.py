"""A Perfetto trace with one ``SmapsPacket`` for each process, for the Memory Overview.

The fields are those of the Python package perfetto 0.59: protos/perfetto/trace/trace_packet.proto
and android/smaps.proto. In releases before 58 of the viewer, the page is a plugin to switch on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from procmaps.exports.fields import Field, Messages
from procmaps.exports.stacks import EXPORTED, name_text, stacks_of
from procmaps.usage.groups import Account

_KB: Final = 1024

_COLUMNS: Final = (
    "size", "rss", "anonymous", "swap", "shared_clean", "shared_dirty", "private_clean",
    "private_dirty", "locked", "pss", "pss_dirty", "swap_pss",
)  # fmt: skip
"""The figures of ``PackedSmaps``, in the order of its fields, from the fourth on."""

_FIRST: Final = 4
_STANDALONE: Final = 1
_SEQUENCE: Final = 1

MESSAGES: Final[Messages] = {
    "Trace": {"packet": Field(1, "TracePacket", repeated=True)},
    "TracePacket": {
        "process_tree": Field(2, "ProcessTree"),
        "timestamp": Field(8, "uint64"),
        "trusted_packet_sequence_id": Field(10, "uint32"),
        "smaps_packet": Field(68, "SmapsPacket"),
    },
    "ProcessTree": {"processes": Field(1, "Process", repeated=True)},
    "Process": {
        "pid": Field(1, "int32"),
        "cmdline": Field(3, "string", repeated=True),
        "cmdline_is_comm": Field(9, "bool"),
    },
    "SmapsPacket": {
        "pid": Field(1, "uint32"),
        "packed_entries": Field(3, "PackedSmaps"),
        "recording_type": Field(4, "int32"),  # an enumeration in the original
    },
    "PackedSmaps": {
        "string_table": Field(1, "string", repeated=True),
        "name_id": Field(2, "uint32", repeated=True),
        "aggregate_count": Field(3, "uint32", repeated=True),
        **{
            f"{name}_kb": Field(number, "uint64", repeated=True)
            for number, name in enumerate(_COLUMNS, _FIRST)
        },
    },
}
"""The messages and fields that we write."""


def to_perfetto(
    accounts: Sequence[tuple[str, Account]],
    figures: Sequence[str] = EXPORTED,
    *,
    time_ns: int | None = None,
) -> bytes:
    """Return a trace of smaps packets, one for each process.

    Accounts by ``("process", …)`` have their process IDs. Any other account is one process, with
    1, 2 … for its ID and the title for its command. The viewer groups memory by the names that
    smaps prints, so choose the key ``name``. It knows its own columns only, and *figures* is not
    used. Sizes are kB. *time_ns* is when the memory was read, in nanoseconds since boot.
    """
    from procmaps.exports.messages import encode  # noqa: PLC0415 - needs the extra export

    del figures
    found = [*_processes(accounts)]
    shared = {"timestamp": time_ns or 0, "trusted_packet_sequence_id": _SEQUENCE}
    tree = [{"pid": pid, "cmdline": [title], "cmdline_is_comm": True} for pid, title, _ in found]
    packets: list[tuple[str, object]] = [("process_tree", {"processes": tree})]
    packets += [("smaps_packet", _smaps_packet(pid, account)) for pid, _, account in found]
    return encode(
        MESSAGES, "Trace", {"packet": [{**shared, kind: content} for kind, content in packets]}
    )


def _processes(accounts: Sequence[tuple[str, Account]]) -> Iterator[tuple[int, str, Account]]:
    """Yield each process: its ID, a title, and its memory."""
    for number, (title, account) in enumerate(accounts, 1):
        if account.by[:1] == ("process",):
            for group in account.groups:
                if isinstance(group.name, int) and group.mappings:
                    yield (
                        group.name,
                        name_text("process", group.name),
                        Account(account.by[1:], group),
                    )
        else:
            yield number, name_text("", title), account


def _smaps_packet(pid: int, account: Account) -> dict[str, object]:
    return {"pid": pid, "recording_type": _STANDALONE, "packed_entries": _packed(account)}


def _packed(account: Account) -> dict[str, object]:
    stacks = stacks_of([("", account)], ("count", *_COLUMNS))
    rows = [*enumerate(stacks.rows)]
    packed: dict[str, object] = {
        "string_table": [" / ".join(row.names) for _, row in rows],
        "name_id": [number for number, _ in rows],
    }
    for index, figure in enumerate(stacks.figures):
        if figure == "count":
            packed["aggregate_count"] = [row.values[index] for _, row in rows]
        else:
            packed[f"{figure}_kb"] = [row.values[index] // _KB for _, row in rows]
    return packed
