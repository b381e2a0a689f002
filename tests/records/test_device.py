"""`Device`: text and comparison with text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import Device

DEVICES = st.builds(Device, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))


def test_prints_in_hexadecimal() -> None:
    assert str(Device(0xFD, 1)) == "fd:01"
    assert repr(Device(0xFD, 1)) == "<Device fd:01>"
    assert str(Device(0x103, 0xFFFFF)) == "103:fffff"


@given(DEVICES)
def test_text_reads_back(device: Device) -> None:
    assert Device.from_text(str(device)) == device


def test_from_text_accepts_leading_zeros() -> None:
    assert Device.from_text("0008:0001") == Device(8, 1)


@pytest.mark.parametrize("text", ["8:1", "fd", "FD:01", "fd:01 ", "fd:01:02", "0xfd:01", ""])
def test_malformed_text_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        Device.from_text(text)
    assert str(caught.value) == (
        f"invalid device {text!r}: expected MAJOR:MINOR in hexadecimal, lower case, at least two "
        "digits each, such as 'fd:01'"
    )


def test_from_text_of_bytes_is_a_type_error() -> None:
    with pytest.raises(TypeError) as caught:
        Device.from_text(b"fd:01")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert str(caught.value) == "expected a str such as 'fd:01', not bytes"


# --- comparison -----------------------------------------------------------------------------------


@given(DEVICES, DEVICES)
def test_a_device_equals_its_text_and_no_other(one: Device, other: Device) -> None:
    assert one == str(one)
    assert str(one) == one
    assert {one: 1}[str(one)] == 1  # type: ignore[index]
    assert (one == str(other)) is (one == other)


@pytest.mark.parametrize("text", ["253:1", "0008:0001"])
def test_comparison_with_text_in_another_form_raises(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(invalid device|a device never equals) "):
        assert Device(8, 1) != text


def test_comparison_with_bytes_raises() -> None:
    with pytest.raises(TypeError) as caught:
        assert Device(8, 1) != b"08:01"
    assert str(caught.value) == "compare a device with a str such as 'fd:01', not b'08:01'"


def test_other_objects_are_unequal() -> None:
    assert Device(8, 1) != (8, 1)
    assert Device(8, 1) != Device(8, 2)
