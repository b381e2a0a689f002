"""The rules for labels: what ``prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME)`` accepts as a name.

``prctl_set_vma()`` copies the string with ``strndup_user(…, ANON_VMA_NAME_MAX_LEN)`` and refuses
every character that ``is_valid_name_char()`` does not know: kernel/sys.c, in the 6.1 and 6.12
trees (9a10064f5625, in v5.17). "mm, madvise: extract mm code from prctl_set_vma() to mm/madvise.c"
(posted 2025-06-24, for 6.17 at the earliest) moved both checks, to ``set_anon_vma_name()``.
"""

from __future__ import annotations

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.errors import PRINTABLE, InvalidLabel

MAX_LABEL = 79
"""Bytes in the longest label: ``ANON_VMA_NAME_MAX_LEN`` is 80, its final NUL included."""

MAX_LABEL_ANDROID = 255
"""The same for android13-5.15 and later Android kernels, where the constant is 256."""

_FORBIDDEN = rb"\`$[]"
"""``ANON_VMA_NAME_INVALID_CHARS``."""


def label_fault(label: BytesOrStr, *, limit: int = MAX_LABEL) -> str | None:
    """The first rule that *label* breaks, as a sentence; None where the kernel accepts it.

    *limit* is the longest length in bytes: `MAX_LABEL`, or `MAX_LABEL_ANDROID`.
    """
    label = as_bytes(label)
    for at, byte in enumerate(label):
        if byte in _FORBIDDEN:
            return f"byte {at} is {chr(byte)!r}, one of the five characters \\ ` $ [ ]"
        if byte not in PRINTABLE:
            return f"byte {at} is 0x{byte:02x}, outside printable ASCII (0x20 to 0x7e)"
    if len(label) > limit:
        return f"it has {len(label)} bytes, {limit} at most"
    return None


def is_valid_anon_label(label: BytesOrStr, *, limit: int = MAX_LABEL) -> bool:
    """Whether the kernel accepts *label*; the empty label is one."""
    return label_fault(label, limit=limit) is None


def check_label(label: bytes, *, limit: int = MAX_LABEL) -> None:
    """Raise `InvalidLabel`, with the rule that is broken, where the kernel would refuse *label*."""
    if fault := label_fault(label, limit=limit):
        raise InvalidLabel(label, fault)
