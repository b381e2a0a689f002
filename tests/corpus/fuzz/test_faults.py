"""Faults: the same mistake on two dumps has the same words, another mistake has others."""

from __future__ import annotations

import pytest

from corpus.tools.fuzz.faults import Fault, faults_of
from corpus.tools.fuzz.marks import kinds_of, marks_of, unescape
from procmaps.check import cases
from procmaps.check.verdicts import Difference, Verdict
from procmaps.printable import escape_bytes

(CASE,) = cases.load(("maps",), only=["names/space"])
(CONTROL,) = cases.load(("maps",), only=["names/plain"])


def wrong(expected: bytes, got: bytes, field: str = "name", record: int | None = 0) -> set[str]:
    difference = Difference(field, escape_bytes(expected), escape_bytes(got), record)
    return {str(fault) for fault in faults_of(CASE, CONTROL, Verdict("wrong", (difference,)))}


def refused(words: str) -> frozenset[Fault]:
    return faults_of(CASE, CONTROL, Verdict("rejected", detail=words))


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ((b"/a b", b"/a"), (b"/opt/My Program", b"/opt/My"), "cut from ' '"),
        ((b"/a ", b"/a"), (b"/xyz   ", b"/xyz"), "cut from ' ' only"),
        ((b"/a b", b"b"), (b"/a c", b"c"), "begins after ' '"),
        ((b"[anon:@/]", b"/]"), (b"[anon:x/y]", b"/y]"), "begins at '/'"),
        ((b"/\x01\xff", b"/??"), (b"/\x02x\x80", b"/?x?"), None),
        ((b"/\xff", b"/?"), (b"/x/\x80y", b"/x/?y"), "byte that is not UTF-8 becomes '?'"),
        ((b"/a\tb", b"/a b"), (b"/x\ty", b"/x y"), "0x09 becomes ' '"),
        ((b"/a  b", b"/a b"), (b"/x  1", b"/x 1"), "' ' becomes nothing"),
        ((b"/a", b""), (b"/b c", b""), "nothing shown"),
        ((b"/a", b"0"), (b"/bc", b"12"), "another text"),
        ((b"/a" * 99, b"/a" * 49), (b"/x y" * 60, b"/x y" * 50 + b"/"), "cut by its length"),
        ((b"/a" * 99 + b" b", b"/a" * 99), (b"/a c", b"/a"), "cut from ' '"),
        ((b"/a b ", b"/a b"), (b"/x\\y ", b"/x\\y"), "cut from ' ' only"),
    ],
)
def test_one_mistake_has_one_name(
    one: tuple[bytes, bytes], other: tuple[bytes, bytes], what: str | None
) -> None:
    assert wrong(*one) == wrong(*other)
    assert what is None or wrong(*one) == {f"name: {what}"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((b"/a b", b"/a"), (b"/a\tb", b"/a")),
        ((b"/a b", b"/a"), (b"/a ", b"/a")),
        ((b"/\xff", b"/?"), (b"/\xc2\x80", b"/?")),
        ((b"/a\x1cb", b"/a"), (b"/a\x1db", b"/a")),
    ],
)
def test_another_mistake_has_another_name(
    one: tuple[bytes, bytes], other: tuple[bytes, bytes]
) -> None:
    assert wrong(*one).isdisjoint(wrong(*other))


def test_two_mistakes_in_one_name_are_two_faults() -> None:
    assert wrong(b"/a\tb\xff", b"/a b?") == {
        "name: 0x09 becomes ' '",
        "name: byte that is not UTF-8 becomes '?'",
    }


@pytest.mark.parametrize(
    ("expected", "got", "what"),
    [
        (2**32 + 5, 5, "modulo a power of 2"),
        (2**31 + 5, 5, "modulo a power of 2"),
        (2**63 + 5, 2**63 - 1, "the largest number of a type"),
        (2**53 + 1, 2**53, "rounded to a double"),
        (4096, 4, "in another unit"),
        (7, 9, "another number"),
    ],
)
def test_numbers(expected: int, got: int, what: str) -> None:
    assert wrong(b"%d" % expected, b"%d" % got, "inode") == {f"inode: {what}"}


@pytest.mark.parametrize(
    ("expected", "got", "what"),
    [
        (b"fd:101", b"fd:01", {"device: minor modulo a power of 2"}),
        (b"1fd:01", b"fd:01", {"device: major modulo a power of 2"}),
        (
            b"103:10007",
            b"03:07",
            {"device: major modulo a power of 2", "device: minor modulo a power of 2"},
        ),
        (b"fd:01", b"253,1", {"device: another text"}),
    ],
)
def test_devices(expected: bytes, got: bytes, what: set[str]) -> None:
    assert wrong(expected, got, "device") == what


def test_a_neighbour_is_named() -> None:
    assert wrong(b"[stack]", b"", record=1) == {"a neighbour: another name"}


def test_an_unknown_field_is_named_without_its_key() -> None:
    assert wrong(b"52", b"0", "usage.Tomorrow") == {"usage of an unknown field: 0"}
    assert wrong(b"52", b"0", "usage.Rss") == {"usage.Rss: 0"}
    assert wrong(b"Tomorrow", b"", "keys") == {"keys: missing unknown key"}
    assert wrong(b"Rss", b"", "keys") == {"keys: missing Rss"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("byte 0xbd at 7", "byte 0xaf at 71"),
        ("bad line b'/opt/My Program/bin'", 'bad line b"/opt/My Program/bin"'),
        (f"bad {CASE.data.decode().splitlines()[0]!r}", "bad '/opt/My Program/bin'"),
    ],
)
def test_words_of_the_dump_are_not_of_the_refusal(one: str, other: str) -> None:
    assert refused(one) == refused(other)


def test_other_words_are_another_fault() -> None:
    assert refused("no inode") != refused("no device")


def test_a_pass_has_no_fault() -> None:
    assert faults_of(CASE, CONTROL, Verdict("pass")) == frozenset()


def test_lost_and_invented_mappings() -> None:
    lost = Verdict("lost", (Difference("mapping", "x", "", 1),))
    invented = Verdict("invented", (Difference("mapping", "", "x"),))
    assert {str(fault) for fault in faults_of(CASE, CONTROL, lost)} == {"a neighbour: lost"}
    assert {str(fault) for fault in faults_of(CASE, CONTROL, invented)} == {"mapping: invented"}


# --- kinds of characters --------------------------------------------------------------------------


def test_kinds() -> None:
    assert kinds_of(b"a1/ \t") == ["letter", "digit", "/", " ", "0x09"]
    assert kinds_of("é記\u00a0\u2028\ufeff".encode()) == [
        "character beyond ASCII", "character beyond ASCII", "U+00A0", "U+2028", "U+FEFF",
    ]  # fmt: skip
    assert set(kinds_of("\x80\u202e".encode())) == {"invisible character beyond ASCII"}
    assert kinds_of(b"\x01\x7f\x1f") == ["control character", "control character", "0x1f"]
    assert kinds_of(b"\xff\x80") == ["byte that is not UTF-8"] * 2


def test_marks_leave_out_what_every_name_has() -> None:
    assert marks_of(b"/usr/lib-1.2_x.so") == frozenset()
    assert marks_of(b"/a b", b"c\td") == {" ", "0x09"}


@pytest.mark.parametrize("text", [b"/a b", b"\xff\x00", b"caf\xc3\xa9", b"a\\b"])
def test_unescape_reverses_the_escapes(text: bytes) -> None:
    assert unescape(escape_bytes(text)) == text
