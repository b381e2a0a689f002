"""Which engine reads the text: all three fill the same columns, and differ in speed alone.

``native``     byte tables run by a C extension (`procmaps.engines.native_engine`), where one was
built
``python``     regular expressions (`procmaps.engines.regex_engine`)
``reference``  Lark, line by line (`procmaps.grammar.loading`): what the other two are held to

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
    """The engine in use: the one that ``PROCMAPS_ENGINE`` names, else the fastest there is.

    A dialect whose names may hold newlines is read by ``python`` where ``native`` is in use.
    Raises `EngineUnavailable` where the variable names no engine, or one that was not built.
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
    """Why there is no C extension; None where there is one."""
    try:
        importlib.import_module("procmaps.engines._scanner")
    except ImportError as error:
        return error
    return None
