"""Runs of a line stay true through any edits, compared with one origin for each byte."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from procmaps.extraction.source_lines import SourceLine, decoded, split

TEXT = bytes(range(1, 10)) + bytes(range(11, 60))
"""Each byte is different, so that it says where it comes from."""

NEW = b"\xfa\xfb\xfc\xfd\xfe\xff"
"""Bytes of replaced text."""


def line() -> SourceLine:
    (only,) = split(TEXT)
    return only


def origins(changed: SourceLine) -> dict[int, int]:
    """Return where each byte of a copy comes from, by its place in the line."""
    found: dict[int, int] = {}
    position = 0
    for run in changed.runs:
        if run.is_copy:
            found.update((position + n, run.begin + n) for n in range(run.size))
        position += run.size
    assert position == len(changed.text)
    return found


def covered(lines: list[SourceLine]) -> list[int]:
    return sorted(n for each in lines for run in each.runs for n in range(run.begin, run.end))


def check(lines: list[SourceLine]) -> None:
    """Check that each byte of the input is in one run, and that copies are true."""
    assert covered(lines) == list(range(len(TEXT)))
    for each in lines:
        for place, origin in origins(each).items():
            assert each.text[place] in (TEXT[origin], *NEW)


@st.composite
def slices(draw: st.DrawFn, size: int) -> list[tuple[int, int]]:
    count = draw(st.integers(1, 4))
    bounds = sorted(draw(st.lists(st.integers(0, size), min_size=2 * count, max_size=2 * count)))
    return list(zip(bounds[::2], bounds[1::2], strict=True))


@given(st.data())
def test_no_edit_loses_a_byte(data: st.DataObject) -> None:
    lines = [line()]
    for _ in range(data.draw(st.integers(1, 8))):
        index = data.draw(st.integers(0, len(lines) - 1))
        each = lines[index]
        at = data.draw(slices(len(each.text)))
        match data.draw(st.sampled_from(["cut", "text", "edits", "divide", "join", "decode"])):
            case "cut":
                lines[index] = each.cut(*at[0])
                assert lines[index].text == each.text[slice(*at[0])]
            case "text":
                text = each.text[: at[0][0]] + b"\xff\xfe" + each.text[at[0][1] :]
                lines[index] = each.with_text(text, "string")
                assert lines[index].text == text
            case "edits":
                lines[index] = each.edited([(begin, end, b"\xfd") for begin, end in at])
            case "divide":
                parts = [*each.divided(at)]
                assert [part.text for part in parts] == [each.text[slice(*s)] for s in at]
                lines[index : index + 1] = parts
            case "join" if index + 1 < len(lines):
                text = each.text + b"\xfc" + lines[index + 1].text
                lines[index : index + 2] = [each.joined_with(lines[index + 1], text, "wrapped")]
            case "decode":
                lines[index] = decoded([each], b"\xfb\xfa", "base64")
            case _:
                pass
    check(lines)


def test_what_was_cut_off_is_exact() -> None:
    changed = line().with_text(TEXT[5:20], "string")
    assert [(run.size, run.begin, run.end) for run in changed.runs] == [
        (0, 0, 5), (15, 5, 20), (0, 20, len(TEXT)),
    ]  # fmt: skip


def test_numbers_of_lines() -> None:
    data = b"a\n" * 10_000 + b"b\0c"
    lines = [*split(data)]
    assert [lines[n].number for n in (0, 4095, 4096, 9_999)] == [1, 4096, 4097, 10_000]
    assert [each.number for each in lines[-2:]] == [10_001, 10_001]
