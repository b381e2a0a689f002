"""`functools.cached_property` without the lock that it has in Python 3.11.

All objects of a class share that lock. A child that is forked while another thread computes a value
inherits the lock as locked, and nobody unlocks it there. Python 3.12 removed it. Without it, two
threads may compute a value twice.
"""

import functools
import sys

__all__ = ["cached_property"]

# Only the type checkers may import typing here: the first call of a program would wait for it.
TYPE_CHECKING = False

if TYPE_CHECKING or sys.version_info >= (3, 12):
    from functools import cached_property
else:

    class cached_property(functools.cached_property):  # noqa: N801 - it has the name of its base
        """A property that is computed once for each object."""

        def __get__(self, instance: object, owner: type | None = None) -> object:
            if instance is None:
                return self
            values = instance.__dict__
            if self.attrname not in values:
                values[self.attrname] = self.func(instance)
            return values[self.attrname]
