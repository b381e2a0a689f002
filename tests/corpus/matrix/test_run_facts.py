"""The commit that a page names is the one that its results depend on."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from corpus.tools.matrix import run_facts


def git(folder: Path, *arguments: str) -> None:
    settings = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run(
        ["git", *settings, *arguments],  # noqa: S607 - git is found on PATH as a person's is
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("corpus/peers/x/expected.json", "corpus/peers/answer.json", "procmaps/x.py", "y"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("former\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    monkeypatch.setattr(run_facts, "ROOT", tmp_path)
    return tmp_path


def test_what_a_run_writes_is_no_change(clone: Path) -> None:
    before = run_facts.now().commit
    assert len(before) == 12
    for name in ("corpus/peers/x/expected.json", "corpus/peers/answer.json", "y"):
        (clone / name).write_text("new\n")
    assert run_facts.now().commit == before


def test_a_changed_source_is_noted(clone: Path) -> None:
    before = run_facts.now().commit
    (clone / "procmaps" / "x.py").write_text("new\n")
    assert run_facts.now().commit == f"{before}, with changes"


def test_files_without_a_clone_have_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_facts, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert run_facts.now().commit == "unknown: the files are no git clone"


def test_the_machine_has_no_name_of_a_host() -> None:
    facts = run_facts.now()
    assert len(facts.date) == len("2026-01-31")
    assert "Python 3." in facts.machine
    assert socket.gethostname() not in facts.machine.replace(",", "").split(" ")
