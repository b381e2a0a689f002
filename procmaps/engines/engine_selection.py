"""Selection of the engine. All three fill the same columns and differ only in speed.

``native``     byte tables run by a C extension (`procmaps.engines.native_engine`), if it was built
``python``     regular expressions (`procmaps.engines.regex_engine`)
``reference``  Lark, line by line (`procmaps.engines.lark_engine`); the other two must agree with it

The environment variable ``PROCMAPS_ENGINE`` forces one. It is read once, at the first use.
"""

from __future__ import annotations

import functools
import importlib
import os
from typing import Literal, cast, get_args

from procmaps.errors import EngineUnavailable

EngineName = Literal["native", "python", "reference"]

VARIABLE = "PROCMAPS_ENGINE"
"""The environment variable that forces an engine."""


@functools.cache
def engine() -> EngineName:
    """Return the engine in use: the one requested by ``PROCMAPS_ENGINE``, else the fastest.

    With ``native``, a dialect whose names can contain newlines is read by ``python``.
    Raises `EngineUnavailable` if the requested engine does not exist or was not built.
    """
    forced = os.environ.get(VARIABLE, "")
    names = get_args(EngineName)
    if forced and forced not in names:
        raise EngineUnavailable(
            forced,
            f"no such engine; set the variable to {', '.join(names)}, or unset it for the fastest "
            "available engine",
        )
    if forced in ("python", "reference"):
        return cast("EngineName", forced)
    missing = why_not_native()
    if forced and missing:
        raise EngineUnavailable(
            forced,
            f"the C extension was not built here ({missing}); reinstall procmaps-spec on a machine "
            "with a C compiler, or unset the variable to use the pure-Python engine",
        ) from missing
    return "python" if missing else "native"


@functools.cache
def why_not_native() -> ImportError | None:
    """Return the error of importing the C extension; None if it can be imported."""
    try:
        importlib.import_module("procmaps.engines._scanner")
    except ImportError as error:
        return error
    return None
