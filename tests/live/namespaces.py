"""Children in a mount namespace of their own, where they may mount."""

from __future__ import annotations

from tests.live.backing_ways import MAP

NAMESPACE = (
    MAP
    + """
def mount(source, target, kind, flags=0, options=b""):
    if libc.mount(source, target, kind, ctypes.c_ulong(flags), options):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), target)
assert libc.unshare(0x20000) == 0, "no mount namespace (CLONE_NEWNS) for this user"
mount(b"none", b"/", b"", 0x4000 | 0x40000)  # MS_REC | MS_PRIVATE
"""
)
