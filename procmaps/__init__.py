"""The executable specification of /proc/PID/maps, smaps and smaps_rollup."""

from procmaps.errors import InvalidLabel, ParseError, ProcmapsError, UnknownDialect
from procmaps.labels import is_valid_anon_label, label_fault
from procmaps.live import Answer, Querier, Require, Resolution, maps, query, resolve, rollup, smaps
from procmaps.loading import dumps, load, loads
from procmaps.naming import named_mmap, naming_supported, set_anon_name
from procmaps.records import Device, Mapping, Perms, Sharing, Usage
from procmaps.snapshot import Problem, Snapshot

__all__ = [
    "Answer",
    "Device",
    "InvalidLabel",
    "Mapping",
    "ParseError",
    "Perms",
    "Problem",
    "ProcmapsError",
    "Querier",
    "Require",
    "Resolution",
    "Sharing",
    "Snapshot",
    "UnknownDialect",
    "Usage",
    "dumps",
    "is_valid_anon_label",
    "label_fault",
    "load",
    "loads",
    "maps",
    "named_mmap",
    "naming_supported",
    "query",
    "resolve",
    "rollup",
    "set_anon_name",
    "smaps",
]
