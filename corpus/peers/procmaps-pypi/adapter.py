"""procmaps of PyPI (rsprocmaps): from_path()."""

import procmaps
from protocol import column, device, serve


def record(region):
    """Convert one of its maps. Unnamed memory has the pathname None."""
    return {
        "start": region.begin_address,
        "end": region.end_address,
        "perms": "".join(
            (
                "r" if region.is_readable else "-",
                "w" if region.is_writable else "-",
                "x" if region.is_executable else "-",
                "s" if region.is_shared else "p" if region.is_private else "-",
            )
        ),
        "offset": region.offset,
        "device": device(*region.device),
        "inode": region.inode,
        "name": column(region.pathname or ""),
    }


serve(lambda request: request["path"], procmaps.from_path, lambda regions: map(record, regions))
