"""`redact`: what may be published stays, nothing else does, and different things stay different."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import Mapping, Snapshot, loads, redact, strategies
from procmaps.redaction.addresses import Addresses
from procmaps.redaction.words import KEPT, Words
from procmaps.usage import account
from procmaps.usage.figures import SUMMED
from tests.support.dumps import SAMPLE, SMAPS_BEFORE

SMAPS = strategies.dumps(kind="smaps")
MAPS = strategies.dumps()


def facts(mapping: Mapping) -> tuple[object, ...]:
    """Return what a redacted mapping keeps."""
    return (
        mapping.size,
        mapping.perms,
        mapping.offset,
        mapping.device,
        bool(mapping.inode),
        mapping.name.kind,
        len(mapping.name.raw),
        None if mapping.usage is None else [getattr(mapping.usage, name) for name in SUMMED],
    )


def equal_pairs(values: list[object]) -> set[tuple[int, int]]:
    """Return which of *values* are equal."""
    return {(i, j) for i, one in enumerate(values) for j, two in enumerate(values) if one == two}


@given(MAPS | SMAPS)
def test_keeps_layout_kinds_and_figures(text: bytes) -> None:
    old = loads(text, errors="collect")
    new = loads(redact(text), errors="collect")
    assert [facts(mapping) for mapping in new] == [facts(mapping) for mapping in old]
    assert [problem.kind for problem in new.problems] == [problem.kind for problem in old.problems]
    assert new.dialect == old.dialect
    assert new.kind == old.kind


@given(MAPS | SMAPS)
def test_what_was_equal_is_equal_and_what_was_not_is_not(text: bytes) -> None:
    old, new = loads(text, errors="collect"), loads(redact(text), errors="collect")

    def facts_of(snapshot: Snapshot, name: str) -> list[object]:
        return [getattr(mapping, name) for mapping in snapshot]

    for name in ("start", "end", "inode", "name"):
        assert equal_pairs(facts_of(old, name)) == equal_pairs(facts_of(new, name))


@given(MAPS | SMAPS | st.binary())
def test_every_line_keeps_its_length_and_redacting_twice_changes_nothing_more(text: bytes) -> None:
    once = redact(text)
    assert redact(once) == once
    assert once.count(b"\n") == text.count(b"\n")


@given(strategies.damaged_dumps())
def test_damaged_dumps_keep_what_can_be_read(text: bytes) -> None:
    old, new = loads(text, errors="collect"), loads(redact(text), errors="collect")
    assert [mapping.size for mapping in new] == [mapping.size for mapping in old]
    assert redact(text).count(b"\n") == text.count(b"\n")


SECRETS = st.lists(
    st.text("QXZJ", min_size=6, max_size=12).map(str.encode), min_size=1, max_size=4, unique=True
)


@given(SECRETS, st.data())
def test_no_secret_word_is_left(words: list[bytes], data: st.DataObject) -> None:
    path = b"/home/" + b"/".join(words)
    label = b" ".join(words)
    lines = (
        b"7f12345d6000-7f12345d7000 r-xp 00000000 08:01 81234567 " + path + b".so (deleted)\n",
        b"7f22345d6000-7f22345d7000 rw-p 00000000 00:00 0 [anon:" + label + b"]\n",
        b"7f32345d6000-7f32345d7000 rw-s 00000000 00:01 9 /memfd:" + label + b" (deleted)\n",
        b"7f42345d6000-7f42345d7000 rw-p 00000000 00:00 0 " + label + b"\n",
        b"Rss: 4 kB\n",
        b"VmFlags: rd wr " + words[0] + b"\n",
        b"Owner: " + label + b"\n",
        label + b": 4 kB\n",
        b"7f52345d6000-7f52345d7000 rw-p 00000000 00:00 0 [anon:" + label + b"\n",
        b"cat: " + path + b": Permission denied\n",
    )
    text = b"".join(data.draw(st.permutations(lines)))
    printed = redact(text)
    assert not [word for word in words if word in printed]
    assert b"81234567" not in printed
    assert b"2345d6" not in printed


HEADER = b"00001000-00002000 rw-p 00000000 00:00 0 "


@pytest.mark.parametrize("dialect", ["android", "nommu", "gvisor"])
@pytest.mark.parametrize(
    "line",
    [b"beef-cafe rw-p x]", b"beef-cafe r-xs zz 00:00 0 /zz]", b"12-13 ---p \0]", b"1-2 rwxS "],
)
def test_a_line_that_cannot_be_read_ends_a_name_with_newlines(dialect: str, line: bytes) -> None:
    text = HEADER + b"[anon:open\n" + line + b"\n" + HEADER + b"[heap]\n"
    old = loads(text, errors="collect", dialect=dialect)
    assert [(problem.line, problem.kind) for problem in old.problems][:1] == [(2, "unparsed")]
    printed = redact(text, dialect=dialect)
    new = loads(printed, errors="collect", dialect=dialect)
    assert [facts(mapping) for mapping in new] == [facts(mapping) for mapping in old]
    assert [problem.line for problem in new.problems] == [problem.line for problem in old.problems]
    assert redact(printed, dialect=dialect) == printed
    assert not re.search(rb"beef|cafe|12-13|1-2|zz", printed)


def test_an_unreadable_field_stays_so() -> None:
    text = HEADER + b"\nVmFlags:rd secret\n"
    assert redact(text) == HEADER + b"\nVmFlags:aa aaaaaa\n"
    for each in (text, redact(text)):
        (problem,) = loads(each, errors="collect").problems
        assert (problem.line, problem.kind) == (2, "unparsed")


@pytest.mark.parametrize(
    "columns",
    [
        b"7f2a4c001000-7f2a2c002000 r--p 00000000 00:00 0 ",
        b"7f2a4c001000-7f2a4c002000 r--p 00000000 fd:00 18446744073709551616 ",
        b"7f2a4c001000-7f2a4c002000 r--p 00000000 100000000:00 7 ",
    ],
)
def test_an_impossible_line_stays_so(columns: bytes) -> None:
    text = b"7f2a4c000000-7f2a4c001000 rw-p 00000000 00:00 0 \n" + columns + b"/secret\nRss: 4 kB\n"
    old = loads(text, errors="collect")
    printed = redact(text)
    new = loads(printed, errors="collect")
    assert [facts(mapping) for mapping in new] == [facts(mapping) for mapping in old]
    assert [(p.line, p.kind) for p in new.problems] == [(p.line, p.kind) for p in old.problems]
    assert len(old) == 1
    assert redact(printed) == printed
    assert not re.search(rb"2a[42]c00|secret", printed)


@pytest.mark.parametrize(
    ("name", "redacted"),
    [
        (b"", b""),
        (b"  ", b"  "),
        (b" e", b" a"),
        (b" Name", b" Aaaa"),
        (b" [anon:m]", b" [anon:a]"),
    ],
)
def test_only_the_name_of_a_name_line_is_replaced(name: bytes, redacted: bytes) -> None:
    text = HEADER + b"[anon:]\nRss:                   4 kB\nName:"
    assert redact(text + name + b"\n", dialect="android") == text + redacted + b"\n"


@pytest.mark.parametrize(
    ("name", "redacted"),
    [
        (b"(unreachable)/opt/ann", b"(unreachable)/opt/aaa"),
        (b"(unreachable) ann", b"(aaaaaaaaaaa) aaa"),
        (b"[anon:ann", b"[anon:aaa"),
    ],
)
def test_what_the_kernel_writes_before_a_name_stays(name: bytes, redacted: bytes) -> None:
    assert redact(HEADER + name + b"\n", dialect="linux") == HEADER + redacted + b"\n"


def test_an_example() -> None:
    text = (
        b"55d0c1a00000-55d0c1a01000 r-xp 00000000 08:02 173521 /home/ann/bin/app-1.2/libx.so.6\n"
        b"7f8a1c2d3000-7f8a1c2d4000 rw-p 00000000 00:00 0 [anon: glibc: malloc arena]\n"
        b"7f8a1c2d4000-7f8a1c2d5000 rw-p 00000000 00:00 0 [anon:ann's sessions]\n"
        b"7f8a1c2d5000-7f8a1c2d6000 rw-s 00000000 00:01 32769 /SYSV0052e2c1 (deleted)\n"
        b"Rss:                   4 kB\n"
        b"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n"
    )
    assert redact(text) == (
        b"558000000000-558000001000 r-xp 00000000 08:02 100000 /home/aaa/bin/app-0.1/aaaa.so.2\n"
        b"7f80000d3000-7f80000d4000 rw-p 00000000 00:00 0 [anon: glibc: malloc arena]\n"
        b"7f80000d4000-7f80000d5000 rw-p 00000000 00:00 0 [anon:aaa'a aaaaaaaa]\n"
        b"7f80000d5000-7f80000d6000 rw-s 00000000 00:01 10000 /SYSV00000001 (deleted)\n"
        b"Rss:                   4 kB\n"
        b"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n"
    )


@pytest.mark.parametrize("text", [SAMPLE, SMAPS_BEFORE, b"", SAMPLE.replace(b"\n", b"\r\n")])
def test_sums_stay_the_same(text: bytes) -> None:
    old, new = loads(text), loads(redact(text))
    sums = [account(each, "kind", sizes_only=not text.count(b"Rss")) for each in (old, new)]
    one, other = ([group.usage for group in each.groups] for each in sums)
    assert one == other
    assert redact(text).count(b"\r\n") == text.count(b"\r\n")


# --- words ----------------------------------------------------------------------------------------


@given(st.lists(st.from_regex(rb"[0-9A-Za-z\x80-\xff]{1,3}", fullmatch=True), max_size=60))
def test_words_are_replaced_one_for_one(words: list[bytes]) -> None:
    memory = Words()
    replaced = [memory.replace(word) for word in words]
    assert equal_pairs([*words]) == equal_pairs([*replaced])
    assert all(memory.replace(word) == new for word, new in zip(words, replaced, strict=True))


@given(st.from_regex(rb"[0-9A-Za-z\x80-\xff]{1,12}", fullmatch=True))
def test_a_word_keeps_its_shape(word: bytes) -> None:
    new = Words().replace(word)
    assert len(new) == len(word)
    for letters in (rb"[0-9]", rb"[a-z]", rb"[A-Z]"):
        assert re.sub(letters, b".", new).count(b".") == re.sub(letters, b".", word).count(b".")


def test_every_word_of_one_letter_has_another() -> None:
    memory = Words()
    words = [bytes([letter]) for letter in range(ord("a"), ord("z") + 1)]
    assert len({memory.replace(word) for word in words}) == len(words)


def test_words_that_stay_are_never_made() -> None:
    memory = Words()
    made = {memory.replace(b"%c%c" % (a, b)) for a in b"abcxyz" for b in range(97, 123)}
    assert not {word.decode() for word in made} & KEPT


def test_no_line_becomes_the_beginning_of_a_header_line() -> None:
    """It would end a name above it: the last letter of permissions is never made."""
    memory = Words()
    lowercase = {memory.replace(bytes([letter])) for letter in range(ord("a"), ord("z") + 1)}
    capitals = {memory.replace(bytes([letter])) for letter in range(ord("A"), ord("Z") + 1)}
    pairs = {memory.replace(b"%c%c" % (a, b)) for a in b"bx" for b in range(97, 123)}
    pairs |= {memory.replace(b"%c%c" % (a, b)) for a in range(97, 123) for b in range(97, 123)}
    assert not (lowercase | capitals | pairs) & {b"p", b"s", b"S", b"xp", b"xs"}
    assert {b"q", b"t"} < lowercase
    assert {b"xo", b"xq"} < pairs


def test_bytes_that_are_not_utf8_stay_so_and_keep_their_number() -> None:
    memory = Words()
    words = [b"\xbd", b"\x94", b"\xc3", b"\xff\xc3", b"\xc3\xa9\x80", b"\xf0\x9f"]
    made = [memory.replace(word) for word in words]
    assert [*map(len, made)] == [*map(len, words)]
    assert len({*made}) == len(words)
    for word in made:
        with pytest.raises(UnicodeDecodeError):
            word.decode()


# --- addresses ------------------------------------------------------------------------------------

RANGES = st.lists(
    st.tuples(st.integers(0, 2**52 - 1), st.integers(0, 2**20)).map(
        lambda drawn: (drawn[0] << 12, (drawn[0] + drawn[1]) << 12)
    ),
    max_size=12,
)


@given(RANGES)
def test_addresses_keep_their_order_and_their_page(ranges: list[tuple[int, int]]) -> None:
    addresses = Addresses.of(ranges)
    found = sorted({each for pair in ranges for each in pair})
    moved = [addresses.moved(each) for each in found]
    assert sorted(set(moved)) == moved
    for old, new in zip(found, moved, strict=True):
        assert new <= old
        assert new % 2**21 == old % 2**21
        assert len(f"{new:08x}") == len(f"{old:08x}")
    for start, end in ranges:
        assert addresses.moved(end) - addresses.moved(start) == end - start


def test_no_address_loses_a_digit() -> None:
    """Two mappings of one cluster, on both sides of a power of 16."""
    middle = 1 << 48
    ranges = [(middle - 0x3000, middle - 0x1000), (middle + 0x5000, middle + 0x6000)]
    addresses = Addresses.of(ranges)
    for address in (each for pair in ranges for each in pair):
        assert len(f"{addresses.moved(address):x}") == len(f"{address:x}")


def test_random_bits_are_gone() -> None:
    moved = {
        Addresses.of([(base, base + 4096)]).moved(base)
        for base in range(0x7F0000000000, 0x7F8000000000, 0x123400000)
    }
    assert moved == {0x7F0000000000}
