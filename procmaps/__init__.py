"""The executable specification of /proc/PID/maps, smaps and smaps_rollup."""

from procmaps.errors import InvalidLabel, ParseError, ProcmapsError, UnknownDialect
from procmaps.labels import is_valid_anon_label, label_fault
from procmaps.loading import dumps, load, loads
from procmaps.records import Device, Mapping, Perms, Sharing, Usage
from procmaps.snapshot import Problem, Snapshot

__all__ = [
    "Device",
    "InvalidLabel",
    "Mapping",
    "ParseError",
    "Perms",
    "Problem",
    "ProcmapsError",
    "Sharing",
    "Snapshot",
    "UnknownDialect",
    "Usage",
    "dumps",
    "is_valid_anon_label",
    "label_fault",
    "load",
    "loads",
]
