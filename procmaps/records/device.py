"""The device column: `Device`."""

from __future__ import annotations

import re

import attrs

_TEXT = re.compile(r"([0-9a-f]{2,8}):([0-9a-f]{2,8})")


@attrs.frozen
class Device:
    """The device of the mapped file's super block; ``str(device) == "fd:01"``, hexadecimal.

    It may differ from the device that ``stat(2)`` reports: overlayfs and btrfs show another one in
    ``stat``.

    major   Major number; 12 bits in Linux.
    minor   Minor number; 20 bits in Linux.

    A device equals its text: ``device == "fd:01"``. The text must be in the form that ``str()``
    returns. Comparison with any other text raises `ValueError`, comparison with bytes `TypeError`.
    """

    major: int
    minor: int

    @classmethod
    def from_text(cls, text: str) -> Device:
        """Return the device that prints as *text*: hexadecimal, lower case, such as ``fd:01``.

        Leading zeros are accepted: Cygwin prints ``0008:0001``. Raises `ValueError` for other text
        and `TypeError` for anything but a ``str``.
        """
        if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"expected a str such as 'fd:01', not {type(text).__name__}")
        match = _TEXT.fullmatch(text)
        if match is None:
            raise ValueError(
                f"invalid device {text!r}: expected MAJOR:MINOR in hexadecimal, lower case, at "
                "least two digits each, such as 'fd:01'"
            )
        return cls(int(match[1], 16), int(match[2], 16))

    def __str__(self) -> str:
        return f"{self.major:02x}:{self.minor:02x}"

    def __repr__(self) -> str:
        return f"<Device {self}>"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            other = _canonical(other)
        if isinstance(other, Device):
            return (self.major, self.minor) == (other.major, other.minor)
        if isinstance(other, bytes | bytearray | memoryview):
            raise TypeError(f"compare a device with a str such as 'fd:01', not {other!r}")
        return NotImplemented

    def __hash__(self) -> int:
        # A device equals its text, so both have one hash.
        return hash(str(self))


def _canonical(text: str) -> Device:
    """Return the device whose ``str()`` is *text*; raise `ValueError` if there is none."""
    device = Device.from_text(text)
    if str(device) != text:
        raise ValueError(f"a device never equals {text!r}: write {str(device)!r}")
    return device
