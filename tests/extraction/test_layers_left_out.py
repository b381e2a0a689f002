"""A layer that is left out, because a text has not what it needs, would not have changed a line."""

from __future__ import annotations

import re

import attrs
import pytest

from procmaps.extraction import extract, pipeline, plain_lines
from procmaps.extraction.line_store import stored
from procmaps.extraction.pipeline import LAYERS, NEEDED
from procmaps.extraction.source_lines import SourceLine, split
from tests.extraction.containers import generator, make, originals
from tests.extraction.encoders import JOINED, LOSSY, PLAIN, REMARKS, Encoder, folded, whole, wrapped
from tests.support.hostile_texts import HOSTILE_TEXTS

ENCODERS: dict[str, Encoder] = {
    **PLAIN, **LOSSY, **JOINED, **REMARKS, "mail": wrapped(60), "folded": folded(72),
    "URL": lambda lines: whole(lines).replace(b" ", b"%20").replace(b"\n", b"%0A") + b"\n",
    "strace": lambda lines: b"".join(
        b'read(3, "%b", 9) = 9\n' % whole(lines)[at : at + 100].replace(b"\n", rb"\n")
        for at in range(0, len(whole(lines)), 100)
    ),
    "escaped labels": lambda lines: whole(lines).replace(b"[heap]", rb"\[heap\]"),
    "C, two literals": lambda lines: whole(
        [b'"%b"\n"%b\\n"' % (line[:30], line[30:]) for line in lines]
    ),
}  # fmt: skip

OF_MAPPINGS = {*REMARKS, "box of columns"}
"""Encoders for lines that all have the columns of a mapping."""

LINES = [
    b"00400000-00401000 r-xp 00000000 fd:01 7 ".ljust(73) + b"/bin/cat",
    b"00401000-00402000 r--p 00001000 fd:01 7 ".ljust(73) + b"/bin/cat",
    b"00402000-00403000 rw-p 00000000 00:00 0 ".ljust(73) + b"[heap]",
    b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ",
    b"7f0000001000-7f0000002000 r-xp 00000000 fd:01 9 ".ljust(73) + b"/lib/a-long-name/x.so.1",
    b"7f0000002000-7f0000003000 rw-p 00000000 fd:01 9 ".ljust(73) + b"/lib/a-long-name/x.so.1",
]
FIELDS = [b"Size:                  4 kB", b"Rss:                   4 kB", b"VmFlags: rd ex mr "]


def both_ways(text: bytes, patch: pytest.MonkeyPatch) -> tuple[object, object]:
    """Return what is found in *text*, first as always, then with every layer applied."""
    usual = extract(text)
    with patch.context() as changed:
        changed.setattr(pipeline, "NEEDED", {})
        return usual, extract(text)


