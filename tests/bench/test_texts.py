"""What is raced over is what a kernel prints: nobody is slowed down by a line that is none."""

import pytest

from bench import texts
from procmaps import loads


@pytest.mark.parametrize("names", texts.NAMES)
@pytest.mark.parametrize("kind", ["maps", "smaps"])
def test_a_made_up_dump_is_read_without_a_problem(kind: str, names: str) -> None:
    snapshot = loads(texts.dump(kind, 300, names))
    assert (snapshot.kind, len(snapshot), snapshot.problems) == (kind, 300, ())
    assert all(mapping.usage is None or not mapping.usage.extra for mapping in snapshot)
    distinct = len(snapshot.columns.names.texts)
    assert distinct == 301 if names == "hostile" else distinct < 250


def test_the_living_process_has_the_mappings_that_were_asked_for() -> None:
    with texts.crowd(200) as pid, open(f"/proc/{pid}/maps", "rb") as file:  # noqa: PTH123
        assert file.read().count(b"\n") > 200
