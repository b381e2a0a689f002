"""Fold labels and paths: replace what differs between threads or builds by a word.

Ten thousand thread stacks have ten thousand labels. Folded they have one: ``stack_and_tls:<n>``.
"""

from __future__ import annotations

import re
from typing import Final

NUMBER: Final = b"<n>"
HASH: Final = b"<hash>"
ADDRESS: Final = b"<address>"
UUID: Final = b"<uuid>"

_UUID = re.compile(
    rb"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])"
)
_ADDRESS = re.compile(rb"(?<![0-9A-Za-z])0[xX][0-9a-fA-F]+(?![0-9A-Za-z])")
_WORD = re.compile(rb"x86_64|[0-9A-Za-z]+")
_ANDROID_FOLDER = re.compile(rb"(?:(?<=/)~~|(?<=[0-9A-Za-z])-)[0-9A-Za-z_-]{22}==(?=/)")
"""The random part of a folder below ``/data/app``: 16 bytes in base64, as the package manager makes
it for every installation."""

_HEX = re.compile(rb"[0-9a-f]+|[0-9A-F]+")
_STORE = re.compile(rb"[0-9abcdfghijklmnpqrsvwxyz]{32}")
"""The hash of a Nix store path: 32 digits of its base 32."""

_DIGITS = re.compile(rb"[0-9]+")
_COUNTED = re.compile(rb"([0-9]*[A-Za-z]+)[0-9]+")
"""A word that ends in its number: ``worker12``."""

_LEAST_HASH = 8
"""Digits of the shortest hash: git prints seven, build systems at least eight."""

_LEAST_COUNTED = 4
"""Letters of the shortest word that is counted. In ``v8``, ``md5``, ``utf16``, ``sha256`` and
``x86`` the number is part of the name."""

_NAMED: Final = frozenset(
    (b"x86_64", b"base64", b"float32", b"float64", b"uint8", b"uint16", b"uint32", b"uint64")
)
"""Longer words whose number is part of the name."""


def fold_label(label: bytes) -> bytes:
    """Return *label* with thread IDs, counters, addresses and hashes replaced.

    A number by itself becomes ``<n>``, also at the end of a word of at least four letters. Two
    labels that differ only in such numbers become equal. Folding twice changes nothing more.
    """
    return _WORD.sub(_folded_word, _fold_common(label))


def fold_path(path: bytes) -> bytes:
    """Return *path* with hashes, UUIDs and random folders replaced, and numbers kept.

    A build puts hashes into paths. A number in a path is more often a version: ``libc.so.6``.
    """
    return _WORD.sub(_folded_hash, _ANDROID_FOLDER.sub(_folded_folder, _fold_common(path)))


def _fold_common(text: bytes) -> bytes:
    return _ADDRESS.sub(ADDRESS, _UUID.sub(UUID, text))


def _folded_folder(found: re.Match[bytes]) -> bytes:
    return found[0][: 2 if found[0].startswith(b"~~") else 1] + HASH


def _folded_hash(found: re.Match[bytes]) -> bytes:
    return HASH if _is_hash(found[0]) else found[0]


def _folded_word(found: re.Match[bytes]) -> bytes:
    word = found[0]
    if _is_hash(word):
        return HASH
    if _DIGITS.fullmatch(word):
        return NUMBER
    counted = _COUNTED.fullmatch(word)
    if counted and len(counted[1]) >= _LEAST_COUNTED and word.lower() not in _NAMED:
        return counted[1] + NUMBER
    return word


def _is_hash(word: bytes) -> bool:
    """Return whether *word* looks like a hash: long, of one case, with letters and digits."""
    if word.isdigit() or word.isalpha():
        return False
    hexadecimal = len(word) >= _LEAST_HASH and _HEX.fullmatch(word)
    return bool(hexadecimal or _STORE.fullmatch(word))
