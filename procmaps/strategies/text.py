"""Strategies for text that programs and file systems choose: labels and file names."""

from __future__ import annotations

from hypothesis import strategies as st

from procmaps.formats.labels import MAX_LABEL, MAX_LABEL_ANDROID, is_valid_anon_label
from procmaps.records.names import DELETED, NEWLINE

_LABEL_BYTES = "".join(chr(byte) for byte in range(128) if is_valid_anon_label(bytes((byte,))))
_ANY_BYTE = st.integers(1, 255)

_LABELS = (b"", b" ", b"libc_malloc", b"heap", b"x (deleted)", b"Size:                  4 kB")
"""Labels that look like something else, or like nothing."""

_LINES = (
    b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ",
    b"00400000-00401000 r-xp 00000000 08:01 42         /bin/forged",
    b"Size:                  4 kB",
    b"VmFlags: rd ex ",
    b"Name:           [anon:forged]",
)
"""Whole lines, for names that look like them."""

COMPONENTS = (
    b"lib.so", b"a b", b" ", b"a\nb", rb"a\012b", b"a\n" + NEWLINE, b"\t", b"\r", b"\xff\xfe",
    b"caf\xc3\xa9", b"x" + DELETED, b"x" + DELETED + DELETED, DELETED, b"[heap]", b"[stack:1]",
    b"[anon:x]", b"memfd:x", b"SYSV00000000", b"SYSV0123456", b"dev", b"zero", b"dmabuf:", b"[aio]",
    b"ashmem", b"x" * 255, b"\x7f\x01", b"a\\b", b"]", *_LINES, *(b"a\n" + line for line in _LINES),
)  # fmt: skip
"""Names of files and directories that break parsers."""


def labels(*, limit: int = MAX_LABEL) -> st.SearchStrategy[bytes]:
    """Draw labels of up to *limit* bytes that the kernel accepts; often the longest."""
    text = st.text(_LABEL_BYTES, max_size=limit)
    longest = st.text(_LABEL_BYTES, min_size=limit, max_size=limit)
    return text.map(str.encode) | st.sampled_from(_LABELS) | longest.map(str.encode)


def android_labels() -> st.SearchStrategy[bytes]:
    """Draw labels that Android's kernels accept since android13-5.15: up to 255 bytes."""
    return labels(limit=MAX_LABEL_ANDROID)


def raw_android_names() -> st.SearchStrategy[bytes]:
    """Draw the bytes that older Android kernels may read at a program's pointer: any but NUL.

    Up to 255 of them, newlines and brackets too, then possibly ``<fault>``.
    """
    fragments = st.sampled_from((b"[anon:", b"]", b"\n", b"]\n", b"<fault>", *_LABELS, *_LINES))
    pieces = st.lists(fragments | any_bytes(8), max_size=6).map(b"".join)
    found = labels() | pieces.map(lambda text: text[:255]) | any_bytes(255)
    shortest = st.sampled_from((b"a\nb", b"\n", b"a]b", b"[", b"]"))
    return st.builds(bytes.__add__, shortest | found, st.sampled_from((b"", b"<fault>")))


def file_names() -> st.SearchStrategy[bytes]:
    """Draw absolute paths, mostly hostile ones, of any bytes but NUL.

    Newlines and their escaped form, `` (deleted)`` once and twice, look-alikes of the kernel's own
    names and of whole lines, bytes that are no UTF-8, components of 255 bytes, paths of many.
    """
    free = any_bytes(255).map(lambda text: text.replace(b"/", b"_"))
    component = st.sampled_from(COMPONENTS) | free.filter(bool)
    short = st.lists(component, min_size=1, max_size=4)
    deep = st.tuples(component, st.integers(1, 15)).map(lambda pair: [pair[0]] * pair[1])
    return (short | deep).map(lambda parts: b"/" + b"/".join(parts))


def any_bytes(size: int) -> st.SearchStrategy[bytes]:
    """Draw up to *size* bytes, any but NUL."""
    return st.lists(_ANY_BYTE, max_size=size).map(bytes)
