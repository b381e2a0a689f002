"""Diagnosis of lines that cannot be parsed: the whole text of every kind of error."""

import re

import pytest

from procmaps import ParseError, loads
from procmaps.formats.dialects import DIALECTS
from procmaps.grammar import loading
from procmaps.snapshots import foreign_texts, hints
from procmaps.snapshots.diagnosis import EXPECTED, expected_text
from procmaps.snapshots.hints import for_command_line

ANON = b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n"
EMBEDDED = (
    "If the dump is inside other text, such as a log or a mail, procmaps.extract() finds it. "
    "If the line continues the name above it, pass dialect='nommu' or 'android'."
)
CASES = {
    b"7F00-8000 rw-p 00000000 00:00 0": """\
line 1, column 2: expected '-', found 'F'
  7F00-8000 rw-p 00000000 00:00 0
   ^
The kernel prints hexadecimal digits in lower case.""",
    b"12345678901234567-2 rw-p 00000000 00:00 0": """\
line 1, column 17: expected '-', found '7'
  12345678901234567-2 rw-p 00000000 00:00 0
                  ^
Numbers here have at most 64 bits, or 16 digits.""",
    b"7f00-8000 rw-p 00000000 00:00 123456789012345678901": """\
line 1, column 51: expected a space, found '1'
  7f00-8000 rw-p 00000000 00:00 123456789012345678901
                                                    ^
Inodes have at most 64 bits, or 20 digits.""",
    b"7f00-8000\trw-p 00000000 00:00 0": """\
line 1, column 10: expected ' ', found byte 0x09
  7f00-8000\\x09rw-p 00000000 00:00 0
           ^
Spaces were replaced by other characters: procmaps.extract() restores them.""",
    b"0x7f00-0x8000 rw-p 00000000 00:00 0": f"""\
line 1, column 2: expected '-', found 'x'
  0x7f00-0x8000 rw-p 00000000 00:00 0
   ^
{EMBEDDED}""",
    b"7f00-8000 rq-p 00000000 00:00 0": """\
line 1, column 12: expected 'w' or '-', the second of four permission characters, found 'q'
  7f00-8000 rq-p 00000000 00:00 0
             ^""",
    b"7f00-8000 rw-p 00000000 00:00": """\
line 1, column 30: expected ' ', found the end of the line
  7f00-8000 rw-p 00000000 00:00
                               ^
The line is cut off, so later lines may be missing, too.""",
    b"7f00-8000 rw-p 00000000 00:00 0x": """\
line 1, column 32: expected a space, found 'x'
  7f00-8000 rw-p 00000000 00:00 0x
                                 ^""",
    b"7f00-8000 rw-p 00000000 00:00 0 a\0b": """\
line 1, column 34: expected the end of the line, found byte 0x00
  7f00-8000 rw-p 00000000 00:00 0 a\\x00b
                                   ^
Names and fields contain no NUL bytes: is this a binary file?""",
    b"9000-8000 rw-p 00000000 00:00 0": """\
line 1, column 6: the end address is below the start address
  9000-8000 rw-p 00000000 00:00 0
       ^""",
    b"2-1 rw-p 00000000 00:00 0": """\
line 1, column 3: the end address is below the start address
  2-1 rw-p 00000000 00:00 0
    ^""",
    b"7f00-8000 rw-p 00000000 00:00 18446744073709551616": """\
line 1, column 31: an inode has 64 bits: 18446744073709551615 at most
  7f00-8000 rw-p 00000000 00:00 18446744073709551616
                                ^""",
    b"7f00-8000 rw-p 00000000 100000000:00 0": """\
line 1, column 25: a device number has 32 bits
  7f00-8000 rw-p 00000000 100000000:00 0
                          ^""",
    b"7f00-8000 rw-p 00000000 00:100000000 0": """\
line 1, column 28: a device number has 32 bits
  7f00-8000 rw-p 00000000 00:100000000 0
                             ^""",
    b"Rss:    4 kB\n": """\
line 1, column 1: a field line before the first header line
  Rss:    4 kB
  ^
The start of the dump is missing: every entry starts with a header line.""",
    ANON + b"Rss:    4 MB\n": """\
line 2, column 11: Rss must be a size in kB, found 'M'
  Rss:    4 MB
            ^""",
    ANON + b"Rss:   -4 kB\n": """\
line 2, column 8: Rss must be a size in kB, found '-'
  Rss:   -4 kB
         ^""",
    ANON + b"Rss:\n": """\
line 2, column 5: Rss must be a size in kB, found the end of the line
  Rss:
      ^""",
    ANON + b"ProtectionKey:  4 kB\n": """\
line 2, column 18: ProtectionKey must be a number without a unit, found ' '
  ProtectionKey:  4 kB
                   ^""",
    ANON + b"VmFlags:rd wr\n": """\
line 2, column 9: expected flags, each after a space, found 'r'
  VmFlags:rd wr
          ^""",
    ANON + b"Rss: 4 kB\nRss: 4 kB\n": """\
line 3, column 1: this field occurs twice in one entry
  Rss: 4 kB
  ^
A header line is missing between the two: every entry starts with one.""",
    ANON + b"Rss: 18014398509481984 kB\n": """\
line 2, column 6: the number must be at most 18014398509481983
  Rss: 18014398509481984 kB
       ^""",
    ANON + b"Rss: 4 kB\0\n": """\
line 2, column 10: expected the end of the line, found byte 0x00
  Rss: 4 kB\\x00
           ^
Names and fields contain no NUL bytes: is this a binary file?""",
    b"\n": f"""\
line 1, column 1: expected an address, 1 to 16 hexadecimal digits in lower case, \
found the end of the line
{"  "}
  ^
The kernel prints no blank lines: remove it, or pass errors='collect'.""",
    b"\x1f\x8b\x08\x00": """\
line 1, column 1: expected an address, 1 to 16 hexadecimal digits in lower case, found byte 0x1f
  \\x1f\\x8b\\x08\\x00
  ^
This is gzip data: decompress it first, as with `gzip -dc`.""",
    b"\xff\xfe7\x00": """\
line 1, column 1: expected an address, 1 to 16 hexadecimal digits in lower case, found byte 0xff
  \\xff\\xfe7\\x00
  ^
The byte order mark shows that this is UTF-16: decode it first.""",
    b"/proc/self/maps": """\
line 1, column 1: expected an address, 1 to 16 hexadecimal digits in lower case, found '/'
  /proc/self/maps
  ^
This looks like a path: procmaps.load() reads the file of that name.""",
    b'{"a": 1}': """\
line 1, column 1: expected an address, 1 to 16 hexadecimal digits in lower case, found '{'
  {"a": 1}
  ^
This looks like JSON; procmaps reads the text that the kernel prints. procmaps.extract() finds a \
dump inside it.""",
}


