"""Words replaced one for one: equal words by equal ones, different words by different ones.

A word keeps its shape: letters stay letters of their case, digits stay digits, and a character of
UTF-8 stays one of as many bytes. So the dump keeps the lengths of its lines, and what breaks a
parser is still there: spaces, brackets, escapes, bytes that are not UTF-8.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from typing import Final

import attrs

from procmaps.records.names import NEWLINE

_WORD = re.compile(rb"(" + re.escape(NEWLINE) + rb")|[0-9A-Za-z\x80-\xff]+")
"""A word. The escape of a newline is none, although it has digits."""

_LOWER = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"

_CYRILLIC = "".join(map(chr, range(0x430, 0x450)))
_CJK = "".join(map(chr, range(0x4E00, 0x4F00)))
_EMOJI = "".join(map(chr, range(0x1F600, 0x1F640)))
_BY_LENGTH: Final = {2: _CYRILLIC, 3: _CJK, 4: _EMOJI}
"""Characters of UTF-8 by their number of bytes."""

_NO_UTF8: Final = "".join(map(chr, (*range(0xDCFF, 0xDCF4, -1), *range(0xDC80, 0xDCC0))))
"""Bytes that are not UTF-8 wherever they are: no sequence begins with one."""

_FOLDERS_AND_TYPES: Final = """
    apex apk app art bin cache data deleted dev dex dri etc ext fonts framework games home jar ko
    lib lib32 lib64 libx32 local locale lost media mnt oat odex opt proc product py pyc root run
    sbin share shm so srv sys system tmp ttf usr var vdex vendor
"""
_LABELS: Final = """
    and alloc anon arena arenas bionic blink bss chromium cpython dalvik gc glibc heap jemalloc js
    libc linker loader main malloc memory mimalloc minor overcommit partition pg primary pthread
    region ruby scudo secondary signal space stack tcmalloc thread tls user v8 zend zygote
    ASan COLD GWP Go LinearAlloc METADATA NORMAL OCaml Ruby SAMPLED
"""
_OF_THE_KERNEL: Final = """
    SGX SYSV aio ashmem backing dmabuf drm hugepage i915 inode memfd mm object secretmem shmem
    sigpage socket swap tt ttm unreachable uprobes vdso vectors vsyscall vvar zero
"""

KEPT: Final = frozenset(f"{_FOLDERS_AND_TYPES} {_LABELS}".split())
"""Words that are the same on every machine: of folders, file types, allocators and runtimes."""

_PERMISSIONS: Final = frozenset(
    f"{used}{last}" for used in ("", "x", "wx", "rwx") for last in "psS"
)
"""The last words of permissions: a line without them never begins as a header line does."""

_FIXED: Final = _PERMISSIONS.union(_OF_THE_KERNEL.split())
"""Words with which the kernel says what memory is. No word may become one of them."""


@attrs.define
class Words:
    """The words that were replaced so far, in the order in which they were met."""

    _known: dict[str, str] = attrs.field(factory=dict[str, str], init=False)
    _counters: defaultdict[tuple[str, ...], Iterator[int]] = attrs.field(
        factory=lambda: defaultdict[tuple[str, ...], Iterator[int]](count), init=False
    )

    def replace(self, text: bytes) -> bytes:
        """Return *text* with every word replaced that is not one of `KEPT`."""
        return _WORD.sub(lambda found: found[0] if found[1] else self._word(found[0]), text)

    def _word(self, word: bytes) -> bytes:
        text = word.decode("utf-8", "surrogateescape")
        if text in KEPT:
            return word
        if text not in self._known:
            self._known[text] = self._next(tuple(map(_alphabet, text)))
        return self._known[text].encode("utf-8", "surrogateescape")

    def _next(self, shape: tuple[str, ...]) -> str:
        """Return the next word of *shape*; a longer one if there is none left."""
        for number in self._counters[shape]:
            word, rest = _spelled(number, shape)
            if rest:
                return self._next((*shape, _DIGITS))
            if word not in KEPT and word not in _FIXED:
                return word
        raise AssertionError("a counter does not end")


def _alphabet(character: str) -> str:
    if character in _DIGITS:
        return _DIGITS
    if character.isascii():
        return _LOWER if character.islower() else _LOWER.upper()
    if "\udc80" <= character <= "\udcff":
        return _NO_UTF8
    return _BY_LENGTH[len(character.encode("utf-8"))]


def _spelled(number: int, shape: tuple[str, ...]) -> tuple[str, int]:
    """Return *number* as a word of *shape*, and what is left if the word is too short for it."""
    word = ""
    for alphabet in reversed(shape):
        number, digit = divmod(number, len(alphabet))
        word = alphabet[digit] + word
    return word, number


@attrs.define
class Numbers:
    """Decimal numbers replaced one for one by numbers with as many digits; 0 stays 0."""

    _known: dict[bytes, bytes] = attrs.field(factory=dict[bytes, bytes], init=False)
    _counters: defaultdict[int, Iterator[int]] = attrs.field(
        factory=lambda: defaultdict[int, Iterator[int]](count), init=False
    )

    def replace(self, text: bytes) -> bytes:
        """Return the number that replaces *text*, decimal digits."""
        if not int(text):
            return text
        if text not in self._known:
            number = 10 ** (len(text) - 1) + next(self._counters[len(text)])
            self._known[text] = b"%d" % number
        return self._known[text]
