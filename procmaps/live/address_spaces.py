"""Whether two processes have one address space: ``kcmp(2)`` with ``KCMP_VM`` (3.5).

``clone()`` with ``CLONE_VM`` and without ``CLONE_THREAD`` makes such processes, and so does
``vfork()`` until the child calls ``execve()``. Each shows the whole memory in its smaps.
"""

from __future__ import annotations

import errno
import functools
import os
import struct
from array import array
from collections.abc import Callable
from typing import Final

from procmaps.engines.engine_selection import engine

_NUMBERS: Final = {
    ("x86_64", 64): 312,
    ("x86_64", 32): 349,
    ("i686", 32): 349,
    ("aarch64", 64): 272,
    ("riscv64", 64): 272,
    ("loongarch64", 64): 272,
    ("ppc64le", 64): 354,
    ("ppc64", 64): 354,
    ("s390x", 64): 343,
    ("armv7l", 32): 378,
    ("aarch64", 32): 378,
}
"""The number of the system call by machine and bits of a pointer: the tables in arch/."""

_KCMP_VM: Final = 1
"""include/uapi/linux/kcmp.h."""

_UNANSWERED: Final = (errno.EPERM, errno.ESRCH, errno.ENOSYS, errno.EACCES)
"""No right, a process has ended, or a kernel without CONFIG_KCMP."""


def same_address_space(one: int, other: int) -> bool | None:
    """Return whether two processes have one address space; None if the kernel does not say.

    The caller needs the rights to trace both. Raises `OSError` for an error that is no answer.
    """
    order = compare_address_spaces(one, other)
    return None if order is None else order == 0


def compare_address_spaces(one: int, other: int) -> int | None:
    """Return 0 if two processes have one address space, else a number below or above 0.

    The order of different ones is the kernel's own, ``kcmp_ptr()``, kernel/kcmp.c: it stays the
    same while both exist, so many can be sorted. None if the kernel does not say; otherwise as
    `same_address_space`.
    """
    kcmp = _kcmp()
    if kcmp is None:
        return None
    result, error = kcmp(one, other)
    if result >= 0:
        return -1 if result == 1 else result
    if error in _UNANSWERED:
        return None
    raise OSError(error, os.strerror(error))


def find_address_space(pid: int, known: array[int]) -> tuple[int, bool | None]:
    """Search *known*, process IDs in the kernel's order of their address spaces, for that of *pid*.

    Return the index of the process that has it, and True; or where *pid* would be inserted, and
    False; or the index of a process with which the kernel does not compare it, and None. Raises
    `OSError` as `same_address_space` does.
    """
    number = _number()
    if number is not None and engine() == "native":
        from procmaps.engines import _scanner  # noqa: PLC0415 - only where it was built

        index, result, error = _scanner.find_address_space(number, pid, known)
        if result < 0 and error not in _UNANSWERED:
            raise OSError(error, os.strerror(error))
        return index, None if result < 0 else not result
    low, high = 0, len(known)
    while low < high:
        middle = (low + high) // 2
        order = compare_address_spaces(pid, known[middle])
        if not order:
            return middle, None if order is None else True
        low, high = (low, middle) if order < 0 else (middle + 1, high)
    return low, False


@functools.cache
def _number() -> int | None:
    """Return the number of the system call; None on an unknown machine."""
    return _NUMBERS.get((os.uname().machine, 8 * struct.calcsize("P")))


@functools.cache
def _kcmp() -> Callable[[int, int], tuple[int, int]] | None:
    """Return the call, which gives its result and ``errno``; None on an unknown machine."""
    number = _number()
    if number is None:
        return None
    import ctypes  # noqa: PLC0415 - 10 ms that few callers need

    libc = ctypes.CDLL(None, use_errno=True)

    def call(one: int, other: int) -> tuple[int, int]:
        result: int = libc.syscall(
            ctypes.c_long(number),
            ctypes.c_int(one),
            ctypes.c_int(other),
            ctypes.c_int(_KCMP_VM),
            ctypes.c_ulong(0),
            ctypes.c_ulong(0),
        )
        return result, ctypes.get_errno()

    return call