@pytest.mark.parametrize("data", CASES, ids=ascii)
def test_strict_raises_the_whole_diagnosis(data: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        loads(data)
    assert str(caught.value) == CASES[data]


@pytest.mark.parametrize("data", CASES, ids=ascii)
def test_collect_keeps_the_line_and_the_same_diagnosis(data: bytes) -> None:
    snapshot = loads(data, errors="collect")
    (problem,) = snapshot.problems
    assert problem.kind == "unparsed"
    assert problem.message == CASES[data]
    assert problem.error is not None
    assert data[problem.error.offset :].startswith(problem.error.source[problem.error.column - 1 :])
    assert problem.raw in data
    assert snapshot.dumps() == data


def test_a_long_line_is_cut_around_the_caret() -> None:
    line = b"7f00-8000 rw-p 00000000 00:00 0 " + b"x" * 1_000_000 + b"\0" + b"y" * 1_000_000
    with pytest.raises(ParseError) as caught:
        loads(line)
    assert str(caught.value) == (
        "line 1, column 1000033: expected the end of the line, found byte 0x00\n"
        f"  …{'x' * 60}\\x00{'y' * 59}…\n"
        f"  {' ' * 61}^\n"
        "Names and fields contain no NUL bytes: is this a binary file?"
    )


def test_errors_with_equal_facts_are_equal() -> None:
    def error() -> ParseError:
        with pytest.raises(ParseError) as caught:
            loads(b"x")
        return caught.value

    assert error() == error()
    assert (error().field, error().line, error().column, error().offset) == ("start", 1, 1, 0)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"7f00-8000 rq-p 00000000 00:00 0", "perms"),
        (b"9000-8000 rw-p 00000000 00:00 0", "end"),
        (b"7f00-8000 rw-p 00000000 00:00 0x", "inode"),
        (b"7f00-8000 rw-p 00000000 00:00 0 a\0b", "name"),
        (b"Rss: 4 kB", "Rss"),
        (ANON + b"Rss: 4 MB", "Rss"),
        (ANON + b"Rss: 18014398509481984 kB", "Rss"),
        (ANON + b"Rss: 4 kB\nRss: 4 kB", "Rss"),
        (ANON + b"VmFlags:rd", "VmFlags"),
        (ANON + b"Tomorrow: \0", "Tomorrow"),
        (b"nothing of the kind", "start"),
    ],
    ids=ascii,
)
def test_an_error_has_the_name_of_the_failing_field(data: bytes, field: str) -> None:
    with pytest.raises(ParseError) as caught:
        loads(data)
    assert caught.value.field == field


