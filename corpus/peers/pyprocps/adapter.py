"""procps, a Python port of procps: read_maps() of its pmap."""

from protocol import column, live, serve
from pyprocps.pmap import read_maps


def record(row):
    """Convert one of its rows."""
    return {
        "start": row["start"],
        "end": row["end"],
        "perms": row["perms"],
        "offset": row["offset"],
        "device": row["dev"],
        "inode": row["inode"],
        "name": column(row["mapping"]),
    }


serve(live, read_maps, lambda rows: map(record, rows))
