"""The extensions need the interpreter's lock, and a free-threaded Python enables it for them.

Python does that for each extension without the slot ``Py_mod_gil``, when it is imported. The
slots are read from the module definitions, because no free-threaded build may be at hand.
"""

from __future__ import annotations

import ctypes
import importlib
import sys
import sysconfig
from collections.abc import Iterator

import pytest

from procmaps.engines.engine_selection import EXTENSIONS

PY_MOD_EXEC, PY_MOD_MULTIPLE_INTERPRETERS, PY_MOD_GIL = 2, 3, 4
"""Include/moduleobject.h, 3.13."""


class _Slot(ctypes.Structure):
    _fields_ = (("slot", ctypes.c_int), ("value", ctypes.c_void_p))


class _Definition(ctypes.Structure):
    """``PyModuleDef`` of a build with the lock: its head has a count and a type."""

    _fields_ = (
        ("head", ctypes.c_void_p * 2),
        ("init_index_copy", ctypes.c_void_p * 3),
        ("name", ctypes.c_char_p),
        ("doc", ctypes.c_char_p),
        ("size", ctypes.c_ssize_t),
        ("methods", ctypes.c_void_p),
        ("slots", ctypes.POINTER(_Slot)),
    )


def slots_of(name: str) -> Iterator[int]:
    """Yield the slots of an extension's definition. Raises `ImportError` if it was not built."""
    module = importlib.import_module(name)
    assert module.__file__
    start = getattr(ctypes.PyDLL(module.__file__), f"PyInit_{name.rpartition('.')[2]}")
    start.restype = ctypes.POINTER(_Definition)
    definition = start().contents
    assert definition.name.decode() == name
    for slot in definition.slots:
        if slot.slot == 0:
            return
        yield slot.slot


@pytest.mark.parametrize("name", EXTENSIONS)
def test_an_extension_does_not_declare_that_it_needs_no_lock(name: str) -> None:
    pytest.importorskip(name, reason="the extension was not built: no C compiler")
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        assert sys._is_gil_enabled()  # type: ignore[attr-defined]
        return
    slots = [*slots_of(name)]
    assert PY_MOD_EXEC in slots
    assert PY_MOD_GIL not in slots
