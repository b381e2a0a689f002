"""Names for one's own anonymous memory: ``prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME)``.

``maps`` shows the label as ``[anon:<label>]``, or ``[anon_shmem:<label>]`` for shared memory (6.2).
``[heap]`` and ``[stack]`` keep their names. A label on part of a mapping splits it. Mappings with
different labels do not merge.

Source: ``prctl_set_vma()``, kernel/sys.c, and ``madvise_set_anon_name()``, mm/madvise.c, of the 6.1
and 6.12 trees; commit 9a10064f5625 ("mm: add a field to store names for private anonymous memory")
(in v5.17).
"""

from __future__ import annotations

import errno as codes
import functools
import mmap
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

from procmaps._arguments import as_address, as_bytes
from procmaps.errors import (
    NamingError,
    NamingUnsupported,
    NotNameable,
    RangeHasHole,
    SplitFailed,
)
from procmaps.formats.labels import MAX_LABEL, check_label

_PR_SET_VMA = 0x53564D41
_PR_SET_VMA_ANON_NAME = 0

_FAILURES = {
    codes.ENOMEM: RangeHasHole,
    codes.EBADF: NotNameable,
    codes.EAGAIN: SplitFailed,
}


class SetName(Protocol):
    """Names *length* bytes at *address*; returns 0 or the ``errno`` of the failure.

    Tests and recorders pass their own as *call* to `set_anon_name`.
    """

    def __call__(self, address: int, length: int, label: bytes | None, /) -> int:
        """Make the call."""
        ...


def call_prctl(address: int, length: int, label: bytes | None, /) -> int:
    """Make the system call for the whole process; return 0 or ``errno``."""
    prctl, get_errno = _prctl()
    if prctl(_PR_SET_VMA, _PR_SET_VMA_ANON_NAME, address, length, label) == 0:
        return 0
    return get_errno()


def naming_supported(call: SetName = call_prctl) -> bool:
    """Return whether this kernel can name anonymous memory. The kernel is asked once.

    The question is to name 0 bytes, which the kernel accepts without looking at any memory. Before
    5.17, and without ``CONFIG_ANON_VMA_NAME``, every call fails with ``EINVAL``.
    """
    return _kernel_accepts() if call is call_prctl else _accepts(call)


@functools.cache
def _kernel_accepts() -> bool:
    return _accepts(call_prctl)


def _accepts(call: SetName) -> bool:
    return call(0, 0, None) == 0


def set_anon_name(
    address: int,
    length: int,
    label: bytes | str | None,
    *,
    missing_ok: bool = False,
    limit: int = MAX_LABEL,
    call: SetName = call_prctl,
) -> bool:
    """Label *length* bytes of this process's anonymous memory at *address*; None removes labels.

    *address* must be the start of a page; the kernel rounds *length* up to whole pages. A ``str``
    is encoded as UTF-8, but the kernel accepts only ASCII. *limit* is the longest label in bytes;
    Android's kernels accept `procmaps.formats.labels.MAX_LABEL_ANDROID`.

    Returns True. If the kernel cannot name memory at all, returns False with *missing_ok*, and
    raises `NamingUnsupported` without.

    Raises before the call: `InvalidLabel` with the rule that the label breaks, and `ValueError` for
    an address or length out of range. Raises after it, each a `NamingError` and an `OSError`:
    `RangeHasHole` (``ENOMEM``; mapped parts are labelled), `NotNameable` (``EBADF``; parts below
    the file are labelled), `SplitFailed` (``EAGAIN``).
    """
    raw = None if label is None else as_bytes(label)
    if raw is not None:
        check_label(raw, limit=limit)
    _check_range(as_address(address), length)
    code = call(address, length, raw)
    while code == codes.EINTR:  # since 7.1 a signal ends the wait for the lock
        code = call(address, length, raw)
    if code == 0:
        return True
    if code == codes.EINVAL and not naming_supported(call):
        if missing_ok:
            return False
        raise NamingUnsupported(address, length, raw, code)
    raise _FAILURES.get(code, NamingError)(address, length, raw, code)


@contextmanager
def named_mmap(
    label: bytes | str | None,
    length: int,
    *,
    shared: bool = False,
    missing_ok: bool = False,
    call: SetName = call_prctl,
) -> Generator[mmap.mmap, None, None]:
    """Map *length* bytes of new anonymous memory with *label*; unmap them at the end of ``with``.

    With *shared*, children share it after fork(2). Linux can label such memory since 6.2; before,
    `NotNameable` is raised, or with *missing_ok* the memory has no label. Everything else is as in
    `set_anon_name`. ``BufferError`` at the end means that a view of the memory still exists.
    """
    sharing = mmap.MAP_SHARED if shared else mmap.MAP_PRIVATE
    with mmap.mmap(-1, length, flags=sharing | mmap.MAP_ANONYMOUS) as memory:
        try:
            set_anon_name(address_of(memory), length, label, missing_ok=missing_ok, call=call)
        except NotNameable:
            # The memory is new, so no file is in the way: the kernel cannot label shared memory.
            if not (shared and missing_ok):
                raise
        yield memory


def address_of(memory: mmap.mmap) -> int:
    """Return the address of *memory*, which must be writable. Raises `TypeError` otherwise."""
    import ctypes  # noqa: PLC0415 - 10 ms that only naming needs

    return ctypes.addressof(ctypes.c_char.from_buffer(memory))


def _check_range(address: int, length: int) -> None:
    """Raise `ValueError` with the reason for which the kernel would only say ``EINVAL``."""
    page, bits = mmap.PAGESIZE, (sys.maxsize + 1).bit_length()
    top = 1 << bits
    if not 0 <= address < top or not 0 <= length < top:
        reason = f"address and length must be between 0 and 2**{bits} - 1"
    elif address % page:
        reason = f"the address is not a multiple of the page size, {page}"
    elif address + length + -length % page >= top:
        reason = "the range ends beyond the address space"
    else:
        return
    msg = f"cannot name {length} bytes at {address:#x}: {reason}"
    raise ValueError(msg)


class _Function(Protocol):
    def __call__(
        self, option: int, what: int, address: int, length: int, label: bytes | None, /
    ) -> int: ...


class _GetErrno(Protocol):
    def __call__(self) -> int: ...


@functools.cache
def _prctl() -> tuple[_Function, _GetErrno]:
    """Return the C library's function, and the one that returns ``errno`` of its last call."""
    import ctypes  # noqa: PLC0415 - 10 ms that only naming needs

    function = ctypes.CDLL(None, use_errno=True).prctl
    function.argtypes = (ctypes.c_int, *3 * (ctypes.c_ulong,), ctypes.c_char_p)
    function.restype = ctypes.c_int
    return function, ctypes.get_errno
