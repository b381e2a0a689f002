"""Bad input: the whole text of every kind of error, with the true column."""

import pytest

from procmaps import ParseError, loads
from procmaps.formats.dialects import DIALECTS
from procmaps.grammar import loading
from procmaps.snapshots.diagnosis import EXPECTED, words_for

ANON = b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n"
EMBEDDED = (
    "If the dump stands inside another text, a log or a mail, `procmaps extract` takes it out; "
    "if the line belongs to the name above it, try dialect='nommu' or 'android'."
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
No number here has more than 64 bits, which are 16 digits.""",
    b"7f00-8000 rw-p 00000000 00:00 123456789012345678901": """\
line 1, column 51: expected a space, found '1'
  7f00-8000 rw-p 00000000 00:00 123456789012345678901
                                                    ^
No inode has more than 64 bits, which are 20 digits.""",
    b"7f00-8000\trw-p 00000000 00:00 0": """\
line 1, column 10: expected ' ', found byte 0x09
  7f00-8000\\x09rw-p 00000000 00:00 0
           ^
Spaces have become something else: `procmaps extract` undoes that.""",
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
The line is cut off: what comes behind it may be missing, too.""",
    b"7f00-8000 rw-p 00000000 00:00 0x": """\
line 1, column 32: expected a space, found 'x'
  7f00-8000 rw-p 00000000 00:00 0x
                                 ^""",
    b"7f00-8000 rw-p 00000000 00:00 0 a\0b": """\
line 1, column 34: expected the end of the line, found byte 0x00
  7f00-8000 rw-p 00000000 00:00 0 a\\x00b
                                   ^
No name and no field holds a NUL byte: is this a binary file?""",
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
line 1, column 1: a field stands before the first header line
  Rss:    4 kB
  ^
The beginning of the dump is missing: every entry starts with a header line.""",
    ANON + b"Rss:    4 MB\n": """\
line 2, column 11: Rss wants a size in kB, found 'M'
  Rss:    4 MB
            ^""",
    ANON + b"Rss:   -4 kB\n": """\
line 2, column 8: Rss wants a size in kB, found '-'
  Rss:   -4 kB
         ^""",
    ANON + b"Rss:\n": """\
line 2, column 5: Rss wants a size in kB, found the end of the line
  Rss:
      ^""",
    ANON + b"ProtectionKey:  4 kB\n": """\
line 2, column 18: ProtectionKey wants a number without a unit, found ' '
  ProtectionKey:  4 kB
                   ^""",
    ANON + b"VmFlags:rd wr\n": """\
line 2, column 9: expected flags, each behind a space, found 'r'
  VmFlags:rd wr
          ^""",
    ANON + b"Rss: 4 kB\nRss: 4 kB\n": """\
line 3, column 1: this field stands twice in one entry
  Rss: 4 kB
  ^
The header line between the two is missing: every entry starts with one.""",
    ANON + b"Rss: 18014398509481984 kB\n": """\
line 2, column 6: the number is larger than 64 bits can hold
  Rss: 18014398509481984 kB
       ^""",
    ANON + b"Rss: 4 kB\0\n": """\
line 2, column 10: expected the end of the line, found byte 0x00
  Rss: 4 kB\\x00
           ^
No name and no field holds a NUL byte: is this a binary file?""",
    b"\n": f"""\
line 1, column 1: expected an address, 1 to 16 hexadecimal digits in lower case, \
found the end of the line
{"  "}
  ^
The kernel prints no blank line: take it out, or read on with errors='collect'.""",
    b"\x1f\x8b\x08\x00": """\
line 1, column 1: expected an address, 1 to 16 hexadecimal digits in lower case, found byte 0x1f
  \\x1f\\x8b\\x08\\x00
  ^
This is gzip data: decompress it first.""",
    b"\xff\xfe7\x00": """\
line 1, column 1: expected an address, 1 to 16 hexadecimal digits in lower case, found byte 0xff
  \\xff\\xfe7\\x00
  ^
This is UTF-16, by its byte order mark: decode it first.""",
    b"/proc/self/maps": """\
line 1, column 1: expected an address, 1 to 16 hexadecimal digits in lower case, found '/'
  /proc/self/maps
  ^
This looks like a path: `procmaps.load` reads the file of that name.""",
    b'{"a": 1}': """\
line 1, column 1: expected an address, 1 to 16 hexadecimal digits in lower case, found '{'
  {"a": 1}
  ^
This looks like JSON; `procmaps` reads the kernel's own text.""",
}


@pytest.mark.parametrize("data", CASES, ids=ascii)
def test_strict_raises_with_the_whole_story(data: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        loads(data)
    assert str(caught.value) == CASES[data]


@pytest.mark.parametrize("data", CASES, ids=ascii)
def test_collect_keeps_the_line_and_the_same_story(data: bytes) -> None:
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
        "No name and no field holds a NUL byte: is this a binary file?"
    )


def test_errors_are_values() -> None:
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
def test_the_field_that_failed_is_named(data: bytes, field: str) -> None:
    with pytest.raises(ParseError) as caught:
        loads(data)
    assert caught.value.field == field


def test_neighbouring_bad_lines_are_one_problem() -> None:
    snapshot = loads(b"junk\nmore\n" + ANON + b"junk\n" + ANON, errors="collect")
    unparsed = [p for p in snapshot.problems if p.kind == "unparsed"]
    assert [(p.line, p.raw) for p in unparsed] == [(1, b"junk\nmore\n"), (4, b"junk\n")]
    assert len(snapshot) == 2


def test_the_offset_counts_the_line_ends_of_the_input() -> None:
    text = (ANON * 3 + b"junk\n").replace(b"\n", b"\r\n")
    (problem,) = loads(text, errors="collect").problems[-1:]
    assert problem.error is not None
    assert text[problem.error.offset :] == b"junk\r\n"


def test_an_empty_range_is_no_error() -> None:
    """A stack of one page whose guard was hidden (2.6.32 to 4.11) prints so."""
    (mapping,) = loads(b"7f00-7f00 rw-p 00000000 00:00 0 \n")
    assert mapping.size == 0


STEPS = [
    step
    for dialect in DIALECTS
    for rule in ("header", "field")
    for way in loading.load(dialect.name).expansions(rule)
    for step in way
]


def test_every_terminal_of_a_line_has_its_words_in_every_dialect() -> None:
    words = {step.terminal: words_for(step) for step in STEPS}
    assert words["ADDRESS"] == "an address, 1 to 16 hexadecimal digits in lower case"
    assert words["INODE"] == "an inode, 1 to 20 decimal digits"
    assert words["MINUS"] == "'-'"
    assert not [terminal for terminal, told in words.items() if not told or "{" in told]


def test_no_words_are_there_for_terminals_that_no_line_has() -> None:
    assert set(EXPECTED) == {str(step.terminal) for step in STEPS if not step.literal}
