"""Labels: what the kernel accepts (FORMATS: prctl, is_valid_name_char), and why not."""

import pytest

from procmaps import InvalidLabel, is_valid_anon_label, label_fault
from procmaps.formats.labels import MAX_LABEL_ANDROID, check_label


def test_every_byte_is_judged_as_is_valid_name_char_does() -> None:
    # include/linux/mm.h, kernel/sys.c of 6.12: ch > 0x1f && ch < 0x7f && !strchr("\\`$[]", ch)
    legal = {byte for byte in range(256) if 0x1F < byte < 0x7F} - {*b"\\`$[]"}
    assert {byte for byte in range(256) if is_valid_anon_label(bytes([byte]))} == legal


def test_seventy_nine_bytes_are_accepted_and_eighty_are_not() -> None:
    assert is_valid_anon_label(b"")
    assert is_valid_anon_label(b"x" * 79)
    assert label_fault(b"x" * 80) == "it has 80 bytes, 79 at most"
    assert is_valid_anon_label(b"x" * 255, limit=MAX_LABEL_ANDROID)
    assert label_fault(b"x" * 256, limit=MAX_LABEL_ANDROID) == "it has 256 bytes, 255 at most"


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        (b"a[b", "byte 1 is '[', one of the five characters \\ ` $ [ ]"),
        (b"tab\there", "byte 3 is 0x09, outside printable ASCII (0x20 to 0x7e)"),
        ("é".encode(), "byte 0 is 0xc3, outside printable ASCII (0x20 to 0x7e)"),
    ],
)
def test_the_first_fault_is_named(label: bytes, reason: str) -> None:
    assert label_fault(label) == reason
    assert label_fault(label.decode("utf-8", "surrogateescape")) == reason


def test_a_refused_label_is_an_error_that_shows_it() -> None:
    check_label(b"fine")
    with pytest.raises(InvalidLabel) as caught:
        check_label(b"a\nb")
    assert str(caught.value) == (
        r"the kernel refuses the label 'a\x0ab': byte 1 is 0x0a, outside printable ASCII "
        "(0x20 to 0x7e)"
    )
