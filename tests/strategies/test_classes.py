"""The strategies draw what they promise: each kind of name, record and damage occurs."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from procmaps import Snapshot, is_valid_anon_label, loads, strategies
from procmaps.formats.labels import MAX_LABEL_ANDROID
from procmaps.producers import parse
from procmaps.records.mapping import Mapping
from procmaps.records.names import Name
from procmaps.records.usage import Usage
from tests.support.examples import examples

# One example is enough; it is not shrunk.
SEARCH = settings(
    max_examples=20_000,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)


LABELS: dict[str, Callable[[bytes], bool]] = {
    "empty": lambda label: label == b"",
    "longest": lambda label: len(label) == 79,
    "space first": lambda label: label.startswith(b" "),
    "space last": lambda label: label.endswith(b" "),
    "deleted": lambda label: b"(deleted)" in label,
    "field": lambda label: b"kB" in label,
}


@pytest.mark.parametrize("wanted", LABELS.values(), ids=LABELS)
def test_draws_every_kind_of_label(wanted: Callable[[bytes], bool]) -> None:
    assert wanted(find(strategies.labels(), wanted, settings=SEARCH))


@given(strategies.labels(), strategies.android_labels())
def test_draws_only_labels_that_the_kernel_accepts(label: bytes, longer: bytes) -> None:
    assert is_valid_anon_label(label)
    assert is_valid_anon_label(longer, limit=MAX_LABEL_ANDROID)


@pytest.mark.parametrize("wanted", [b"\n", b"]", b"<fault>", b"\xff", b"["])
def test_draws_every_kind_of_raw_android_name(wanted: bytes) -> None:
    find(strategies.raw_android_names(), lambda name: wanted in name, settings=SEARCH)


@given(strategies.raw_android_names())
def test_raw_android_names_have_at_most_255_bytes_and_a_fault(name: bytes) -> None:
    assert b"\0" not in name
    assert len(name.removesuffix(b"<fault>")) <= 255 or len(name) <= 255


FILE_NAMES: dict[str, Callable[[bytes], bool]] = {
    "newline both ways": lambda path: b"\n" in path and rb"\012" in path,
    "deleted": lambda path: path.endswith(b" (deleted)"),
    "deleted twice": lambda path: path.endswith(b" (deleted) (deleted)"),
    "memfd": lambda path: path.startswith(b"/memfd:"),
    "SysV": lambda path: path.startswith(b"/SYSV0"),
    "brackets": lambda path: b"[heap]" in path,
    "header": lambda path: b"\n7f0000000000-7f0000001000 rw-p" in path,
    "field": lambda path: b"\nVmFlags:" in path,
    "longest component": lambda path: any(len(part) == 255 for part in path.split(b"/")),
    "long": lambda path: len(path) > 1024,
    "no UTF-8": lambda path: b"\xff" in path,
    "tab": lambda path: b"\t" in path,
}


@pytest.mark.parametrize("wanted", FILE_NAMES.values(), ids=FILE_NAMES)
def test_draws_every_kind_of_file_name(wanted: Callable[[bytes], bool]) -> None:
    assert wanted(find(strategies.file_names(), wanted, settings=SEARCH))


@pytest.mark.parametrize("byte", [1, 10, 13, 27, 34, 92, 127, 128, 192, 255])
def test_draws_file_names_with_any_byte(byte: int) -> None:
    find(strategies.file_names(), lambda path: byte in path, settings=SEARCH)


@given(strategies.file_names())
def test_file_names_are_absolute_paths(path: bytes) -> None:
    assert path.startswith(b"/")
    assert b"\0" not in path
    assert all(0 < len(part) <= 255 for part in path[1:].split(b"/"))


KINDS = {
    "linux-6.12": (
        "anonymous heap stack vdso vvar vsyscall uprobes anon anon_shmem file memfd sysv "
        "shared_zero aio anon_hugepage dmabuf drm i915 ttm sgx secretmem anon_inode socket"
    ),
    "linux-3.4-android": "anonymous heap stack thread_stack vectors anon file ashmem",
    "linux-5.15-android": "anon page_size_compat memfd",
    "linux-2.4.17": "anonymous file",
    "nommu-6.1": "anonymous file stack memfd",
    "gvisor": "anonymous file",
    "freebsd": "anonymous file vdso stack",
    "cygwin": (
        "anonymous file peb teb win_stack win_heap cygheap shared_user_data procinfo "
        "cygwin_shared cygwin_user_shared"
    ),
}


@pytest.mark.parametrize(
    ("producer", "kind"),
    [(made, kind) for made, kinds in KINDS.items() for kind in kinds.split(" ")],
)
def test_draws_names_of_every_kind_that_a_producer_prints(producer: str, kind: str) -> None:
    find(strategies.names(producer), lambda name: name.kind == kind, settings=SEARCH)


@given(strategies.names("linux-5.10"))
def test_draws_no_names_that_a_producer_does_not_print(name: Name) -> None:
    assert name.kind not in ("anon", "anon_shmem", "thread_stack", "mpx", "rollup")


@pytest.mark.parametrize("producer", ["gvisor", "nommu-6.1", "linux-2.4.17", "linux-4.9-android"])
def test_draws_names_with_newlines_if_they_are_not_escaped(producer: str) -> None:
    find(strategies.names(producer), lambda name: b"\n" in name.raw, settings=SEARCH)


# --- records --------------------------------------------------------------------------------------


@given(strategies.address_spaces("linux-6.12", max_size=6))
def test_address_spaces_ascend_without_overlaps(records: list[Mapping]) -> None:
    assert len(records) <= 6
    bounds = [bound for record in records for bound in (record.start, record.end)]
    assert bounds == sorted(bounds)
    assert all(record.start < record.end for record in records)


ADDRESS_SPACES: dict[str, Callable[[list[Mapping]], bool]] = {
    "empty": lambda records: not records,
    "many": lambda records: len(records) >= 5,
    "adjacent": lambda records: any(a.end == b.start for a, b in itertools.pairwise(records)),
    "apart": lambda records: any(a.end < b.start for a, b in itertools.pairwise(records)),
    "large inode": lambda records: any(record.inode == 2**64 - 1 for record in records),
    "large device": lambda records: any(record.device.major > 255 for record in records),
}


@pytest.mark.parametrize("wanted", ADDRESS_SPACES.values(), ids=ADDRESS_SPACES)
def test_draws_every_kind_of_address_space(wanted: Callable[[list[Mapping]], bool]) -> None:
    assert wanted(find(strategies.address_spaces("linux-6.12"), wanted, settings=SEARCH))


@pytest.mark.parametrize("kind", ["smaps", "smaps_rollup"])
def test_draws_the_fields_of_the_release(kind: strategies.FileKind) -> None:
    def with_key(records: list[Mapping]) -> bool:
        return any(record.usage and record.usage.protection_key for record in records)

    old, new = (strategies.address_spaces(name, kind) for name in ("linux-4.14", "linux-6.12"))
    ksm = find(new, lambda records: any(r.usage and r.usage.ksm for r in records), settings=SEARCH)
    assert ksm
    for values in find(old, bool, settings=SEARCH):
        assert values.usage is not None
        assert values.usage.ksm is None
    if kind == "smaps":
        assert with_key(find(new, with_key, settings=SEARCH))


@given(strategies.mappings("linux-6.12", "smaps"), strategies.mappings("linux-6.12"))
def test_draws_single_mappings_with_and_without_usage(below: Mapping, bare: Mapping) -> None:
    assert isinstance(below.usage, Usage)
    assert bare.usage is None


def test_address_spaces_shrink_to_one_empty_mapping() -> None:
    smallest = find(
        strategies.address_spaces("linux-6.12"),
        bool,
        settings=settings(SEARCH, phases=[Phase.generate, Phase.shrink]),
    )
    (record,) = smallest
    assert (record.start, record.end, record.offset, record.inode, record.name.raw) == (
        0, 4096, 0, 0, b""
    )  # fmt: skip


@pytest.mark.parametrize(
    ("producer", "kind", "reason"),
    [
        ("nommu-6.1", "smaps", "nommu-6.1 prints no smaps, or its format is not established"),
        (
            "linux-4.12",
            "smaps_rollup",
            "linux-4.12 prints no smaps_rollup, or its format is not established",
        ),
        ("linux-5.3", "smaps", "linux-5.3 prints no smaps, or its format is not established"),
    ],
)
def test_rejects_a_kind_of_file_that_a_producer_does_not_print(
    producer: str, kind: strategies.FileKind, reason: str
) -> None:
    with pytest.raises(ValueError) as caught:
        find(strategies.address_spaces(producer, kind), bool, settings=SEARCH)
    assert str(caught.value) == reason


# --- bytes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["maps", "smaps", "smaps_rollup"])
@settings(max_examples=examples(30))
@given(data=st.data())
def test_dumps_load_without_problems_and_with_their_kind(
    kind: strategies.FileKind, data: st.DataObject
) -> None:
    snapshot = loads(data.draw(strategies.dumps(kind=kind)), dialect="linux")
    assert not snapshot.problems
    assert not len(snapshot) or snapshot.kind == kind


@settings(max_examples=examples(20))
@given(strategies.snapshots("linux-4.9-android", "smaps"))
def test_snapshots_have_the_dialect_of_the_producer(snapshot: Snapshot) -> None:
    assert str(snapshot.dialect) == parse("linux-4.9-android").dialect


@pytest.mark.parametrize("damage", strategies.DAMAGES, ids=lambda damage: damage.__name__)
def test_every_damage_changes_some_dump(damage: strategies.Damage) -> None:
    """A damage may leave a dump unchanged, such as an empty one, but not every dump."""

    @st.composite
    def before_and_after(draw: st.DrawFn) -> tuple[bytes, bytes]:
        text = draw(strategies.dumps("linux-6.12"))
        return text, damage(draw, text)

    find(before_and_after(), lambda pair: pair[0] != pair[1], settings=SEARCH)
