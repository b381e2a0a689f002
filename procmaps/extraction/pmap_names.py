"""Names in the output of ``pmap``, which cuts paths and prints fields of any number before them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from procmaps.extraction.results import NameState
from procmaps.formats.dialects import LINUX
from procmaps.grammar import loading
from procmaps.records.names import UnknownName

_UNKNOWN = b"[ anon ]"
"""What ``pmap`` prints for all memory without a file: labels, the heap, the kernel's own."""

_STACK = b"[ stack ]"

_LAST_TITLES = (b"Mapping", b"VmFlagsMapping")


def columns_of_pmap(text: bytes) -> tuple[int, bool] | None:
    """Return how many fields of smaps the titles of ``pmap -X`` have, and whether flags follow.

    None if *text* has no such titles.
    """
    begin = text.find(b" Inode ")
    titles = text[begin:].split()[1:] if begin >= 0 and b"Address" in text[:begin] else []
    # A literal or a cell may end after the last one.
    lasts = (index for index, title in enumerate(titles, 1) if title.startswith(_LAST_TITLES))
    titles = titles[: next(lasts, 0)]
    if not titles:
        return None
    has_flags = any(title.startswith(b"VmFlags") for title in titles)
    fields = [title for title in titles if not title.startswith((b"VmFlags", b"Mapping"))]
    return len(fields), has_flags


def name_after_columns(rest: bytes, fields: int, *, has_flags: bool, has_file: bool) -> bytes:
    """Return the name in a row of ``pmap -X``, whose titles name so many *fields*.

    *rest* is the row after the inode. A file always has a name, and it may look like a flag.
    """
    found = re.match(rb"(?: +[0-9]+){%d}(?![^ ])" % fields, rest)
    name = rest[found.end() :].lstrip(b" ") if found else rest.lstrip(b" 0123456789")
    words = name.split(b" ") if has_flags else []
    count = 0
    while count < len(words) and re.fullmatch(rb"[a-z?]{2}", words[count]):
        count += 1
    if has_file and count == len(words):
        count = max(count - 1, 0)
    return b" ".join(words[count:]).lstrip(b" ") if has_flags else name


def rest_of_columns(groups: Mapping[str, bytes]) -> bytes:
    """Return a row of ``pmap -X`` after the inode, with one space before the name."""
    columns = groups["fields"] + groups.get("letters", b"")
    return columns + b" " + groups["NAME"] if "NAME" in groups else columns


def state_of_last_part(name: bytes) -> tuple[bytes, NameState]:
    """Return a name of ``pmap`` as ``maps`` prints it, and how much of it is there."""
    if name == _UNKNOWN:
        return b"", "unknown"
    if name == _STACK:
        return b"[stack]", "whole"
    # "[aio] (deleted)" is the last part of a path.
    is_label = name.startswith(b"[") and name.endswith(b"]")
    is_whole = not name or name.startswith(b"/") or is_label or is_name(name)
    return name, "whole" if is_whole else "cut"


def is_name(name: bytes) -> bool:
    """Return whether *name* is a path, or of a form that the kernel invents."""
    return not isinstance(loading.load(LINUX.name).parse_name(name), UnknownName)
