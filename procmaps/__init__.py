"""Read, explain and produce /proc/PID/maps, smaps and smaps_rollup.

Every public name is an attribute of this package. Its module is imported on first use, so a program
loads only what it calls: reading a dump never imports the live readers, attrs is imported when the
first record is asked for, and Lark only by the reference engine.

Public modules: `procmaps.errors`, `procmaps.json_format`, `procmaps.lint`, `procmaps.pages`,
`procmaps.producers`, `procmaps.strategies`, `procmaps.usage`, and the tables in `procmaps.formats`.
All other modules are internal.

No module has the name of a public function. Importing a submodule binds its name in the package, so
a module `procmaps.extract` would replace the function `procmaps.extract`.
"""

from __future__ import annotations

from importlib import import_module as _import_module

__version__ = "0.1.0"

TYPE_CHECKING = False  # typing takes long to import
if TYPE_CHECKING:
    # `X as X` makes a name public to type checkers.
    from procmaps.engines.columns import Columns as Columns
    from procmaps.engines.engine_selection import engine as engine
    from procmaps.engines.unparsed_range import UnparsedRange as UnparsedRange
    from procmaps.errors import AccessDenied as AccessDenied
    from procmaps.errors import AddressNotMapped as AddressNotMapped
    from procmaps.errors import BackingRefused as BackingRefused
    from procmaps.errors import CannotRender as CannotRender
    from procmaps.errors import EngineUnavailable as EngineUnavailable
    from procmaps.errors import ExtraMissing as ExtraMissing
    from procmaps.errors import FileMissing as FileMissing
    from procmaps.errors import FramesHidden as FramesHidden
    from procmaps.errors import InvalidArchive as InvalidArchive
    from procmaps.errors import InvalidElf as InvalidElf
    from procmaps.errors import InvalidLabel as InvalidLabel
    from procmaps.errors import InvalidOverlay as InvalidOverlay
    from procmaps.errors import InvalidRecord as InvalidRecord
    from procmaps.errors import InvalidRules as InvalidRules
    from procmaps.errors import KernelThread as KernelThread
    from procmaps.errors import LiveError as LiveError
    from procmaps.errors import MainThreadEnded as MainThreadEnded
    from procmaps.errors import MappingGone as MappingGone
    from procmaps.errors import MemoryDenied as MemoryDenied
    from procmaps.errors import MemoryHoles as MemoryHoles
    from procmaps.errors import NamingError as NamingError
    from procmaps.errors import NamingUnsupported as NamingUnsupported
    from procmaps.errors import NoAddressSpace as NoAddressSpace
    from procmaps.errors import NoBacking as NoBacking
    from procmaps.errors import NoFigures as NoFigures
    from procmaps.errors import NoSuchProcess as NoSuchProcess
    from procmaps.errors import NotNameable as NotNameable
    from procmaps.errors import NotProcfs as NotProcfs
    from procmaps.errors import OverBudget as OverBudget
    from procmaps.errors import ParseError as ParseError
    from procmaps.errors import ProcessGone as ProcessGone
    from procmaps.errors import ProcmapsError as ProcmapsError
    from procmaps.errors import QueryUnsupported as QueryUnsupported
    from procmaps.errors import RangeHasHole as RangeHasHole
    from procmaps.errors import ReadFailed as ReadFailed
    from procmaps.errors import ResourceNotFound as ResourceNotFound
    from procmaps.errors import SplitFailed as SplitFailed
    from procmaps.errors import UnknownDialect as UnknownDialect
    from procmaps.errors import UnknownProducer as UnknownProducer
    from procmaps.errors import Zombie as Zombie
    from procmaps.explanation.evidence import Evidence as Evidence
    from procmaps.explanation.line_explanation import Explanation as Explanation
    from procmaps.explanation.line_explanation import explain as explain
    from procmaps.explanation.parts import Part as Part
    from procmaps.extraction import Extract as Extract
    from procmaps.extraction import account_for as account_for
    from procmaps.extraction import extract as extract
    from procmaps.extraction.results import ByteSpan as ByteSpan
    from procmaps.extraction.results import Doubt as Doubt
    from procmaps.extraction.results import PartialMapping as PartialMapping
    from procmaps.extraction.results import Repair as Repair
    from procmaps.extraction.results import SkippedLine as SkippedLine
    from procmaps.formats.labels import is_valid_anon_label as is_valid_anon_label
    from procmaps.formats.labels import label_error as label_error
    from procmaps.formats.releases import Release as Release
    from procmaps.formats.releases import Span as Span
    from procmaps.formats.vm_flags import VmFlagInfo as VmFlagInfo
    from procmaps.formats.vm_flags import VmFlags as VmFlags
    from procmaps.live.anon_names import named_mmap as named_mmap
    from procmaps.live.anon_names import naming_supported as naming_supported
    from procmaps.live.anon_names import set_anon_name as set_anon_name
    from procmaps.live.backing import Backing as Backing
    from procmaps.live.backing_opening import open_backing as open_backing
    from procmaps.live.gaps import Gap as Gap
    from procmaps.live.loaded_module import LoadedModule as LoadedModule
    from procmaps.live.loaded_modules import LoadedModules as LoadedModules
    from procmaps.live.loaded_modules import process_modules as process_modules
    from procmaps.live.memory import Memory as Memory
    from procmaps.live.memory import MemoryHole as MemoryHole
    from procmaps.live.memory import MemoryPiece as MemoryPiece
    from procmaps.live.memory import iter_memory as iter_memory
    from procmaps.live.memory import read_memory as read_memory
    from procmaps.live.process_groups import cgroup_pids as cgroup_pids
    from procmaps.live.process_groups import tree_pids as tree_pids
    from procmaps.live.process_groups import user_pids as user_pids
    from procmaps.live.process_snapshots import maps as maps
    from procmaps.live.process_snapshots import rollup as rollup
    from procmaps.live.process_snapshots import smaps as smaps
    from procmaps.live.processes import iter_snapshots as iter_snapshots
    from procmaps.live.processes import pids as pids
    from procmaps.live.querier import Querier as Querier
    from procmaps.live.querier import QueryResult as QueryResult
    from procmaps.live.querier import query as query
    from procmaps.live.query_ioctl import MappingFilter as MappingFilter
    from procmaps.live.resolving import Resolution as Resolution
    from procmaps.live.resolving import resolve as resolve
    from procmaps.mapped_files.archive_member import ArchiveMember as ArchiveMember
    from procmaps.mapped_files.elf_layout import ElfLayout as ElfLayout
    from procmaps.mapped_files.elf_layout import Segment as Segment
    from procmaps.mapped_files.elf_layout import read_elf as read_elf
    from procmaps.mapped_files.grouping import modules as modules
    from procmaps.mapped_files.module import Module as Module
    from procmaps.printable import escape_bytes as escape_bytes
    from procmaps.producers.model import Producer as Producer
    from procmaps.producers.rendering import path_name as path_name
    from procmaps.producers.rendering import render as render
    from procmaps.records.device import Device as Device
    from procmaps.records.file_offset import FileOffset as FileOffset
    from procmaps.records.mapping import Mapping as Mapping
    from procmaps.records.names import AnonInode as AnonInode
    from procmaps.records.names import AnonName as AnonName
    from procmaps.records.names import AnonShmemName as AnonShmemName
    from procmaps.records.names import Ashmem as Ashmem
    from procmaps.records.names import DmaBuf as DmaBuf
    from procmaps.records.names import FileBacked as FileBacked
    from procmaps.records.names import FilePath as FilePath
    from procmaps.records.names import Heap as Heap
    from procmaps.records.names import Interpretation as Interpretation
    from procmaps.records.names import KernelFile as KernelFile
    from procmaps.records.names import Labelled as Labelled
    from procmaps.records.names import LabelledFile as LabelledFile
    from procmaps.records.names import Memfd as Memfd
    from procmaps.records.names import Name as Name
    from procmaps.records.names import Socket as Socket
    from procmaps.records.names import Special as Special
    from procmaps.records.names import Stack as Stack
    from procmaps.records.names import SysV as SysV
    from procmaps.records.names import ThreadStack as ThreadStack
    from procmaps.records.names import UnknownName as UnknownName
    from procmaps.records.names import Unnamed as Unnamed
    from procmaps.records.perms import Perms as Perms
    from procmaps.records.perms import Sharing as Sharing
    from procmaps.records.usage import ExtraField as ExtraField
    from procmaps.records.usage import Usage as Usage
    from procmaps.redaction.redacting import redact as redact
    from procmaps.search.finding import find_mappings as find_mappings
    from procmaps.search.found import FoundMapping as FoundMapping
    from procmaps.search.found import FoundMappings as FoundMappings
    from procmaps.search.locating import locate as locate
    from procmaps.search.location import Location as Location
    from procmaps.search.locations import Locations as Locations
    from procmaps.search.map_limit import MapCount as MapCount
    from procmaps.search.map_limit import MapCounts as MapCounts
    from procmaps.search.map_limit import near_map_limit as near_map_limit
    from procmaps.snapshots.dialect_detection import DialectMatch as DialectMatch
    from procmaps.snapshots.loading import dumps as dumps
    from procmaps.snapshots.loading import load as load
    from procmaps.snapshots.loading import loads as loads
    from procmaps.snapshots.mappings import Mappings as Mappings
    from procmaps.snapshots.problem import Problem as Problem
    from procmaps.snapshots.problems import Problems as Problems
    from procmaps.snapshots.snapshot import Snapshot as Snapshot
    from procmaps.snapshots.streaming import iterload as iterload

