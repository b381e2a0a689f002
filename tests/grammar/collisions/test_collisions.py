"""No two terminals of one priority match the same text, so the order of the grammar has no effect.

Lark checks it in strict mode, with the package interegular (see noxfile.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from lark import Lark
from lark.exceptions import LexError

from procmaps import _resources
from procmaps.formats.dialects import DIALECTS, Dialect
from procmaps.grammar.lark_parser import STARTS


def load_strictly(path: Path, *start: str) -> None:
    """Load a grammar; raise `LexError` if two of its terminals collide."""
    cast("Any", Lark)(
        path.read_text("ascii"),
        use_bytes=True,
        import_paths=[str(_resources.path("grammar"))],
        source_path=str(path),
        start=[*start],
        parser="lalr",
        maybe_placeholders=False,
        strict=True,
    )


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_terminals_of_a_dialect_do_not_collide(dialect: Dialect) -> None:
    load_strictly(_resources.path(dialect.grammar), *STARTS)


def test_colliding_terminals_are_found(tmp_path: Path) -> None:
    grammar = tmp_path / "collision.lark"
    grammar.write_text("start: A | B\nA: /[ab]/\nB: /[bc]/\n")
    with pytest.raises(LexError, match="Collision between Terminals"):
        load_strictly(grammar, "start")
