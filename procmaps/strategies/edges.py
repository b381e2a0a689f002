"""Strategies for lines with each number at a limit of its digits or of its bits."""

from __future__ import annotations

from hypothesis import strategies as st

_LIMITS = (0, 2**8, 2**12, 2**16, 2**20, 2**31, 2**32, 2**53, 2**61 - 1, 2**63, 2**64)
"""Powers where a type ends: each is drawn with its neighbours."""

_DIGITS = 16
"""Digits of 64 bits in hexadecimal."""

_EDGES = sorted({value + step for value in _LIMITS for step in (-1, 0, 1) if value + step >= 0})

_FIXED_NAMES = (
    b"", b"[heap]", b"[stack]", b"[vdso]", b"[rollup]", b"[heap] ", b"[heap]\r", b"\r", b"/", b"//",
    b"[anon:]", b"[anon:", b"[anon", b"[]", b"]", b"[anon_shmem:]", b"/memfd:",
    b"/memfd: (deleted)", b" (deleted)", b"/ (deleted)", b"(deleted)",
    b"/dev/ashmem", b"/dev/ashmem/", b"/dmabuf:",
    b"/dmabuf", b"anon_inode:", b"anon_inode", b"(unreachable)/", b"(unreachable)", b"S", b"0",
    b"/x\r", b"/x\\012", b"<fault>", b"[anon:<fault>]", b"1000-2000 rw-p 00000000 00:00 0", b"Rss:",
    b"/SYSV (deleted)", b"/SYSV00000000 (deleted)", b"/SYSVffffffff (deleted)", b"\xff",
)  # fmt: skip
"""Empty names, names equal to the marks of the grammar, and their neighbours."""


def _decimal(digits: int) -> st.SearchStrategy[bytes]:
    """Draw decimal numbers of up to *digits* digits, some with leading zeros."""
    texts = [b"%d" % value for value in _EDGES]
    padded = [text.zfill(digits) for text in texts]
    return st.sampled_from([text for text in (*texts, *padded) if len(text) <= digits])


def _hexadecimal() -> st.SearchStrategy[bytes]:
    """Draw hexadecimal numbers of up to 16 digits, some with leading zeros."""
    texts = [b"%x" % value for value in _EDGES]
    padded = [text.zfill(width) for text in texts for width in (2, 8, 16)]
    return st.sampled_from([text for text in (*texts, *padded) if len(text) <= _DIGITS])


def edge_names() -> st.SearchStrategy[bytes]:
    """Draw name columns at the edges of the grammar: empty, like a mark, with extreme numbers."""
    return (
        st.sampled_from(_FIXED_NAMES)
        | _decimal(20).map(lambda number: b"socket:[%b]" % number)
        | _decimal(10).map(lambda number: b"[stack:%b]" % number)
    )


def edge_lines() -> st.SearchStrategy[bytes]:
    """Draw header lines with each number at a limit, and the names of `edge_names`.

    The grammar accepts nearly all of them, but no kernel prints some of these values: an end below
    the start, an inode of more than 64 bits.
    """
    hexadecimal = _hexadecimal()
    perms = st.sampled_from((b"rw-p", b"---s", b"rwxS"))
    start, end, offset, major, minor = (hexadecimal,) * 5
    parts = st.tuples(start, end, perms, offset, major, minor, _decimal(20), edge_names())
    return parts.map(lambda drawn: b"%b-%b %b %b %b:%b %b %b\n" % drawn)


def edge_fields() -> st.SearchStrategy[bytes]:
    """Draw field lines of smaps with each number at a limit."""
    keys = st.sampled_from((b"Size", b"Rss", b"THPeligible", b"ProtectionKey", b"NewField"))
    parts = st.tuples(keys, _decimal(20), st.sampled_from((b"", b" kB")))
    return parts.map(lambda drawn: b"%b: %b%b\n" % drawn)
