"""The system call ``process_vm_readv(2)``."""

from __future__ import annotations

import functools
import os
import struct
from typing import Protocol


class _Call(Protocol):
    def __call__(
        self, pid: int, local: bytes, locals_: int, remote: bytes, remotes: int, flags: int, /
    ) -> int: ...


class _GetErrno(Protocol):
    def __call__(self) -> int: ...


def vm_readv(pid: int, address: int, size: int) -> bytes:
    """Return up to *size* bytes at *address* of process *pid*; fewer at an unreadable page.

    Raises `OSError`: ``EFAULT`` if nothing can be read at *address*, ``EPERM``, ``ESRCH``,
    ``ENOSYS`` without ``CONFIG_CROSS_MEMORY_ATTACH``.
    """
    import ctypes  # noqa: PLC0415 - 10 ms that few callers need

    call, get_errno = _function()
    buffer = ctypes.create_string_buffer(max(size, 1))
    local = struct.pack("@PN", ctypes.addressof(buffer), size)
    done = call(pid, local, 1, struct.pack("@PN", address, size), 1, 0)
    if done < 0:
        error = get_errno()
        raise OSError(error, os.strerror(error))
    return buffer.raw[:done]


@functools.cache
def _function() -> tuple[_Call, _GetErrno]:
    """Return the C library's function, and the one that returns ``errno`` of its last call."""
    import ctypes  # noqa: PLC0415 - see above

    function = ctypes.CDLL(None, use_errno=True).process_vm_readv
    vector, count = ctypes.c_char_p, ctypes.c_ulong
    function.argtypes = (ctypes.c_int, vector, count, vector, count, count)
    function.restype = ctypes.c_ssize_t
    return function, ctypes.get_errno
