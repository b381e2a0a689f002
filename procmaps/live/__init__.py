"""Running processes: their maps, what lies at an address, what a name really is.

`snapshots` has whole maps, `querying` single addresses, `resolving` names; `reading` and `ioctl`
are the only modules that talk to the kernel for them, and parse nothing.
"""

from procmaps.live.ioctl import MappingFilter
from procmaps.live.querying import Querier, QueryResult, query
from procmaps.live.resolving import Resolution, resolve
from procmaps.live.snapshots import is_torn, maps, rollup, smaps

__all__ = [
    "MappingFilter",
    "Querier",
    "QueryResult",
    "Resolution",
    "is_torn",
    "maps",
    "query",
    "resolve",
    "rollup",
    "smaps",
]
