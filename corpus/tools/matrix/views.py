"""Views: the records that a parser returns by design, if not one per mapping.

A profiler keeps executable mappings; lsof lists files. That is not an error. So the *case* is
changed into the records that such a tool should return, and its answer is judged by them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import attrs

from corpus.tools.matrix.read_peers import Peer, View
from corpus.tools.matrix.shapes import shaped
from procmaps.check.cases import Allowed, Case, Interpretation
from procmaps.check.shrinking import grammar_of, lines_of, with_records
from procmaps.grammar.loading import Grammar
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import Unnamed
from procmaps.records.perms import Perms
from procmaps.records.usage import Usage

_LIBRARY: Final = re.compile(
    rb".\.(?:so|dll|dylib|bundle)(?:(?:\.\d+)+\w*(?:\.\d+){0,3})?\Z", re.IGNORECASE | re.DOTALL
)
"""Names that gperftools and jemalloc treat as libraries, by the extension at the line's end."""

_SUMMED: Final = (
    "rss", "pss", "shared_clean", "shared_dirty", "private_clean", "private_dirty", "referenced",
    "anonymous", "swap", "swap_pss", "shared_hugetlb",
)  # fmt: skip


def case_for(peer: Peer, case: Case) -> Case | None:
    """Return the case as *peer* receives it, with the records that it should return.

    Return None if the peer returns none of the case's records by design.
    """
    if peer.made_executable:
        case = _executable(case)
    seen = _seen_by(peer, case)
    if seen is None or not (seen.records or (not case.records and peer.view not in _BY_ADDRESS)):
        return None
    return shaped(peer.shows, seen)


def _executable(case: Case) -> Case:
    """Make each readable mapping executable. Its name stays the same, and the peer returns it."""
    executable = [
        attrs.evolve(mapping, perms=attrs.evolve(mapping.perms, execute=True))
        if mapping.perms.read
        else mapping
        for mapping in case.records
    ]
    lines = list(map(functools.partial(_made_executable, grammar_of(case)), lines_of(case)))
    count = sum(a != b for a, b in zip(lines, lines_of(case), strict=True))
    changed = sum(a != b for a, b in zip(executable, case.records, strict=True))
    # Leave torn, repeated and forged dumps alone: their lines do not correspond to their records.
    if count != changed:
        return case
    return attrs.evolve(case, data=b"".join(lines), records=tuple(executable))


def _made_executable(grammar: Grammar, line: bytes) -> bytes:
    """Set the x of a line that is the header of a readable mapping."""
    header = grammar.header.fullmatch(line)
    if header is None or not header["perms"].startswith(b"r"):
        return line
    at = header.start("perms") + 2
    return line[:at] + b"x" + line[at + 1 :]


def _seen_by(peer: Peer, case: Case) -> Case | None:
    if peer.flags_left_out:
        case = _keep(case, lambda mapping: not _has_flag(mapping, peer.flags_left_out))
    return _VIEWS[peer.view](case)


# --- filters: the remaining records keep their interpretations ------------------------------------


def _keep(case: Case, wanted: Callable[[Mapping], bool]) -> Case:
    kept = [index for index, mapping in enumerate(case.records) if wanted(mapping)]
    new_index = {old: new for new, old in enumerate(kept)}
    return with_records(case, new_index, [case.records[index] for index in kept])


def _has_flag(mapping: Mapping, flags: Sequence[str]) -> bool:
    words = mapping.usage.vm_flags if mapping.usage is not None else None
    return words is not None and any(flag.encode() in tuple(words) for flag in flags)


def _is_library(mapping: Mapping) -> bool:
    return mapping.perms.execute and _LIBRARY.search(mapping.name.raw) is not None


_BCC_LEAVES_OUT: Final = (
    b"//anon", b"/dev/zero", b"/anon_hugepage", b"[stack", b"/SYSV", b"[heap]", b"[vsyscall]",
)  # fmt: skip
"""Prefixes of names that `bcc_mapping_is_file_backed()` does not accept as files."""


def _is_module_of_bcc(mapping: Mapping) -> bool:
    raw = mapping.name.raw
    return mapping.perms.execute and bool(raw) and not raw.startswith(_BCC_LEAVES_OUT)


def _is_seen(mapping: Mapping) -> bool:
    """Whether code can run or be read there, so that a profiler can meet it."""
    return mapping.perms.read or mapping.perms.execute


def _is_file_or_unnamed(mapping: Mapping) -> bool:
    return _is_seen(mapping) and (mapping.inode != 0 or not mapping.name.raw)


def _paths(mappings: Iterable[Mapping]) -> Iterator[Mapping]:
    """Keep the first accessible mapping of a path for each start address: it is asked once."""
    seen: set[int] = set()
    for mapping in mappings:
        if _is_seen(mapping) and mapping.name.raw.startswith(b"/") and mapping.start not in seen:
            seen.add(mapping.start)
            yield mapping


def _is_writable(mapping: Mapping) -> bool:
    """Whether a search of a process's memory visits it."""
    return mapping.perms.read and mapping.perms.write and mapping.end > mapping.start


def _is_read_execute(mapping: Mapping) -> bool:
    return mapping.perms.read and mapping.perms.execute and not mapping.perms.write