@pytest.mark.parametrize("name", ENCODERS)
def test_result_is_the_same_with_every_layer(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_fields = [part for line in LINES for part in (line, *FIELDS)]
    for lines in (LINES, with_fields) if name not in OF_MAPPINGS else (LINES,):
        text = b"Some text before.\n\n" + ENCODERS[name](lines) + b"And some after.\n"
        usual, every = both_ways(text, monkeypatch)
        assert usual == every


@pytest.mark.parametrize("end", [b"%00", b"%0ASize:%204%20kB%00"])
def test_no_line_has_a_nul_of_a_url(end: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    url = LINES[0].replace(b" ", b"%20") + end
    usual, every = both_ways(url, monkeypatch)
    assert usual == every
    (found,) = extract(url)
    assert [each.name for each in found.mappings] == [b"/bin/cat"]


def test_mark_before_sixteen_digits_and_a_lost_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"x**0000000000400000-0000000000401000A r-xp 00000000 fd:01 7 /bin/cat**\n"
    usual, every = both_ways(text, monkeypatch)
    assert usual == every


def test_line_that_is_cut_off_is_no_plain_mapping(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the rest of the line above, though its text is a whole mapping."""
    head, whole = LINES[0][:33], LINES[1]
    calls = (b'read(3, "%b", 999) = 99\n' % LINES[2], b'read(4, "%b"..., 999) = 99\n' % whole)
    for text in (b"".join(calls), head + b"\n" + calls[1], b"".join(calls) + LINES[3]):
        usual, every = both_ways(text, monkeypatch)
        assert usual == every
    cut = stored(attrs.evolve(line, is_cut_off=True) for line in split(whole))
    assert cut.may_have(plain_lines.has_other_line)
    assert stored(iter(cut), cut).may_have(plain_lines.has_other_line)
    assert not stored(split(whole)).may_have(plain_lines.has_other_line)


@pytest.mark.slow
def test_result_is_the_same_in_random_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    dumps = originals()
    for seed in range(20):
        made = make(dumps, generator(f"left out {seed}"))
        usual, every = both_ways(made.text, monkeypatch)
        assert usual == every, made.containers


@pytest.mark.slow
def test_result_is_the_same_for_hostile_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, text in HOSTILE_TEXTS.items():
        usual, every = both_ways(text(150), monkeypatch)
        assert usual == every, kind


def test_each_layer_has_what_it_needs_or_reads_every_line() -> None:
    names = {layer.__module__.rpartition(".")[2] for layer in LAYERS if layer not in NEEDED}
    assert names == {"lost_newlines", "line_suffixes"}


CHANGED_BY: dict[str, bytes] = {
    **{
        layer: ENCODERS[name](LINES)
        for layer, name in {
            "base64_body": "base64",
            "carriage_returns": "crlf",
            "ansi_escapes": "colours",
            "quoted_printable": "quoted-printable",
            "url_encoding": "URL",
            "traced_calls": "strace",
            "folded_literals": "folded",
            "multiline_literals": "C++ raw",
            "adjacent_literals": "C, two literals",
            "string_literals": "JSON",
            "logger_escapes": "rsyslog",
            "markup": "HTML",
            "markdown_escapes": "escaped labels",
            "box_drawing": "box",
            "table_cells": "Markdown table",
            "name_marks": "Markdown names",
            "line_wrapping": "mail",
        }.items()
    },
    "line_padding": whole([line.ljust(100) for line in LINES]),
    "inode_suffixes": LINES[3].rstrip(b" ") + b",\n",
    "terminal_wrapping": b"".join(
        line[at : at + 80] + b"\n" for line in LINES[4:] * 2 for at in range(0, len(line), 80)
    ),
    "segment_names": (
        b"--1:1: aspacem (0,4,8) /bin/cat\n"
        b"--1:1: aspacem   1: file 0000400000-0000400fff    4096 r-x-- d=0xfd01 i=7 o=0 (0,4)\n"
    ),
    "listing_context": b"400000-401000 r--p 00000000 /bin/a\n401000-402000 rw-p 00000000 \n",
}
"""For each layer that can be left out, a text of which it changes a line."""


@pytest.mark.parametrize("layer", NEEDED, ids=lambda layer: layer.__module__.rpartition(".")[2])
def test_what_a_layer_needs_is_found_where_it_changes_a_line(layer: pipeline.Layer) -> None:
    """In the pipeline, another layer that is not left out can hide that nothing was found."""
    lines = stored(split(CHANGED_BY[layer.__module__.rpartition(".")[2]]))
    for before in LAYERS[: LAYERS.index(layer)]:
        lines = stored(before(lines), lines)
    assert [*layer(lines)] != [*lines]
    assert lines.may_have(NEEDED[layer])


def test_most_layers_are_left_out_of_a_bare_dump() -> None:
    store = stored(split(b"\n".join([*LINES, *FIELDS, *LINES]) + b"\n"))
    assert not any(store.may_have(search) for search in NEEDED.values())


# --- searches in a store --------------------------------------------------------------------------


def test_store_is_searched_as_one_text() -> None:
    text = b"one\ntwo\0three\n" + b"x" * 3000 + b"\nfour\nfive"
    store = stored(split(text))
    for wanted in (b"one", b"two", b"\\Aone", b"three\nx", b"two[\n\0]three", b"five\\Z"):
        assert store.may_have(re.compile(wanted).search), wanted
    for other in (b"six", b"one\\Z", b"\\Atwo", b"onetwo"):
        assert not store.may_have(re.compile(other).search), other


def test_changed_lines_are_searched_as_they_are_now() -> None:
    def changed(line: SourceLine) -> SourceLine:
        return line.with_text(b"new", "suffix", line.text) if line.text == b"old" else line

    before = stored(split(b"before\nold\nafter\n"))
    store = stored(map(changed, before), before)
    assert store.may_have(re.compile(rb"before\nnew\nafter\n").search)
    assert not store.may_have(re.compile(rb"old").search)


def test_lines_that_are_not_read_are_not_searched() -> None:
    text = b"first\nsecond\nthird\n"
    store = stored(split(text, [(0, 5), (13, 18)]))
    assert store.may_have(re.compile(rb"third").search)
    assert not store.may_have(re.compile(rb"second").search)


# --- plain lines ----------------------------------------------------------------------------------

HEAD = b"Jan 17 10:00:00 a-host b[7]: "


@pytest.mark.parametrize("head", [b"", b"  ", HEAD])
def test_mappings_fields_and_blank_lines_are_no_other_lines(head: bytes) -> None:
    text = b"\n".join(head + line for line in (*LINES, *FIELDS)) + b"\n\n\0\n"
    assert not plain_lines.has_other_line(text, 0, len(text))


@pytest.mark.parametrize(
    "other", [b"text", b" ", b"\r", b"x]", b"00002000-00001000 rw-p 00000000 00:00 0 ", b"/lib/x"]
)
def test_any_other_line_may_be_the_rest_of_the_line_above(other: bytes) -> None:
    text = b"\n".join([*LINES, other, *LINES])
    assert plain_lines.has_other_line(text, 0, len(text))
    end = text.index(other + b"\n" + LINES[0]) - 1
    assert not plain_lines.has_other_line(text, 0, end)
    assert not plain_lines.has_other_line(text, end + len(other) + 2, len(text))


def test_weak_rows() -> None:
    row = b"0x400000 0x401000"
    for text in (row + b" 0x1000 0x0", b"400000-401000 /bin/x\n" + row + b" 0x1000 0x0\n"):
        assert plain_lines.has_weak_row(text, 0, len(text))
        assert not plain_lines.has_weak_row(text, 0, len(text) - 12)
    text = b"\n".join(LINES)
    assert not plain_lines.has_weak_row(text, 0, len(text))
