"""Running processes: their maps, what lies at an address, what a name really is.

`snapshots` has whole maps, `querying` single addresses, `resolving` names; `reading` and `ioctl`
are the only modules that talk to the kernel for them, and parse nothing.
"""

from procmaps.live.ioctl import Require
from procmaps.live.querying import Answer, Querier, query
from procmaps.live.resolving import Resolution, resolve
from procmaps.live.snapshots import is_torn, maps, rollup, smaps

__all__ = [
    "Answer",
    "Querier",
    "Require",
    "Resolution",
    "is_torn",
    "maps",
    "query",
    "resolve",
    "rollup",
    "smaps",
]