_PUBLIC_NAMES = {
    "engines.columns": "Columns",
    "engines.engine_selection": "engine",
    "engines.unparsed_range": "UnparsedRange",
    "errors": (
        "AccessDenied AddressNotMapped BackingRefused CannotRender EngineUnavailable ExtraMissing "
        "FileMissing FramesHidden InvalidArchive InvalidElf InvalidLabel InvalidOverlay "
        "InvalidRecord InvalidRules KernelThread LiveError MainThreadEnded MappingGone "
        "MemoryDenied MemoryHoles NamingError NamingUnsupported NoAddressSpace NoBacking "
        "NoFigures NoSuchProcess NotNameable NotProcfs OverBudget ParseError ProcessGone "
        "ProcmapsError QueryUnsupported RangeHasHole ReadFailed ResourceNotFound SplitFailed "
        "UnknownDialect UnknownProducer Zombie"
    ),
    "explanation.evidence": "Evidence",
    "explanation.line_explanation": "Explanation explain",
    "explanation.parts": "Part",
    "extraction": "Extract account_for extract",
    "extraction.results": "ByteSpan Doubt PartialMapping Repair SkippedLine",
    "formats.labels": "is_valid_anon_label label_error",
    "formats.releases": "Release Span",
    "formats.vm_flags": "VmFlagInfo VmFlags",
    "live.anon_names": "named_mmap naming_supported set_anon_name",
    "live.backing": "Backing",
    "live.backing_opening": "open_backing",
    "live.gaps": "Gap",
    "live.loaded_module": "LoadedModule",
    "live.loaded_modules": "LoadedModules process_modules",
    "live.memory": "Memory MemoryHole MemoryPiece iter_memory read_memory",
    "live.process_groups": "cgroup_pids tree_pids user_pids",
    "live.process_snapshots": "maps rollup smaps",
    "live.processes": "iter_snapshots pids",
    "live.querier": "Querier QueryResult query",
    "live.query_ioctl": "MappingFilter",
    "live.resolving": "Resolution resolve",
    "mapped_files.archive_member": "ArchiveMember",
    "mapped_files.elf_layout": "ElfLayout Segment read_elf",
    "mapped_files.grouping": "modules",
    "mapped_files.module": "Module",
    "printable": "escape_bytes",
    "producers.model": "Producer",
    "producers.rendering": "path_name render",
    "records.device": "Device",
    "records.file_offset": "FileOffset",
    "records.mapping": "Mapping",
    "records.names": (
        "AnonInode AnonName AnonShmemName Ashmem DmaBuf FileBacked FilePath Heap Interpretation "
        "KernelFile Labelled LabelledFile Memfd Name Socket Special Stack SysV ThreadStack "
        "UnknownName Unnamed"
    ),
    "records.perms": "Perms Sharing",
    "records.usage": "ExtraField Usage",
    "redaction.redacting": "redact",
    "search.finding": "find_mappings",
    "search.found": "FoundMapping FoundMappings",
    "search.locating": "locate",
    "search.location": "Location",
    "search.locations": "Locations",
    "search.map_limit": "MapCount MapCounts near_map_limit",
    "snapshots.dialect_detection": "DialectMatch",
    "snapshots.loading": "dumps load loads",
    "snapshots.mappings": "Mappings",
    "snapshots.problem": "Problem",
    "snapshots.problems": "Problems",
    "snapshots.snapshot": "Snapshot",
    "snapshots.streaming": "iterload",
}
"""Public names by module, for `__getattr__`. A test compares them with the imports above."""

_MODULES = {name: module for module, names in _PUBLIC_NAMES.items() for name in names.split()}

if not TYPE_CHECKING:  # type checkers take the names from the imports above
    __all__ = tuple(_MODULES)


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = globals()[name] = getattr(_import_module(f"procmaps.{_MODULES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*_MODULES, *(name for name in globals() if name.startswith("__"))})
