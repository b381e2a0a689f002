"""The keys by which mappings are grouped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from types import MappingProxyType
from typing import Final, Literal, get_args

import attrs

from procmaps.records.names import FileBacked, Name
from procmaps.records.perms import Perms
from procmaps.usage.groups import Component
from procmaps.usage.process_facts import ProcessFacts
from procmaps.usage.rules import label_of

Key = Literal[
    "group", "owner", "kind", "label", "file", "name", "perms", "process", "command", "user"
]

KEYS: Final[tuple[Key, ...]] = get_args(Key)

_ATTRIBUTES: Final = {"process": "pid", "command": "command", "user": "user"}

OF_PROCESS: Final = tuple(_ATTRIBUTES)
"""The keys that depend on the process, so that a process without mappings has a value, too."""

Components = tuple[Component, ...]

Path = tuple[tuple[str, Component], ...]
"""The names of a group and of those that contain it, from the outermost, each with its key."""


@attrs.frozen
class Facts:
    """What a mapping is grouped by.

    name      Its name.
    perms     Its permissions, as `procmaps.Perms.flags`.
    process   The process that it belongs to; None for a dump.
    place     The place of its name in the tree of groups.
    """

    name: Name
    perms: int
    process: ProcessFacts | None
    place: Components

    @property
    def path(self) -> bytes | None:
        """The path of its file."""
        return self.name.path if isinstance(self.name, FileBacked) else None


def _one(value: Component) -> Components:
    return () if value is None else (value,)


def _of_process(key: str) -> Callable[[Facts], Components]:
    return lambda facts: _one(getattr(facts.process, _ATTRIBUTES[key], None))


_COMPONENTS: Final[Mapping[str, Callable[[Facts], Components]]] = MappingProxyType(
    {
        "group": lambda facts: facts.place,
        "owner": lambda facts: facts.place[:1] or (facts.name.kind,),
        "kind": lambda facts: (facts.name.kind,),
        "label": lambda facts: _one(label_of(facts.name)),
        "file": lambda facts: _one(facts.path),
        "name": lambda facts: _one(facts.name.raw or None),
        "perms": lambda facts: (str(Perms.from_flags(facts.perms)),),
        **{key: _of_process(key) for key in OF_PROCESS},
    }
)


def keys_of(by: Key | Sequence[Key]) -> tuple[Key, ...]:
    """Return *by* as a tuple of `KEYS`. Raises `ValueError` for any other word."""
    keys: tuple[Key, ...] = (by,) if isinstance(by, str) else tuple(by)
    for key in keys:
        if key not in KEYS:
            raise ValueError(f"unknown key {key!r}; known are: {', '.join(KEYS)}")
        if keys.count(key) > 1:
            raise ValueError(f"the key {key!r} is given twice")
    return keys


def path_of(keys: Sequence[str], facts: Facts) -> Path:
    """Return the names of the groups of a mapping, from the outermost, each with its key.

    A key without a value has the name None, so that later keys stay at their level; the last key
    then has no group.
    """
    path: list[tuple[str, Component]] = []
    for key in keys:
        components = _COMPONENTS[key](facts)
        if not components and key != keys[-1]:
            components = (None,)
        path.extend((key, each) for each in components)
    return tuple(path)


def path_of_process(keys: Sequence[str], process: ProcessFacts | None) -> Path:
    """Return the names of the groups of a process that could not be read.

    Only the first keys can have a value, as long as they depend on the process.
    """
    known = takewhile(OF_PROCESS.__contains__, keys)
    return tuple((key, getattr(process, _ATTRIBUTES[key], None)) for key in known)
