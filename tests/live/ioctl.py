"""A mark for tests that need the ioctl ``PROCMAP_QUERY``."""

from __future__ import annotations

import pytest

from procmaps import Querier
from procmaps.errors import QueryUnsupported


def ioctl_known() -> bool:
    """Return whether this kernel has it."""
    with Querier(method="ioctl") as querier:
        try:
            querier.query(0, or_next=True)
        except QueryUnsupported:
            return False
    return True


# On an older kernel each of these must fail with this exception; the report says why.
needs_ioctl = pytest.mark.xfail(
    not ioctl_known(),
    raises=QueryUnsupported,
    strict=True,
    reason="this kernel has no ioctl PROCMAP_QUERY (Linux 6.11)",
)
