"""A base for classes whose attributes do not change, of modules that do without attrs.

attrs takes longer to import than reading the maps of a process, with everything that this imports.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


class Frozen:
    """A class like those of ``attrs.frozen``: its ``__init__`` calls `_set`, once."""

    def _set(self, **attributes: object) -> None:
        vars(self).update(attributes)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        from attrs.exceptions import FrozenInstanceError  # noqa: PLC0415 - slow to import

        raise FrozenInstanceError

    def __delattr__(self, name: str) -> NoReturn:
        from attrs.exceptions import FrozenInstanceError  # noqa: PLC0415 - slow to import

        raise FrozenInstanceError
