"""Files are replaced whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from procmaps.check.whole_files import whole_file


def test_replaces_the_content_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "list"
    for text in ("one\n", "two é\n"):
        with whole_file(path) as file:
            file.replace(text)
        assert path.read_text("utf-8") == text
    assert list(tmp_path.iterdir()) == [path]


def test_keeps_the_old_content_without_a_replacement(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), whole_file(path):
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_keeps_the_old_content_if_the_disk_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "list"
    path.write_text("old")
    monkeypatch.setattr(os if failing == "fsync" else Path, failing, fail)
    with whole_file(path) as file, pytest.raises(OSError, match="No space"):
        file.replace("new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_and_its_target_keeps_its_mode(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    with whole_file(link) as file:
        file.replace("new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with whole_file(tmp_path / "list") as file:
        file.replace("")
    assert (tmp_path / "list").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_pipe_is_written_directly(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen([shutil.which("cat") or "", pipe], stdout=subprocess.PIPE) as reader:
        with whole_file(pipe) as file:
            file.replace("text")
        assert reader.stdout is not None
        assert reader.stdout.read() == b"text"


def test_a_full_disk_leaves_the_list_of_known_failures(tmp_path: Path) -> None:
    """The limit on file sizes fails a write in the middle, as a full disk does."""
    path = tmp_path / "list"
    path.write_text("old")
    program = (
        "import resource, signal, pathlib, sys\n"
        "from procmaps.check.whole_files import whole_file\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "with whole_file(pathlib.Path(sys.argv[1])) as file:\n"
        "    file.replace('x' * 100_000)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, check=False, text=True
    )
    assert "File too large" in ended.stderr
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
