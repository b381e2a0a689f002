"""`Criteria`: rows chosen from columns are those that each record would be chosen by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import procmaps
from procmaps import Mapping, Snapshot, strategies
from procmaps.engines.line_filter import LineFilter, can_filter
from procmaps.grammar import loading
from procmaps.records.kinds import known_kinds
from procmaps.records.names import FileBacked, FilePath, Labelled
from procmaps.search.criteria import BACKINGS, Criteria, backing_of, is_deleted
from procmaps.search.file_identity import FileIdentity
from procmaps.search.line_conditions import line_conditions
from procmaps.search.name_patterns import library_pattern, name_pattern
from procmaps.search.perms_patterns import check_perms, has_perms

LINUX = loading.load("linux")

SNAPSHOTS = strategies.snapshots().filter(len)


def matches_any(patterns: Sequence[re.Pattern[bytes]], *texts: bytes) -> bool:
    return not patterns or any(each.fullmatch(text) for each in patterns for text in texts)


def expected(criteria: Criteria, mapping: Mapping) -> bool:
    """Return whether *mapping* is to be found, from its record alone."""
    name, (least, most) = mapping.name, criteria.sizes
    path = name.path if isinstance(name, FileBacked) else None
    base = name.raw.removesuffix(b" (deleted)").rpartition(b"/")[2]
    file = FileIdentity(mapping.device.major, mapping.device.minor, mapping.inode)
    return all(
        (
            matches_any(criteria.names, name.raw, base),
            not criteria.paths
            or (path is not None and matches_any(criteria.paths, path, path.rpartition(b"/")[2])),
            not criteria.libraries
            or (isinstance(name, FilePath) and matches_any(criteria.libraries, base)),
            not criteria.labels
            or (isinstance(name, Labelled) and matches_any(criteria.labels, name.label)),
            not criteria.kinds or name.kind in criteria.kinds,
            not criteria.backings or backing_of(name.kind) in criteria.backings,
            criteria.perms is None or has_perms(str(mapping.perms), criteria.perms),
            least is None or mapping.size >= least,
            most is None or mapping.size <= most,
            not criteria.files or file in criteria.files,
            criteria.inode is None or mapping.inode == criteria.inode,
            criteria.device is None or mapping.device == criteria.device,
            criteria.deleted is None or is_deleted(name) is criteria.deleted,
            not criteria.only_files or isinstance(name, FilePath),
        )
    )


@st.composite
def criteria_of(draw: st.DrawFn, mappings: Sequence[Mapping]) -> Criteria:
    """Draw conditions with values that one of *mappings* has, so that something can be found."""
    one = draw(st.sampled_from(mappings))
    path = one.path or b"/nothing"

    def perhaps(value: object, otherwise: object) -> object:
        return draw(st.sampled_from((value, otherwise, otherwise)))

    file = FileIdentity(one.device.major, one.device.minor, one.inode)
    conditions: dict[str, Any] = {
        "names": perhaps((name_pattern(one.name.raw[:3] + b"*"),), ()),
        "paths": perhaps((name_pattern(path.rpartition(b"/")[2]), name_pattern(b"*a*")), ()),
        "libraries": perhaps((library_pattern(path.rpartition(b"/")[2]),), ()),
        "labels": perhaps((name_pattern(one.label or b"?*"),), ()),
        "kinds": perhaps(frozenset({one.name.kind, "heap"}), frozenset[str]()),
        "backings": perhaps(frozenset({backing_of(one.name.kind)}), frozenset[str]()),
        "perms": perhaps(draw(st.sampled_from((str(one.perms).strip("-=") or "r", "x"))), None),
        "sizes": perhaps((one.size, one.size + 4096), (None, None)),
        "files": perhaps(frozenset({file}), frozenset[FileIdentity]()),
        "inode": perhaps(one.inode, None),
        "device": perhaps(one.device, None),
        "deleted": perhaps(is_deleted(one.name), None),
        "only_files": perhaps(True, False),  # noqa: FBT003 - a value to draw
    }
    return Criteria(**conditions)


@given(st.data())
def test_rows_are_those_whose_records_fulfil_every_condition(data: st.DataObject) -> None:
    snapshot = data.draw(SNAPSHOTS)
    mappings = [*snapshot]
    criteria = data.draw(criteria_of(mappings))
    wanted = [row for row, each in enumerate(mappings) if expected(criteria, each)]
    assert [*criteria.rows(snapshot)] == wanted


def snapshot_of(*lines: bytes) -> Snapshot:
    return procmaps.loads(b"\n".join(lines) + b"\n")


def test_no_condition_accepts_every_row() -> None:
    assert [*Criteria().rows(procmaps.maps())] == [*range(len(procmaps.maps()))]


def test_every_kind_has_a_backing() -> None:
    assert {*BACKINGS} <= {*known_kinds()}
    assert {backing_of(kind) for kind in known_kinds()} == {*BACKINGS.values(), "kernel"}
    assert backing_of("vdso") == backing_of("other") == "kernel"


def test_names_that_never_were_in_a_folder_are_not_deleted() -> None:
    lines = (
        b"1000-2000 r-xp 00000000 08:01 7 /usr/lib/a.so (deleted)",
        b"2000-3000 r-xp 00000000 00:01 7 /memfd:a (deleted)",
        b"3000-4000 r-xp 00000000 00:01 7 /dev/zero (deleted)",
        b"4000-5000 r-xp 00000000 00:01 7 /SYSV00000000 (deleted)",
    )
    assert [*Criteria(deleted=True).rows(snapshot_of(*lines))] == [0]


@pytest.mark.parametrize(
    ("name", "file", "is_found"),
    [
        (b"libc", b"libc.so.6", True),
        (b"libc", b"libc-2.31.so", True),
        (b"libc", b"libc", True),
        (b"libc", b"libc.so", True),
        (b"libc.so.6", b"libc.so.6", True),
        (b"libc", b"libcrypto.so.3", False),
        (b"libc", b"libc-client.so.2007e", False),
        (b"libc", b"musl-libc.so", False),
        (b"lib*", b"libcrypto.so.3", True),
        (b"lib[c]", b"libc.so.6", False),
        (b"lib[c]", b"lib[c].so.6", True),
        (b"lib\nc", b"lib\nc.so", True),
    ],
)
def test_a_library_is_found_in_any_version(name: bytes, file: bytes, *, is_found: bool) -> None:
    assert (library_pattern(name).fullmatch(file) is not None) is is_found


@pytest.mark.parametrize("wanted", ["", "q", "rw-", "rw-pp", "x w", "RW"])
def test_rejects_what_no_permissions_are(wanted: str) -> None:
    with pytest.raises(ValueError, match="is not permissions; give letters that must be set"):
        check_perms(wanted)


@pytest.mark.skipif(not can_filter(LINUX), reason="only the native engine filters lines")
@given(st.data())
def test_lines_are_those_whose_records_fulfil_every_condition(data: st.DataObject) -> None:
    snapshot = data.draw(SNAPSHOTS)
    mappings = [*snapshot]
    criteria = data.draw(criteria_of(mappings))
    conditions = line_conditions(criteria, LINUX)
    assert conditions
    found = LineFilter(LINUX, conditions).run(snapshot.dumps())
    if found is None:
        return
    assert not snapshot.problems
    wanted = (row for row, each in enumerate(mappings) if expected(criteria, each))
    assert found.lines == b"".join(map(snapshot.source, wanted))


@pytest.mark.skipif(not can_filter(LINUX), reason="only the native engine filters lines")
def test_this_process_is_plain() -> None:
    conditions = line_conditions(Criteria(perms="x"), LINUX)
    assert conditions
    snapshot = procmaps.maps()
    found = LineFilter(LINUX, conditions).run(snapshot.dumps())
    assert found
    assert found.mark in {each.start for each in snapshot if each.name.kind == "vdso"}
    assert found.lines.count(b"\n") == sum(each.perms.execute for each in snapshot)


def test_more_files_than_the_filter_compares_are_no_conditions_of_it() -> None:
    many = frozenset(FileIdentity(8, 1, inode) for inode in range(65))
    assert line_conditions(Criteria(files=many), LINUX) is None
