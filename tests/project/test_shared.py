"""The real dumps are found beside the checkout, or their absence is reported."""

from pathlib import Path

import pytest

from tests.support import shared


def test_finds_files_but_not_the_index_or_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dumps = tmp_path / "dumps"
    (dumps / "embedded").mkdir(parents=True)
    for file in ("b__smaps", "a__maps.2", "index.tsv"):
        (dumps / file).write_bytes(b"")
    monkeypatch.setattr(shared, "FOLDER", tmp_path)
    assert [shared.name(file) for file in shared.dump_files()] == ["a__maps.2", "b__smaps"]
    assert shared.need_dumps() == dumps


def test_skips_with_the_remedy_if_there_are_no_dumps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "FOLDER", tmp_path)
    assert shared.dump_files() == []
    with pytest.raises(pytest.skip.Exception) as caught:
        shared.need_dumps()
    assert str(caught.value) == (
        f"no dumps at {tmp_path}/dumps: put them there or set PROCMAPS_SHARED to their parent"
    )
