"""The texts of the races are valid dumps, so that no contender is slowed by a bad line."""

import pytest

from bench import texts
from procmaps import NoSuchProcess, Zombie, loads, maps


@pytest.mark.parametrize("names", texts.NAMES)
@pytest.mark.parametrize("kind", ["maps", "smaps"])
def test_a_synthetic_dump_parses_without_problems(kind: str, names: str) -> None:
    snapshot = loads(texts.dump(kind, 300, names))
    assert (snapshot.kind, len(snapshot), len(snapshot.problems)) == (kind, 300, 0)
    assert all(mapping.usage is None or not mapping.usage.extra for mapping in snapshot)
    distinct = len(snapshot.columns.names)
    assert distinct == 301 if names == "hostile" else distinct < 250


def test_the_live_process_has_the_requested_mappings() -> None:
    with texts.crowd(200) as pid, open(f"/proc/{pid}/maps", "rb") as file:  # noqa: PTH123
        assert file.read().count(b"\n") > 200


def test_a_herd_has_the_requested_processes_and_ends() -> None:
    with texts.herd(3) as pids:
        sizes = [len(maps(pid)) for pid in pids]
        assert len({*pids}) == 3
        assert min(sizes) > 50
    for pid in pids:
        with pytest.raises((NoSuchProcess, Zombie)):  # nobody may have collected it yet
            maps(pid)
