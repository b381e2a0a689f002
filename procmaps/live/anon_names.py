"""Give one's own anonymous memory a name: ``prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME)``.

What is named so shows up in ``maps`` as ``[anon:<label>]``, shared memory as
``[anon_shmem:<label>]`` (6.2); except that ``[heap]`` and ``[stack]`` keep those names there. A
label on part of a mapping splits it, and keeps it from merging with neighbours labelled otherwise.

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
    """The system call: ``errno`` of naming *length* bytes at *address*, 0 when it was done.

    `set_anon_name` takes another one as *call*, for tests and recorders.
    """

    def __call__(self, address: int, length: int, label: bytes | None, /) -> int:
        """Make the call."""
        ...


def call_prctl(address: int, length: int, label: bytes | None, /) -> int:
    """Make the system call; ``errno``, or 0. It concerns the process, whichever thread calls."""
    prctl, get_errno = _prctl()
    if prctl(_PR_SET_VMA, _PR_SET_VMA_ANON_NAME, address, length, label) == 0:
        return 0
    return get_errno()


def naming_supported(call: SetName = call_prctl) -> bool:
    """Whether this kernel names anonymous memory; asked once, by naming nothing.

    A length of 0 is accepted without looking at any memory. Where ``CONFIG_ANON_VMA_NAME`` is off,
    and before 5.17, every call gives ``EINVAL``.
    """
    return _kernel_answers() if call is call_prctl else _answers(call)


@functools.cache
def _kernel_answers() -> bool:
    return _answers(call_prctl)


def _answers(call: SetName) -> bool:
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
    """Label *length* bytes of this process's anonymous memory at *address*; None takes labels away.

    *address* must be the start of a page; the kernel rounds *length* up to whole pages. A ``str``
    is encoded as UTF-8; only ASCII is accepted in the end. True once it is done; with *missing_ok*
    False where the kernel cannot do it at all. *limit* is the longest label in bytes: Android's
    kernels take `procmaps.formats.labels.MAX_LABEL_ANDROID`.

    Checked before the call: raises `procmaps.InvalidLabel` with the rule that the label breaks, and
    `ValueError` for an address or a length that cannot be one.

    Raises, all of them `procmaps.errors.NamingError` and `OSError`: `NamingUnsupported` without
    *missing_ok*; `RangeHasHole` (``ENOMEM``; mapped parts are labelled), `NotNameable` (``EBADF``;
    parts below the file are labelled), `SplitFailed` (``EAGAIN``).
    """
    raw = label.encode("utf-8", "surrogateescape") if isinstance(label, str) else label
    if raw is not None:
        check_label(raw, limit=limit)
    _check_range(address, length)
    code = call(address, length, raw)
    while code == codes.EINTR:  # 7.1 and later wait for the lock in a way that signals can end
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
    """New anonymous memory of *length* bytes that bears *label*; unmapped again at the end.

    With *shared*, children share it after fork(2); such memory can be labelled since 6.2. Before
    that it is `procmaps.errors.NotNameable`, and with *missing_ok* goes without a label. Otherwise
    as `set_anon_name`. ``BufferError`` at the end means that a view of the memory is still in use.
    """
    sharing = mmap.MAP_SHARED if shared else mmap.MAP_PRIVATE
    with mmap.mmap(-1, length, flags=sharing | mmap.MAP_ANONYMOUS) as memory:
        try:
            set_anon_name(address_of(memory), length, label, missing_ok=missing_ok, call=call)
        except NotNameable:
            # Nothing but new memory is there: the kernel itself cannot, not with this memory.
            if not (shared and missing_ok):
                raise
        yield memory


def address_of(memory: mmap.mmap) -> int:
    """Where *memory*, writable, begins. Raises `TypeError` where it is read-only."""
    import ctypes  # noqa: PLC0415 - 10 ms that only naming needs

    return ctypes.addressof(ctypes.c_char.from_buffer(memory))


def _check_range(address: int, length: int) -> None:
    """Refuse what the kernel answers with ``EINVAL``, with the reason that it does not give."""
    page, bits = mmap.PAGESIZE, (sys.maxsize + 1).bit_length()
    top = 1 << bits
    if not 0 <= address < top or not 0 <= length < top:
        fault = f"address and length have {bits} bits and are not negative"
    elif address % page:
        fault = f"the address is not a multiple of the page size, {page}"
    elif address + length + -length % page >= top:
        fault = "it reaches beyond the end of the address space"
    else:
        return
    msg = f"cannot name {length} bytes at {address:#x}: {fault}"
    raise ValueError(msg)


class _Function(Protocol):
    def __call__(
        self, option: int, what: int, address: int, length: int, label: bytes | None, /
    ) -> int: ...


class _GetErrno(Protocol):
    def __call__(self) -> int: ...


@functools.cache
def _prctl() -> tuple[_Function, _GetErrno]:
    """The C library's function, and how to learn ``errno`` of this thread's last call of it."""
    import ctypes  # noqa: PLC0415 - 10 ms that only naming needs

    function = ctypes.CDLL(None, use_errno=True).prctl
    function.argtypes = (ctypes.c_int, *3 * (ctypes.c_ulong,), ctypes.c_char_p)
    function.restype = ctypes.c_int
    return function, ctypes.get_errno
