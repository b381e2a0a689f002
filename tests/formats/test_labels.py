"""Labels: the strings that the kernel accepts, and the reason for each that it refuses."""

import pytest

from procmaps import InvalidLabel, is_valid_anon_label, label_error
from procmaps.formats.labels import MAX_LABEL_ANDROID, check_label


def test_accepts_the_bytes_that_is_valid_name_char_accepts() -> None:
    # include/linux/mm.h, kernel/sys.c of 6.12: ch > 0x1f && ch < 0x7f && !strchr("\\`$[]", ch)
    legal = {byte for byte in range(256) if 0x1F < byte < 0x7F} - {*b"\\`$[]"}
    assert {byte for byte in range(256) if is_valid_anon_label(bytes([byte]))} == legal


def test_accepts_79_bytes_and_refuses_80() -> None:
    assert is_valid_anon_label(b"")
    assert is_valid_anon_label(b"x" * 79)
    assert label_error(b"x" * 80) == "it has 80 bytes; the limit is 79"
    assert is_valid_anon_label(b"x" * 255, limit=MAX_LABEL_ANDROID)
    assert label_error(b"x" * 256, limit=MAX_LABEL_ANDROID) == "it has 256 bytes; the limit is 255"


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        (b"a[b", "byte 1 is '[', one of the forbidden characters \\ ` $ [ ]"),
        (b"tab\there", "byte 3 is 0x09, outside printable ASCII (0x20 to 0x7e)"),
        ("é".encode(), "byte 0 is 0xc3, outside printable ASCII (0x20 to 0x7e)"),
    ],
)
def test_reports_the_first_broken_rule(label: bytes, reason: str) -> None:
    assert label_error(label) == reason
    assert label_error(label.decode("utf-8", "surrogateescape")) == reason


def test_check_label_raises_with_the_escaped_label() -> None:
    check_label(b"fine")
    with pytest.raises(InvalidLabel) as caught:
        check_label(b"a\nb")
    assert str(caught.value) == (
        r"the kernel refuses the label 'a\x0ab': byte 1 is 0x0a, outside printable ASCII "
        "(0x20 to 0x7e)"
    )
