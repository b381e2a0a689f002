"""The descriptions of the peers."""

import datetime as dt
from pathlib import Path

import pytest

from corpus.tools.matrix.read_peers import FOLDER, InvalidPeer, load, read

MINIMUM = """
title = "x"
language = "C"
source = "Debian"
package = "x"
version = "1"
entry_point = "x()"
reads = ["maps"]
"""


def test_at_least_40_programs_run() -> None:
    assert (
        len({peer.program for peer in load() if not peer.reason and peer.class_ == "parser"}) >= 40
    )


def test_every_peer_that_runs_says_when_its_version_was_released() -> None:
    today = dt.datetime.now(tz=dt.UTC).date()
    for peer in load():
        if not peer.reason:
            assert dt.date(2010, 1, 1) < dt.date.fromisoformat(peer.released) <= today


def test_only_parsers_that_run_have_recorded_verdicts() -> None:
    recorded = {file.parent.name for file in FOLDER.glob("*/expected.json")}
    assert recorded == {peer.name for peer in load() if not peer.reason}


def test_every_project_has_a_public_address() -> None:
    assert {peer.name for peer in load() if not peer.project.startswith("https://")} <= {
        "pyprocps"  # its package names no address
    }


def test_every_idiom_is_a_program_of_its_own() -> None:
    idioms = [peer for peer in load() if peer.class_ == "idiom"]
    assert idioms
    for peer in idioms:
        assert peer.helper is not None
        assert peer.helper.suffix in {".awk", ".c", ".cpp", ".js", ".pl", ".py", ".sh"}
        assert peer.name.startswith("idiom-")


def test_rows_that_share_a_program_are_of_one_class() -> None:
    classes: dict[str, set[str]] = {}
    for peer in load():
        classes.setdefault(peer.program, set()).add(peer.class_)
    assert [program for program, found in classes.items() if len(found) > 1] == []


def test_an_unknown_class_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "peer.toml"
    file.write_text(MINIMUM + 'class = "recipe"\n')
    with pytest.raises(InvalidPeer, match="class is 'recipe', expected one of: parser, idiom"):
        read(file)


def test_lists_become_tuples(tmp_path: Path) -> None:
    file = tmp_path / "peer.toml"
    file.write_text(MINIMUM + 'artifacts = ["a:b:1"]\nflags = ["-lx"]\n')
    peer = read(file)
    assert (peer.artifacts, peer.flags) == (("a:b:1",), ("-lx",))
    assert peer.helper is None
