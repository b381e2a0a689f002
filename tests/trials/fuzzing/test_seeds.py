"""Seeds and dictionary come from the corpora and the grammars."""

from __future__ import annotations

from pathlib import Path

from procmaps import loads
from tests.trials.fuzzing.seeds import LENGTH, dictionary, made_seeds, seeds, words, write_seeds


def test_words_are_literal_texts_of_the_grammars() -> None:
    expected = {
        b"[anon:",
        b"[heap]",
        b" (deleted)",
        b"[page size compat]",
        b"VmFlags:",
        b"Rss:",
        b"rd",
    }
    assert expected <= words()
    assert '"\\x5b\\x68\\x65\\x61\\x70\\x5d"\n' in dictionary()


def test_seeds_are_many_and_short() -> None:
    made = [*seeds()]
    assert len({*made}) > 1000
    assert max(map(len, made)) == LENGTH


def test_made_seeds_are_the_same_each_time_and_repeat_blocks() -> None:
    made = [*made_seeds(200)]
    assert made == [*made_seeds(200)]
    blocks = [[m.usage for m in loads(text, errors="collect") if m.usage] for text in made]
    assert any(len(found) > len({*found}) > 1 for found in blocks)
    assert len({*made[-1].split(b"\n")}) > 40


def test_equal_seeds_are_written_once(tmp_path: Path) -> None:
    assert write_seeds(tmp_path / "new", [b"a", b"b", b"a"]) == 2
    assert {file.read_bytes() for file in (tmp_path / "new").iterdir()} == {b"a", b"b"}
