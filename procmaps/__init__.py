"""The executable specification of /proc/PID/maps, smaps and smaps_rollup.

Everything public can be taken from here. A name's module is imported when the name is first used,
so that a program pays for what it needs: one that only reads maps loads no live reading, and Lark
is loaded by the first text that is parsed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # `X as X` makes a name public to type checkers.
    from procmaps.engines import EngineUnavailable as EngineUnavailable
    from procmaps.engines import engine as engine
    from procmaps.errors import AccessDenied as AccessDenied
    from procmaps.errors import CannotRender as CannotRender
    from procmaps.errors import FileMissing as FileMissing
    from procmaps.errors import InvalidLabel as InvalidLabel
    from procmaps.errors import KernelThread as KernelThread
    from procmaps.errors import LiveError as LiveError
    from procmaps.errors import MainThreadEnded as MainThreadEnded
    from procmaps.errors import NamingError as NamingError
    from procmaps.errors import NamingUnsupported as NamingUnsupported
    from procmaps.errors import NoAddressSpace as NoAddressSpace
    from procmaps.errors import NoSuchProcess as NoSuchProcess
    from procmaps.errors import NotNameable as NotNameable
    from procmaps.errors import NotProcfs as NotProcfs
    from procmaps.errors import ParseError as ParseError
    from procmaps.errors import ProcessGone as ProcessGone
    from procmaps.errors import ProcmapsError as ProcmapsError
    from procmaps.errors import QueryUnsupported as QueryUnsupported
    from procmaps.errors import RangeHasHole as RangeHasHole
    from procmaps.errors import SplitFailed as SplitFailed
    from procmaps.errors import UnknownDialect as UnknownDialect
    from procmaps.errors import UnknownProducer as UnknownProducer
    from procmaps.errors import Zombie as Zombie
    from procmaps.explanation import Explanation as Explanation
    from procmaps.explanation import explain as explain
    from procmaps.extraction import Extract as Extract
    from procmaps.extraction import extract as extract
    from procmaps.labels import is_valid_anon_label as is_valid_anon_label
    from procmaps.labels import label_fault as label_fault
    from procmaps.live import Answer as Answer
    from procmaps.live import Querier as Querier
    from procmaps.live import Require as Require
    from procmaps.live import Resolution as Resolution
    from procmaps.live import maps as maps
    from procmaps.live import query as query
    from procmaps.live import resolve as resolve
    from procmaps.live import rollup as rollup
    from procmaps.live import smaps as smaps
    from procmaps.loading import dumps as dumps
    from procmaps.loading import load as load
    from procmaps.loading import loads as loads
    from procmaps.many import read_many as read_many
    from procmaps.names import AnonInode as AnonInode
    from procmaps.names import AnonName as AnonName
    from procmaps.names import AnonShmemName as AnonShmemName
    from procmaps.names import Ashmem as Ashmem
    from procmaps.names import DmaBuf as DmaBuf
    from procmaps.names import FilePath as FilePath
    from procmaps.names import Heap as Heap
    from procmaps.names import KernelFile as KernelFile
    from procmaps.names import Memfd as Memfd
    from procmaps.names import Name as Name
    from procmaps.names import Other as Other
    from procmaps.names import Reading as Reading
    from procmaps.names import Socket as Socket
    from procmaps.names import Special as Special
    from procmaps.names import Stack as Stack
    from procmaps.names import SysV as SysV
    from procmaps.names import ThreadStack as ThreadStack
    from procmaps.names import Unnamed as Unnamed
    from procmaps.naming import named_mmap as named_mmap
    from procmaps.naming import naming_supported as naming_supported
    from procmaps.naming import set_anon_name as set_anon_name
    from procmaps.records import Device as Device
    from procmaps.records import ExtraField as ExtraField
    from procmaps.records import Mapping as Mapping
    from procmaps.records import Perms as Perms
    from procmaps.records import Sharing as Sharing
    from procmaps.records import Usage as Usage
    from procmaps.rendering import path_name as path_name
    from procmaps.rendering import render as render
    from procmaps.snapshot import Problem as Problem
    from procmaps.snapshot import Snapshot as Snapshot
    from procmaps.streaming import iterload as iterload
    from procmaps.vmflags import VmFlags as VmFlags

_PLACES = {
    "engines": "EngineUnavailable engine",
    "errors": (
        "AccessDenied CannotRender FileMissing InvalidLabel KernelThread LiveError "
        "MainThreadEnded NamingError NamingUnsupported NoAddressSpace NoSuchProcess NotNameable "
        "NotProcfs ParseError ProcessGone ProcmapsError QueryUnsupported RangeHasHole "
        "SplitFailed UnknownDialect UnknownProducer Zombie"
    ),
    "explanation": "Explanation explain",
    "extraction": "Extract extract",
    "labels": "is_valid_anon_label label_fault",
    "live": "Answer Querier Require Resolution maps query resolve rollup smaps",
    "loading": "dumps load loads",
    "many": "read_many",
    "names": (
        "AnonInode AnonName AnonShmemName Ashmem DmaBuf FilePath Heap KernelFile Memfd Name "
        "Other Reading Socket Special Stack SysV ThreadStack Unnamed"
    ),
    "naming": "named_mmap naming_supported set_anon_name",
    "records": "Device ExtraField Mapping Perms Sharing Usage",
    "rendering": "path_name render",
    "snapshot": "Problem Snapshot",
    "streaming": "iterload",
    "vmflags": "VmFlags",
}
"""Where each public name lives: what `__getattr__` imports, as type checkers see it above."""

_HOMES = {name: module for module, names in _PLACES.items() for name in names.split()}

if not TYPE_CHECKING:  # who checks types has the list from the imports above
    __all__ = tuple(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = globals()[name] = getattr(import_module(f"procmaps.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