def test_adjacent_bad_lines_are_one_problem() -> None:
    snapshot = loads(b"junk\nmore\n" + ANON + b"junk\n" + ANON, errors="collect")
    unparsed = [p for p in snapshot.problems if p.kind == "unparsed"]
    assert [(p.line, p.raw) for p in unparsed] == [(1, b"junk\nmore\n"), (4, b"junk\n")]
    assert len(snapshot) == 2


def test_offset_counts_the_line_ends_of_the_input() -> None:
    text = (ANON * 3 + b"junk\n").replace(b"\n", b"\r\n")
    (problem,) = loads(text, errors="collect").problems[-1:]
    assert problem.error is not None
    assert text[problem.error.offset :] == b"junk\r\n"


def test_accepts_an_empty_address_range() -> None:
    """Linux 2.6.32 to 4.11 prints one for a stack of one page with a hidden guard."""
    (mapping,) = loads(b"7f00-7f00 rw-p 00000000 00:00 0 \n")
    assert mapping.size == 0


TERMINALS = [
    terminal
    for dialect in DIALECTS
    for rule in ("header", "field")
    for expansion in loading.load(dialect.name).expansions(rule)
    for terminal in expansion
]


def test_every_terminal_of_a_line_has_an_expected_text() -> None:
    texts = {known.name: expected_text(known) for known in TERMINALS}
    assert texts["ADDRESS"] == "an address, 1 to 16 hexadecimal digits in lower case"
    assert texts["INODE"] == "an inode, 1 to 20 decimal digits"
    assert texts["MINUS"] == "'-'"
    assert not [terminal for terminal, text in texts.items() if not text or "{" in text]


def test_every_expected_text_is_for_a_terminal_of_a_line() -> None:
    assert set(EXPECTED) == {str(terminal.name) for terminal in TERMINALS if not terminal.literal}


PYTHON_ONLY = re.compile(r"procmaps\.|='|\(\)")


def test_no_hint_on_the_command_line_is_about_python() -> None:
    texts = [known.hint for known in foreign_texts.FORMATS]
    texts += [hint for _, hint in foreign_texts.MESSAGES]
    texts += [value for name, value in vars(hints).items() if name.isupper() and name[0] != "_"
              and isinstance(value, str)]  # fmt: skip
    assert len(texts) > 12
    for text in texts:
        error = ParseError("", b"", 1, 1, 0, "start", text)
        shown = for_command_line(error).hint
        assert shown
        assert not PYTHON_ONLY.search(shown)
        assert (shown == text) == (not PYTHON_ONLY.search(text))
