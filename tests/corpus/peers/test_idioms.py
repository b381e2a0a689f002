"""Idioms: what each returns for a dump, written by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.tools.matrix import installing
from corpus.tools.matrix.read_peers import Peer, load
from procmaps.check.answers import Answer, AnswerMapping
from procmaps.check.batch import BatchCommand, Request
from procmaps.formats.file_kinds import FileKind

DUMP = b"""\
00400000-00401000 r-xp 00001000 fd:01 42                                 /opt/a b
7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0\x20
"""
SMAPS = b"""\
00400000-00401000 r-xp 00001000 fd:01 42                                 /opt/a b
Pss:                   4 kB
Pss_Dirty:             3 kB
"""
FIRST_WORD = {
    "idiom-sscanf-word", "idiom-strtok", "idiom-istream", "idiom-awk", "idiom-python-split",
    "idiom-python-regex", "idiom-perl-split",
}  # fmt: skip
WHOLE_NAME = {"idiom-sscanf-line", "idiom-shell-read", "idiom-python-split-5"}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(installing.VARIABLE, str(tmp_path / "cache"))


@pytest.fixture
def idiom(request: pytest.FixtureRequest) -> Iterator[tuple[Peer, BatchCommand]]:
    """Compile an idiom whose language is installed."""
    (peer,) = load([request.param])
    if not installing.present_version(peer):
        pytest.skip(f"{peer.package} is not installed")
    lines: list[str] = []
    installing.install([peer], lines.append)
    assert lines == [f"Debian: {peer.package}"]
    batch = BatchCommand(installing.command(peer), 20, announces=True)
    yield peer, batch
    batch.close()


def asked(
    batch: BatchCommand, kind: FileKind, dump: bytes, folder: Path
) -> tuple[AnswerMapping, ...]:
    path = folder / kind
    path.write_bytes(dump)
    request = Request(id=f"x.{kind}", kind=kind, path=str(path), root=str(folder), pid=1)
    answer = batch.ask(request)
    assert isinstance(answer, Answer)
    return answer.mappings


@pytest.mark.parametrize("idiom", sorted(FIRST_WORD | WHOLE_NAME), indirect=True)
def test_an_idiom_cuts_the_name_where_its_function_does(
    idiom: tuple[Peer, BatchCommand], tmp_path: Path
) -> None:
    peer, batch = idiom
    first, second = asked(batch, "maps", DUMP, tmp_path)
    assert (first["start"], first["end"], first["offset"]) == (0x400000, 0x401000, 0x1000)
    assert (first["perms"], first["device"], first["inode"]) == ("r-xp", (0xFD, 1), 42)
    assert first["name"] == (b"/opt/a" if peer.name in FIRST_WORD else b"/opt/a b")
    assert (second["start"], second["perms"], second["name"]) == (0x7FFC00000000, "rw-p", b"")


@pytest.mark.parametrize("idiom", ["idiom-awk-pss"], indirect=True)
def test_a_pattern_for_a_field_also_matches_longer_keys(
    idiom: tuple[Peer, BatchCommand], tmp_path: Path
) -> None:
    (total,) = asked(idiom[1], "smaps", SMAPS, tmp_path)
    assert total["usage"] == {b"Pss": b"7"}


@pytest.mark.parametrize("idiom", sorted(WHOLE_NAME), indirect=True)
def test_a_tab_is_part_of_the_name(idiom: tuple[Peer, BatchCommand], tmp_path: Path) -> None:
    first, _second = asked(idiom[1], "maps", DUMP.replace(b"a b", b"a\tb"), tmp_path)
    assert first["name"] == b"/opt/a\tb"
