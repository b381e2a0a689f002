"""Classes whose attributes do not change: `procmaps._frozen`."""

from __future__ import annotations

from typing import Any

import pytest
from attrs.exceptions import FrozenInstanceError

from procmaps._frozen import Frozen


class Point(Frozen):
    """A class without attrs."""

    x: int

    def __init__(self, x: int) -> None:
        self._set(x=x)


def test_attributes_are_set_once() -> None:
    point: Any = Point(3)
    with pytest.raises(FrozenInstanceError):
        point.x = 4
    with pytest.raises(FrozenInstanceError):
        point.y = 4
    with pytest.raises(FrozenInstanceError):
        del point.x
    assert vars(point) == {"x": 3}
