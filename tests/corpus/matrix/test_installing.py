"""An installed peer is found by everything that it was made from."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from corpus.tools.matrix import installing
from corpus.tools.matrix.installing import NotInstalled, command, folder_of
from corpus.tools.matrix.read_peers import load

(PSUTIL, RUST) = load(["psutil", "rust-procfs"])


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(installing.VARIABLE, str(tmp_path))
    return tmp_path


def test_every_pinned_version_is_part_of_the_folder(cache: Path) -> None:
    assert folder_of(PSUTIL).parent == cache
    others = [
        attrs.evolve(PSUTIL, version="0.0.1"),
        attrs.evolve(RUST, crates={"libc": "0.1"}),
        RUST,
    ]
    assert len({folder_of(peer) for peer in (PSUTIL, *others)}) == 4


def test_a_missing_peer_is_reported_with_the_command_that_installs_it() -> None:
    with pytest.raises(NotInstalled) as raised:
        command(PSUTIL)
    assert str(raised.value) == ("not installed; run python -m corpus.tools.matrix install psutil")


def test_an_installed_peer_has_a_command() -> None:
    folder_of(PSUTIL).mkdir()
    assert str(PSUTIL.adapter) in command(PSUTIL)


def test_a_failed_installation_is_reported_and_leaves_nothing(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    lines: list[str] = []
    installing.install([PSUTIL], lines.append)
    assert lines[0] == "PyPI: psutil"
    assert " exited with 1:\n  " in lines[1]
    assert list(cache.iterdir()) == []


def test_a_helper_and_the_folder_are_given_to_the_adapter() -> None:
    (shell, region) = load(["idiom-shell-read", "region"])
    folder_of(shell).mkdir()
    assert f"PROCMAPS_HELPER={shell.helper}" in command(shell)
    assert f"PROCMAPS_PEER={folder_of(shell)}" in command(shell)
    folder_of(region).mkdir()
    assert "--own" in command(region)


def test_a_compiled_helper_is_part_of_the_folder() -> None:
    (ubsan,) = load(["ubsan"])
    others = [attrs.evolve(ubsan, flags=()), attrs.evolve(ubsan, modules={"x": "1"}), ubsan]
    assert len({folder_of(peer) for peer in others}) == 3
    folder_of(ubsan).mkdir()
    assert f"PROCMAPS_HELPER={folder_of(ubsan) / 'helper'}" in command(ubsan)


def test_every_exception_of_a_jvm_says_where_it_comes_from() -> None:
    """Without its trace, a refusal after many others is taken for a fault of the adapter."""
    peers = [peer for peer in load() if not peer.reason and peer.adapter.suffix == ".java"]
    assert peers
    for peer in peers:
        folder_of(peer).mkdir()
        for started in (command(peer), installing.audit_command(peer)):
            assert "-XX:-OmitStackTraceInFastThrow" in " ".join(started)
