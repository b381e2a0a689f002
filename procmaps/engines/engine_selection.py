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

from procmaps.records.storage import VARIABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from procmaps.errors import EngineUnavailable

    EngineName = Literal["native", "python", "reference"]
else:
    EngineName = str  # typing takes long to import

ENGINES: tuple[EngineName, ...] = ("native", "python", "reference")
"""Every engine, the fastest first."""

EXTENSIONS = ("procmaps.engines._scanner", "procmaps.records._storage")
"""The modules in C. The native engine needs both."""


@functools.cache
def engine() -> EngineName:
    """Return the engine in use: the one requested by ``PROCMAPS_ENGINE``, else the fastest.

    With ``native``, a dialect whose names can contain newlines is read by ``python``.
    Raises `EngineUnavailable` if the requested engine does not exist or was not built.
    """
    forced = os.environ.get(VARIABLE, "")
    for name in ("python", "reference"):
        if forced == name:
            return name
    if forced not in ("", "native"):
        raise _unavailable(
            forced,
            f"no such engine; set the variable to {', '.join(ENGINES)}, or unset it for the "
            "fastest available engine",
        )
    missing = why_not_native()
    if forced and missing:
        raise _unavailable(
            forced,
            f"the C extension was not built here ({missing}); reinstall procmaps-spec on a machine "
            "with a C compiler, or unset the variable to use the pure-Python engine",
        ) from missing
    return "python" if missing else "native"


def _unavailable(name: str, reason: str) -> EngineUnavailable:
    from procmaps.errors import EngineUnavailable  # noqa: PLC0415 - slow to import

    return EngineUnavailable(name, reason)


@functools.cache
def why_not_native() -> ImportError | None:
    """Return the error of importing the C extensions; None if they can be imported."""
    try:
        for name in EXTENSIONS:
            importlib.import_module(name)
    except ImportError as error:
        return error
    return None
