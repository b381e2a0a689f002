"""Problems of a text: mappings out of order, and lines that a program may have forged."""

from __future__ import annotations

import pytest

from procmaps import loads


def test_mappings_out_of_order_are_reported_and_kept() -> None:
    text = (
        b"1000-2000 rw-p 00000000 00:00 0 \n"
        b"1000-2000 rw-p 00000000 00:00 0 \n"
        b"1800-4000 rw-p 00000000 00:00 0 \n"
        b"0800-0900 rw-p 00000000 00:00 0 \n"
        b"0900-0a00 rw-p 00000000 00:00 0 \n"
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
            "line 4: mapping 0x800-0x900 starts below 0x1800, the start of the mapping before it",
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
        "line 3: mapping 0x1000-0x2000 starts below 0x7f0000001000, the start of the mapping "
        "before it; names may contain newlines in this dialect, so a program may have forged this "
        "line"
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
