"""The rules for labels: the strings that ``prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME)`` accepts.

``prctl_set_vma()`` copies the string with ``strndup_user(…, ANON_VMA_NAME_MAX_LEN)`` and rejects
every character that ``is_valid_name_char()`` does not allow: kernel/sys.c, in the 6.1 and 6.12
trees (9a10064f5625, in v5.17). "mm, madvise: extract mm code from prctl_set_vma() to mm/madvise.c"
(posted 2025-06-24, for 6.17 at the earliest) moved both checks to ``set_anon_vma_name()``.
"""

from __future__ import annotations

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.errors import InvalidLabel
from procmaps.printable import PRINTABLE

MAX_LABEL = 79
"""Longest label in bytes: ``ANON_VMA_NAME_MAX_LEN`` is 80, including the final NUL."""

MAX_LABEL_ANDROID = 255
"""Longest label in android13-5.15 and later Android kernels: the constant is 256 there."""

_FORBIDDEN = rb"\`$[]"
"""``ANON_VMA_NAME_INVALID_CHARS``."""


def label_error(label: BytesOrStr, *, limit: int = MAX_LABEL) -> str | None:
    """Return the first rule that *label* breaks, as a sentence; None if the kernel accepts it.

    *limit* is the maximum length in bytes: `MAX_LABEL` or `MAX_LABEL_ANDROID`.
    """
    label = as_bytes(label)
    for index, byte in enumerate(label):
        if byte in _FORBIDDEN:
            return f"byte {index} is {chr(byte)!r}, one of the forbidden characters \\ ` $ [ ]"
        if byte not in PRINTABLE:
            return f"byte {index} is 0x{byte:02x}, outside printable ASCII (0x20 to 0x7e)"
    if len(label) > limit:
        return f"it has {len(label)} bytes; the limit is {limit}"
    return None


def is_valid_anon_label(label: BytesOrStr, *, limit: int = MAX_LABEL) -> bool:
    """Return True if the kernel accepts *label*; it accepts the empty label."""
    return label_error(label, limit=limit) is None


def check_label(label: bytes, *, limit: int = MAX_LABEL) -> None:
    """Raise `InvalidLabel`, with the broken rule, if the kernel would refuse *label*."""
    if reason := label_error(label, limit=limit):
        raise InvalidLabel(label, reason)
