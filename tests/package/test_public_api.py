"""The public face: what a user of the package can name without knowing its modules."""

from __future__ import annotations

import procmaps
from procmaps import errors


def test_every_error_that_can_be_caught_is_there() -> None:
    raised = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.ProcmapsError)
    }
    assert raised <= set(dir(procmaps))
    assert all(getattr(procmaps, name) is getattr(errors, name) for name in raised)
