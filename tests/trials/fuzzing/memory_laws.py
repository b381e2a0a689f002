"""Laws of sums, differences, modules, exports, redaction and pages, for any text."""

from __future__ import annotations

import json

import procmaps
from procmaps.exports import to_folded, to_speedscope
from procmaps.mapped_files.grouping import modules
from procmaps.pages.entries import tally
from procmaps.pages.pagemap_file import ENTRY
from procmaps.usage import Account, Group, Key, account, account_to_json, diff, difference_to_json
from procmaps.usage.figures import SUMMED

CHAINS: tuple[tuple[Key, ...], ...] = (
    ("label",), ("group",), ("kind", "name"), ("owner", "perms"), ("file", "label"), (),
)  # fmt: skip

_COUNTS = ("present", "exclusive", "exclusive_file", "guard", "swapped", "marked", "soft_dirty")


def _chain(text: bytes) -> tuple[Key, ...]:
    return CHAINS[sum(text) % len(CHAINS)]


def _account(text: bytes) -> tuple[procmaps.Snapshot, Account]:
    snapshot = procmaps.loads(text, errors="collect")
    return snapshot, account(snapshot, _chain(text), sizes_only=not _has_figures(snapshot))


def _has_figures(snapshot: procmaps.Snapshot) -> bool:
    return any(each.usage is not None for each in snapshot)


def accounts(text: bytes) -> None:
    """Sums over columns are those over records; each mapping is in one group of each level."""
    snapshot, found = _account(text)
    if not _has_figures(snapshot):
        assert found == account(snapshot[:], _chain(text), sizes_only=True)
    else:
        assert found == account(snapshot[:], _chain(text))
        for name in SUMMED:
            printed = [getattr(each.usage, name) for each in snapshot if each.usage]
            values = [value for value in printed if value is not None]
            assert found.total.figure(name).value == (sum(values) if values else None)
    assert found.total.mappings == len(snapshot)
    assert found.total.size == sum(each.size for each in snapshot)
    for group in (found.total, *(each for _, each in found.total.walk())):
        _check_parts(group)
    assert json.dumps(account_to_json(found)).isascii()


def _check_parts(group: Group) -> None:
    if group.groups:
        assert group.mappings == sum(each.mappings for each in group.groups)
        assert group.size == sum(each.size for each in group.groups)
        names = [each.name for each in group.groups]
        assert len({*names}) == len(names)


def differences(text: bytes) -> None:
    """Nothing differs from itself; the changes between two texts add up to what the totals say."""
    middle = text.rfind(b"\n", 0, len(text) // 2) + 1
    before, after = (procmaps.loads(part, errors="collect") for part in (text[:middle], text))
    assert not diff(after, after).mappings
    found = diff(before, after)
    grown = sum(each.size for each in after) - sum(each.size for each in before)
    assert found.total.size == grown == sum(change.size for change in found.mappings)
    assert found.total.mappings == len(after) - len(before)
    assert json.dumps(difference_to_json(found)).isascii()


def mapped_modules(text: bytes) -> None:
    """Each mapping of a file is in one module, which has mappings of one file, by address."""
    mappings = list(procmaps.loads(text, errors="collect"))
    found = modules(mappings)
    inside = [each for module in found for each in module.mappings]
    files = [each for each in mappings if each.has_file]
    assert sorted(map(id, inside)) == sorted(map(id, files))
    for module in found:
        assert len({(each.device, each.inode) for each in module.mappings}) == 1
        starts = [each.start for each in module.mappings]
        assert starts == sorted(starts)
        assert not any(each.has_file for each in module.anonymous)


def exports(text: bytes) -> None:
    """Every format has the sums of the account, and a line or a frame for each name."""
    _, found = _account(text)
    folded = to_folded([("a", found)], ["size"])
    sizes = [int(line.rpartition(b" ")[2]) for line in folded.splitlines()]
    assert sum(sizes) == found.total.size
    assert folded.count(b"\n") == len(sizes)
    profile = json.loads(to_speedscope([("a", found)]))
    frames = [frame["name"] for frame in profile["shared"]["frames"]]
    assert all(name.isprintable() for name in frames)
    for each in profile["profiles"]:
        assert sum(each["weights"]) == each["endValue"]
        whole = found.total.column(each["name"])
        # A group with a part of USS only, as in a cut entry, has no USS that could be exported.
        assert whole.absent or whole.value == each["endValue"]


def redactions(text: bytes) -> None:
    """Redacting keeps lines, sizes, rights, kinds and problems, and twice changes no more."""
    before = procmaps.loads(text, errors="collect")
    once = procmaps.redact(text)
    assert procmaps.redact(once, dialect=before.dialect.name) == once
    assert once.count(b"\n") == text.count(b"\n")
    after = procmaps.loads(once, errors="collect", dialect=before.dialect.name)
    assert [(each.size, each.perms, each.name.kind) for each in after] == [
        (each.size, each.perms, each.name.kind) for each in before
    ]
    assert [each.kind for each in after.problems] == [each.kind for each in before.problems]


def pages(text: bytes) -> None:
    """The pages of two pieces of pagemap are those of the whole."""
    entries = text[: len(text) // ENTRY * ENTRY]
    middle = len(entries) // 2 // ENTRY * ENTRY
    trust, hidden = bool(sum(text) & 1), bool(sum(text) & 2)
    whole, first, second = (
        tally(part, trust_exclusive=trust, hidden=hidden)
        for part in (entries, entries[:middle], entries[middle:])
    )
    for name in _COUNTS:
        assert getattr(whole, name) == getattr(first, name) + getattr(second, name)
    assert whole.shared == first.shared + second.shared
    assert whole.shared_file == first.shared_file + second.shared_file
    exclusive = whole.exclusive + whole.exclusive_file
    if not hidden:
        assert whole.present == exclusive + len(whole.shared) + len(whole.shared_file)
