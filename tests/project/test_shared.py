"""The real dumps are found beside the checkout, or their absence is said."""

from pathlib import Path

import pytest

from tests.support import shared


def test_the_index_and_folders_are_no_dumps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dumps = tmp_path / "dumps"
    (dumps / "embedded").mkdir(parents=True)
    for file in ("b__smaps", "a__maps.2", "index.tsv"):
        (dumps / file).write_bytes(b"")
    monkeypatch.setattr(shared, "FOLDER", tmp_path)
    assert [shared.name(file) for file in shared.dump_files()] == ["a__maps.2", "b__smaps"]
    assert shared.need_dumps() == dumps


def test_absent_dumps_are_a_skip_that_says_where_to_put_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "FOLDER", tmp_path)
    assert shared.dump_files() == []
    with pytest.raises(pytest.skip.Exception) as caught:
        shared.need_dumps()
    assert str(caught.value) == (
        f"no dumps at {tmp_path}/dumps; put them there or name their parent in PROCMAPS_SHARED"
    )
