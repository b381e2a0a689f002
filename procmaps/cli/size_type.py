"""The type of options that take a size: bytes, or a number with a unit."""

from __future__ import annotations

import re
from typing import Final

import click

_SIZE: Final = re.compile(r"([0-9]{1,20})([kMGT]?)")

_UNITS: Final = {"": 0, "k": 10, "M": 20, "G": 30, "T": 40}


class SizeType(click.ParamType[int]):
    """A size in bytes; ``k``, ``M``, ``G`` and ``T`` are powers of 1024."""

    name = "size"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the bytes, or fail with the form that is expected."""
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(value)
        if match is None:
            self.fail(
                f"{value!r} is not a size; give bytes or a unit, such as 65536 or 64k", param, ctx
            )
        return int(match[1]) << _UNITS[match[2]]
