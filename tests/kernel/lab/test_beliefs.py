"""Each claim of a dialect's grammar is shown by bytes, or says why there are none."""

from __future__ import annotations

import pytest

from kernel.lab.__main__ import main
from kernel.lab.beliefs import BELIEFS, ROOT, Belief

SHOWN = [belief for belief in BELIEFS if belief.shown_in]


def test_every_grammar_has_a_row() -> None:
    files = [*ROOT.glob("grammar/dialects/*.lark"), *ROOT.glob("grammar/embedded/*.lark")]
    assert {f"{file.parent.name}/{file.stem}" for file in files} == {b.grammar for b in BELIEFS}
    assert len({(belief.grammar, belief.claim) for belief in BELIEFS}) == len(BELIEFS)


@pytest.mark.parametrize("belief", SHOWN, ids=lambda b: f"{b.grammar}: {b.claim}")
def test_file_shows_the_claim(belief: Belief) -> None:
    assert belief.found() is not None
    assert not belief.missing


def test_all_other_rows_give_a_reason() -> None:
    for belief in BELIEFS:
        if not belief.shown_in:
            assert len(belief.missing) > 20, belief
            assert not belief.pattern, belief


def test_command_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["beliefs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum("  shown in " in line for line in lines) == len(SHOWN)
    assert sum("  not shown: " in line for line in lines) == len(BELIEFS) - len(SHOWN)
