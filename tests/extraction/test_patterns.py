"""The patterns of embedded formats accept the same lines as their grammars do with Lark."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from lark import Lark, UnexpectedInput

from procmaps import _resources
from procmaps.extraction import patterns

LINES = {
    "tombstone": (
        b"0000007a'1c2d3000-0000007a'1c2d4fff r-x         0      2000  /a b (BuildId: ab)",
        b"0000007a'1c2d3000-0000007a'1c2d4fff r-x         0      2000  /a (load bias 0x1000)",
        b"12c00000-12d40000 rw-        0   140000 ",
        b"12c00000-12d40000 rw-        0   140000",
        b"12c00000-12d40000 rw-        0   140000 >",
    ),
    "sanitizer": (
        b"0x000000400000-0x000000401000\t/tmp/a b",
        b"0x000000400000-0x000000401000\t",
        b"0x000000400000-0x000000401000",
    ),
}
BROKEN = {
    "tombstone": (b"12c00000-12d40000 rw", b"12c00000 rw-", b"x2c00000-12d40000 rw-  0 0"),
    "sanitizer": (b"0x0000004g0000-0x000000401000\t", b"000000400000-0x000000401000\t"),
}


def grammar(name: str) -> Callable[[str], object]:
    """Return Lark's parser of a line for an embedded grammar; it raises `UnexpectedInput`."""
    path = _resources.path(f"grammar/embedded/{name}.lark")
    paths = [str(_resources.path("grammar"))]
    lark = Lark(
        path.read_text("ascii"),
        parser="earley",
        start="line",
        import_paths=paths,
        source_path=str(path),
    )
    # Lark leaves the kind of text open where str and bytes are both allowed.
    return cast("Callable[[str], object]", lark.parse)  # pyright: ignore[reportUnknownMemberType]


@pytest.mark.parametrize("name", LINES)
def test_lark_and_the_compiled_expression_accept_the_same_lines(name: str) -> None:
    form = {"tombstone": patterns.tombstone, "sanitizer": patterns.sanitizer}[name]()
    parse = grammar(name)
    for line in LINES[name]:
        parse(line.decode("ascii"))
        assert form.strict.fullmatch(line), line
        assert form.line.fullmatch(line), line
    for line in BROKEN[name]:
        with pytest.raises(UnexpectedInput):
            parse(line.decode("ascii"))
        assert not form.strict.fullmatch(line), line


def test_finds_a_mapping_cut_off_anywhere_after_its_addresses() -> None:
    line = b"> 00400000-00401000 r-xp 00000000 fd:01 77"
    for size in range(len(b"> 00400000-00401000 "), len(line)):
        found = patterns.kernel_line("linux").partial.search(line[:size])
        assert found, line[:size]
        assert found.start() == 2