def _is_named_executable(mapping: Mapping) -> bool:
    return mapping.perms.execute and (mapping.inode != 0 or bool(mapping.name.raw))


# --- folding: several mappings become one record --------------------------------------------------


def _fold(case: Case, fold: Callable[[Iterable[Mapping]], Iterator[Mapping]]) -> Case:
    """Fold each allowed answer. Keep the interpretations of names that remain."""
    records: list[Mapping] = []
    either: list[Allowed] = []
    interpretations: list[Interpretation] = []
    for allowed in case.allowed:
        if allowed.records is None:
            either.append(allowed)
            continue
        folded = list(fold(case.records[at] for at in allowed.records))
        either.append(
            attrs.evolve(allowed, records=tuple(range(len(records), len(records) + len(folded))))
        )
        for interpretation in case.interpretations:
            name = case.records[interpretation.record].name
            interpretations += [
                attrs.evolve(interpretation, record=at)
                for at, mapping in enumerate(folded, len(records))
                if mapping.name == name
            ]
        records += folded
    return attrs.evolve(
        case, records=tuple(records), either=tuple(either), interpretations=tuple(interpretations)
    )


def _on_disk(mapping: Mapping) -> bool:
    return mapping.name.raw.startswith(b"/") and bool(
        mapping.inode or mapping.device.major or mapping.device.minor
    )


def _modules(mappings: Iterable[Mapping]) -> Iterator[Mapping]:
    """Merge adjacent mappings of one file, from the first address to the last."""
    current: Mapping | None = None
    for mapping in filter(_on_disk, mappings):
        if current is not None and _same_file(current, mapping) and current.name == mapping.name:
            current = attrs.evolve(current, end=mapping.end)
            continue
        if current is not None:
            yield current
        current = mapping
    if current is not None:
        yield current


def _segments_of_valgrind(mappings: Iterable[Mapping]) -> Iterator[Mapping]:
    """Merge neighbours that continue each other in one file, as `maybe_merge_nsegments()` does.

    A mapping is a file to valgrind if it has a device and an inode.
    """
    current: Mapping | None = None
    for mapping in mappings:
        if not (mapping.inode and (mapping.device.major or mapping.device.minor)):
            continue
        if current is not None and _continues(current, mapping):
            current = attrs.evolve(current, end=mapping.end)
            continue
        if current is not None:
            yield current
        current = mapping
    if current is not None:
        yield current


def _continues(one: Mapping, other: Mapping) -> bool:
    return (
        one.end == other.start
        and _same_file(one, other)
        and str(one.perms)[:3] == str(other.perms)[:3]
        and other.offset == one.offset + (one.end - one.start)
    )


def _files(mappings: Iterable[Mapping]) -> Iterator[Mapping]:
    """Keep the first mapping of each file."""
    seen: set[tuple[Device, int]] = set()
    for mapping in mappings:
        if mapping.inode and (key := (mapping.device, mapping.inode)) not in seen:
            seen.add(key)
            yield mapping


def _same_file(one: Mapping, other: Mapping) -> bool:
    return (one.device, one.inode) == (other.device, other.inode)


def _total_of(case: Case) -> Case | None:
    """Sum each answer, or return None if a sum exceeds 64 bits, which no parser can return."""
    folded = _fold(case, _total)
    sums = (getattr(record.usage, field) or 0 for record in folded.records for field in _SUMMED)
    return None if any(value >= _LIMIT for value in sums) else folded


_LIMIT: Final = 2**64


def _total(mappings: Iterable[Mapping]) -> Iterator[Mapping]:
    """Sum the fields of all mappings into one record."""
    usages = [mapping.usage for mapping in mappings if mapping.usage is not None]
    sums: dict[str, Any] = {
        field: sum(values)
        for field in _SUMMED
        if (values := [v for usage in usages if (v := getattr(usage, field)) is not None])
    }
    yield Mapping(0, 0, Perms.from_text("---p"), 0, Device(0, 0), 0, Unnamed(), Usage(**sums))


_VIEWS: Final[dict[View, Callable[[Case], Case | None]]] = {
    "all": lambda case: case,
    "accessible": lambda case: _keep(case, _is_seen),
    "executable": lambda case: _keep(case, lambda mapping: mapping.perms.execute),
    "libraries": lambda case: _keep(case, _is_library),
    "modules_of_bcc": lambda case: _keep(case, _is_module_of_bcc),
    "paths": lambda case: _fold(case, _paths),
    "files_and_unnamed": lambda case: _keep(case, _is_file_or_unnamed),
    "files": lambda case: _fold(case, _files),
    "modules": lambda case: _fold(case, _modules),
    "total": _total_of,
    "readable": lambda case: _keep(case, lambda mapping: mapping.perms.read),
    "writable": lambda case: _keep(case, _is_writable),
    "read_execute": lambda case: _keep(case, _is_read_execute),
    "named_executable": lambda case: _keep(case, _is_named_executable),
    "segments_of_valgrind": lambda case: _fold(case, _segments_of_valgrind),
}

_BY_ADDRESS: Final = frozenset({"paths"})
"""Views of parsers that are asked about addresses. A dump without any asks them nothing."""
