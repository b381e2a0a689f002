"""Problems of a text: mappings out of order, and lines that a program may have forged."""

from __future__ import annotations

import pickle

import pytest

from procmaps import ParseError, loads
from procmaps.engines.unparsed_range import UnparsedRange
from procmaps.grammar.loading import Grammar
from procmaps.snapshots import diagnosis
from procmaps.snapshots.diagnosis import diagnose


def test_mappings_out_of_order_are_reported_and_kept() -> None:
    text = (
        b"1000-2000 rw-p 00000000 00:00 0 \n"
        b"1000-2000 rw-p 00000000 00:00 0 \n"
        b"1800-4000 rw-p 00000000 00:00 0 \n"
        b"0800-1900 rw-p 00000000 00:00 0 \n"
        b"1900-1a00 rw-p 00000000 00:00 0 \n"
    )
    snapshot = loads(text)
    assert len(snapshot) == 5
    assert [(p.kind, p.line, p.message) for p in snapshot.problems] == [
        (
            "repeated",
            2,
            "line 2: mapping 0x1000-0x2000 has the same range as the mapping before it",
        ),
        (
            "overlap",
            3,
            "line 3: mapping 0x1800-0x4000 starts below 0x2000, the end of the mapping before it",
        ),
        (
            "backward",
            4,
            "line 4: mapping 0x800-0x1900 starts below 0x1800, the start of the mapping before it",
        ),
    ]


def test_a_line_out_of_order_is_suspicious_if_names_contain_newlines() -> None:
    text = (
        b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0                          [anon:a]\n"
        b"7f0000001000-7f0000002000 rw-p 00000000 00:00 0                          [anon:x]\n"
        b"1000-2000 rwxp 00000000 00:00 0                          [anon:y]\n"
        b"7f0000002000-7f0000003000 rw-p 00000000 00:00 0 \n"
    )
    snapshot = loads(text, dialect="android")
    (problem,) = snapshot.problems
    assert problem.kind == "suspicious"
    assert problem.message == (
        "line 3: mapping 0x1000-0x2000 lies below 0x7f0000001000, the start of the mapping "
        "before it: another dump starts here, or lines were moved; names may contain newlines in "
        "this dialect, so a program may have forged this line"
    )


@pytest.mark.parametrize("start", [0x1000, 0x7F0000002000], ids=["out of order", "in a gap"])
@pytest.mark.parametrize("dialect", ["android", "linux"])
def test_a_line_after_an_open_label_is_suspicious(dialect: str, start: int) -> None:
    text = (
        b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0                          [anon:a]\n"
        b"7f0000001000-7f0000002000 rw-p 00000000 00:00 0                          [anon:x\n"
        b"%x-%x rwxp 00000000 00:00 0                          [anon:y]\n"
        b"7f0000003000-7f0000004000 rw-p 00000000 00:00 0 \n"
    ) % (start, start + 0x1000)
    snapshot = loads(text, dialect=dialect)
    (problem,) = snapshot.problems
    assert (problem.kind, problem.line, problem.raw) == ("suspicious", 3, snapshot.source(2))
    assert problem.message == (
        f"line 3: mapping {start:#x}-{start + 0x1000:#x} follows a label without its closing "
        "bracket; names may contain newlines in this dialect, so a program may have forged this "
        "line"
    )


def test_an_open_label_at_the_end_of_the_text_is_no_problem() -> None:
    text = b"7f0000001000-7f0000002000 rw-p 00000000 00:00 0                          [anon:x"
    assert loads(text).problems == ()


def test_a_problem_is_made_when_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    diagnosed: list[int] = []
    real = diagnose

    def counted(grammar: Grammar, text: bytes, unparsed: UnparsedRange, number: int) -> ParseError:
        diagnosed.append(number)
        return real(grammar, text, unparsed, number)

    monkeypatch.setattr(diagnosis, "diagnose", counted)
    text = b"".join(b"%x-%x rw-p 00000000 00:00 0 \njunk\n" % (n, n + 1) for n in range(500))
    found = loads(text, errors="collect").problems
    assert (len(found), bool(found), diagnosed) == (500, True, [])
    assert found[-1].line == 1000
    assert found[1].error == found[1:2][0].error
    assert diagnosed == [1000, 4, 4]
    assert found == tuple(found)
    assert found != tuple(found)[1:]
    assert hash(found) == hash(tuple(found))
    assert repr(found) == "<Problems: 500>"
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes
    with pytest.raises(IndexError):
        found[500]


def test_a_mapping_that_ends_where_the_one_before_it_starts_is_another_dump() -> None:
    lines = (
        b"2000-3000 rw-p 0 0:0 0 \n",
        b"1000-2000 rw-p 0 0:0 0 \n",
        b"1000-2001 rw-p 0 0:0 0 \n",
    )
    (joined,) = loads(lines[0] + lines[1]).problems
    (backward,) = loads(lines[0] + lines[2]).problems
    assert (joined.kind, backward.kind) == ("joined", "backward")


def test_an_ordered_text_is_known_to_be_ordered() -> None:
    """So searches can bisect."""
    lines = [b"%d000-%d000 rw-p 0 0:0 0 \n" % (n, n + 1) for n in range(1, 9)]
    finders = [
        loads(b"".join(each))._finder  # pyright: ignore[reportPrivateUsage]
        for each in (lines, lines[::-1])
    ]
    assert [finder.ordered for finder in finders] == [True, False]
