"""`Perms`: text, flags, and comparison with text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import Perms, Sharing

TEXTS = ["rw-p", "---s", "r-xS", "rwxg", "===p", "===s", "r-x-"]


@pytest.mark.parametrize("text", TEXTS)
def test_text_and_flags_read_back(text: str) -> None:
    perms = Perms.from_text(text)
    assert str(perms) == text
    assert repr(perms) == f"<Perms {text}>"
    assert Perms.from_flags(perms.flags) is not None
    assert Perms.from_flags(perms.flags) == perms


@given(st.integers(0, 127))
def test_distinct_permissions_have_distinct_flags(flags: int) -> None:
    perms = Perms.from_flags(flags)
    assert Perms.from_flags(perms.flags) == perms


def test_the_first_four_flags_are_those_of_procmap_query() -> None:
    # include/uapi/linux/fs.h: PROCMAP_QUERY_VMA_READABLE 1, WRITABLE 2, EXECUTABLE 4, SHARED 8
    assert [Perms.from_text(t).flags for t in ("r--p", "-w-p", "--xp", "---s")] == [1, 2, 4, 8]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rwx", "expected four characters such as 'rw-p', not 3"),
        ("rw-pp", "expected four characters such as 'rw-p', not 5"),
        ("", "expected four characters such as 'rw-p', not 0"),
        ("xwrp", "character 1 is 'x'; expected 'r' or '-'"),
        ("rxwp", "character 2 is 'x'; expected 'w' or '-'"),
        ("rwrp", "character 3 is 'r'; expected 'x' or '-'"),
        ("==-p", "character 1 is '='; expected 'r' or '-'"),
        ("rw-q", "character 4 is 'q'; expected one of 'p', 's', 'S', 'g', '-'"),
        ("===\n", r"character 4 is '\n'; expected one of 'p', 's', 'S', 'g', '-'"),
    ],
)
def test_malformed_text_has_its_own_message(text: str, reason: str) -> None:
    with pytest.raises(ValueError) as caught:
        Perms.from_text(text)
    assert str(caught.value) == f"invalid permissions {text!r}: {reason}"


@given(st.text(st.sampled_from("rwx-=psSg"), max_size=5))
def test_accepted_text_is_what_prints_so(text: str) -> None:
    try:
        perms = Perms.from_text(text)
    except ValueError:
        printable = {str(Perms.from_flags(flags)) for flags in range(256)}
        assert text not in printable
    else:
        assert str(perms) == text


def test_from_text_of_bytes_is_a_type_error() -> None:
    with pytest.raises(TypeError) as caught:
        Perms.from_text(b"rw-p")  # pyright: ignore[reportArgumentType]
    assert str(caught.value) == "expected a str such as 'rw-p', not bytes"


def test_shared_is_true_for_s_and_capital_s() -> None:
    shared = {s: Perms(read=True, write=False, execute=False, sharing=s).shared for s in Sharing}
    assert [s.value for s, yes in shared.items() if yes] == ["s", "S"]


# --- comparison -----------------------------------------------------------------------------------


@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS))
def test_permissions_equal_their_text_and_no_other(one: str, other: str) -> None:
    perms = Perms.from_text(one)
    assert (perms == other) is (one == other)
    assert (other == perms) is (one == other)
    assert (perms == Perms.from_text(other)) is (one == other)


@pytest.mark.parametrize("text", TEXTS)
def test_permissions_and_their_text_are_one_key(text: str) -> None:
    assert {Perms.from_text(text): 1}[text] == 1  # type: ignore[index]


def test_comparison_with_text_that_is_never_printed_raises() -> None:
    with pytest.raises(ValueError, match=r"^invalid permissions 'rw': expected four characters"):
        assert Perms.from_text("rw-p") != "rw"


def test_comparison_with_bytes_raises() -> None:
    with pytest.raises(TypeError) as caught:
        assert Perms.from_text("rw-p") != b"rw-p"
    assert str(caught.value) == "compare permissions with a str such as 'rw-p', not b'rw-p'"


def test_other_objects_are_unequal() -> None:
    assert Perms.from_text("rw-p") != 3
    assert Perms.from_text("rw-p") is not None
    assert Perms.from_text("rw-p") != Perms.from_text("rw-s")
