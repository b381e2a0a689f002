"""The table of listings: on the page, in the types, and true of each grammar."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast, get_args

import pytest
from lark import Lark, UnexpectedInput

from procmaps import Device, _resources
from procmaps.extraction import Container, patterns
from procmaps.extraction.listing_rows import find_row
from procmaps.formats.listings import LISTINGS, Column, Listing
from tests.extraction.listing_encoders import PROGRAMS, Line, Program
from tests.support.checkout import ROOT

LINES = [
    Line(0x400000, 0x401000, b"r-xp", 0x1000, Device(0xFD, 1), 77, b"/usr/bin/cat"),
    Line(0x401000, 0x403000, b"rw-s", 0x2000, Device(0xFD, 1), 78, b"/tmp/a b"),
    Line(0x500000, 0x501000, b"rw-p", 0, Device(0, 0), 0, b"[heap]"),
    Line(0x600000, 0x601000, b"rw-p", 0, Device(0, 0), 0, b""),
]


def listing_of(program: Program) -> str:
    """Return the listing of a program; OpenHarmony's heading gives its container another name."""
    return {"openharmony": "maps without device"}.get(program.container, program.container)


def rows_of_page() -> list[str]:
    page = (ROOT / "docs" / "extract.md").read_text("utf-8")
    table = page.split("<!-- listings -->\n", 1)[1].split("<!-- /listings -->", 1)[0]
    return [line for line in table.splitlines() if line.startswith("| `")]


def row_of(listing: Listing) -> str:
    missing = [f"`{column}`" for column in get_args(Column) if column in listing.lacks]
    partly = [f"`{column}`" for column in get_args(Column) if column in listing.may_lack]
    cells = [", ".join(missing)] if missing else []
    cells += ["in some rows " + ", ".join(partly)] if partly else []
    return (
        f"| `{listing.name}` | {listing.program} | {listing.columns} | {'; '.join(cells)} | "
        f"{listing.source} |"
    )


def test_page_has_the_table() -> None:
    assert rows_of_page() == [row_of(listing) for listing in LISTINGS]


def test_every_listing_is_a_container() -> None:
    assert {listing.name for listing in LISTINGS} < set(get_args(Container))


def test_every_listing_has_a_grammar() -> None:
    folder = _resources.path("grammar/embedded")
    names = {path.name.removesuffix(".lark") for path in folder.iterdir()}
    assert {listing.grammar for listing in LISTINGS} == names - {"sanitizer", "tombstone"}


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.name)
def test_row_contains_the_cue_and_has_the_columns(listing: Listing) -> None:
    programs = [program for program in PROGRAMS.values() if listing_of(program) == listing.name]
    assert programs
    for text in (line for program in programs for line in program.encode(LINES).split(b"\n")):
        row = find_row(text)
        if not row:
            continue
        assert row.listing == listing
        assert listing.cue in text
        perms = row.parts.get("perms", b"")
        printed: dict[Column, bool] = {
            "perms": bool(perms),
            "sharing": len(perms) == len("rwxp"),
            "offset": "offset" in row.parts,
            "device": "major" in row.parts,
            "inode": "inode" in row.parts,
            "name": row.name_state == "whole",
        }
        for column, is_printed in printed.items():
            assert is_printed == (column not in listing.lacks) or column in listing.may_lack


def grammar_of(name: str) -> Callable[[str], object]:
    """Return Lark's parser of a row; it raises `UnexpectedInput`."""
    path = _resources.path(f"grammar/embedded/{name}.lark")
    lark = Lark(
        path.read_text("ascii"),
        parser="earley",
        start="line",
        import_paths=[str(_resources.path("grammar"))],
        source_path=str(path),
    )
    # Lark leaves the kind of text open where str and bytes are both allowed.
    return cast("Callable[[str], object]", lark.parse)  # pyright: ignore[reportUnknownMemberType]


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.name)
def test_lark_and_the_compiled_expression_accept_the_same_rows(listing: Listing) -> None:
    parse = grammar_of(listing.grammar)
    expression = patterns.listing_row(listing.grammar)
    accepted = 0
    for program in PROGRAMS.values():
        for text in program.encode(LINES).split(b"\n"):
            found = expression.search(text)
            if not found or b"\t" in text:
                continue
            accepted += 1
            parse(text[found.start() :].decode("ascii"))
            for cut in range(found.start() + 1, found.start() + 12):
                broken = text[found.start() : cut]
                assert not expression.fullmatch(broken), broken
                with pytest.raises(UnexpectedInput):
                    parse(broken.decode("ascii"))
    assert accepted or listing.grammar == "peda"
