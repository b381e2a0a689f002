"""The public API: everything that a caller meets can be imported from `procmaps`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Iterator
from functools import cached_property
from importlib import metadata
from typing import cast

import attrs
import pytest

import procmaps
from procmaps import errors, lint, pages, usage
from procmaps.formats.smaps_fields import FIELDS
from tests.support.annotations import hints, names_for_checkers

NAMES = procmaps._MODULES  # pyright: ignore[reportPrivateUsage]
PUBLIC: dict[str, object] = {name: getattr(procmaps, name) for name in NAMES}


def test_version_is_that_of_the_installed_distribution() -> None:
    assert metadata.version("procmaps-spec") == procmaps.__version__


def test_every_exception_of_errors_is_public() -> None:
    raised = {
        name: value
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.ProcmapsError)
    }
    assert raised.items() <= PUBLIC.items()


def _exceptions() -> Iterator[type]:
    """Yield every public exception class that some module of the library defines."""
    for module in pkgutil.walk_packages(procmaps.__path__, "procmaps."):
        if module.name.split(".")[1] in ("__main__", "check", "cli", "pytest_plugin"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if inspect.isclass(value) and issubclass(value, errors.ProcmapsError):
                assert not name.startswith("_")
                yield value


def test_every_exception_of_the_library_is_in_errors() -> None:
    assert {value.__module__ for value in _exceptions()} == {"procmaps.errors"}


# --- signatures -----------------------------------------------------------------------------------


def _classes(annotation: object) -> Iterator[type]:
    """Yield the classes of this package in a type annotation.

    Without protocols, which a caller need not import, and without `procmaps.producers` and
    `procmaps.formats`, which are public themselves.
    """
    if (
        isinstance(annotation, type)
        and annotation.__module__.startswith("procmaps.")
        and not annotation.__module__.startswith(("procmaps.formats", "procmaps.producers"))
        and not getattr(annotation, "_is_protocol", False)
    ):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _classes(argument)


def _annotations(value: object) -> Iterator[object]:
    """Yield the types of everything that a public function or class takes, returns or has."""
    if inspect.isfunction(value):
        yield from hints(value).values()
    elif inspect.isclass(value):
        if attrs.has(value):
            fields = attrs.fields(attrs.resolve_types(value, localns=names_for_checkers(value)))
            yield from (field.type for field in fields if not field.name.startswith("_"))
        for name, member in inspect.getmembers(value):
            if name.startswith("_"):
                continue
            function: object = member
            if isinstance(member, property):
                function = member.fget
            elif isinstance(member, cached_property):
                function = cast("cached_property[object]", member).func
            function = getattr(function, "__func__", function)
            if inspect.isfunction(function):
                yield from hints(function).values()


@pytest.mark.parametrize("name", PUBLIC)
def test_every_type_in_a_public_signature_is_public(name: str) -> None:
    types = {found for each in _annotations(PUBLIC[name]) for found in _classes(each)}
    assert {found.__qualname__ for found in types if found not in PUBLIC.values()} == set()


# --- documentation --------------------------------------------------------------------------------


def _described(record: type) -> dict[str, str]:
    """Return the description of each attribute in the docstring of *record*, on one line each."""
    found: dict[str, str] = {}
    name = ""
    lines = inspect.cleandoc(record.__doc__ or "").split("\n")
    for line in lines[1:]:
        word, _, text = line.partition(" ")
        if not line:
            name = ""
        elif not line.startswith(" ") and text.startswith(" "):
            name = word
            found[name] = text.strip()
        elif name:
            found[name] += f" {line.strip()}"
    return found


DOCUMENTED = (
    "procmaps.errors",
    "procmaps.explanation",
    "procmaps.extraction",
    "procmaps.formats",
    "procmaps.lint",
    "procmaps.producers",
    "procmaps.records",
    "procmaps.pages",
    "procmaps.search",
    "procmaps.usage",
)
"""Modules whose public classes describe their attributes in the docstring."""

RECORDS = [
    value
    for value in (
        *PUBLIC.values(),
        *(getattr(module, name) for module in (lint, pages, usage) for name in module.__all__),
    )
    if inspect.isclass(value) and attrs.has(value) and value.__module__.startswith(DOCUMENTED)
]


def test_records_are_documented() -> None:
    names = {record.__name__ for record in RECORDS}
    assert {"Mapping", "Usage", "Perms", "Device", "ParseError", "Producer"} <= names
    assert {"Extract", "Explanation", "Finding"} <= names


@pytest.mark.parametrize(
    "record", RECORDS, ids=lambda record: f"{record.__module__}.{record.__name__}"
)
def test_help_describes_every_attribute(record: type[attrs.AttrsInstance]) -> None:
    # A subclass need not repeat what a base class says, as of `Name.raw` and `Labelled.label`.
    described: dict[str, str] = {}
    for each in reversed(record.__mro__):
        described |= _described(each)
    fields = {field.name for field in attrs.fields(record) if not field.name.startswith("_")}
    assert fields - {name for name, text in described.items() if text} == set()


@pytest.mark.parametrize("record", PUBLIC.values(), ids=PUBLIC)
def test_everything_public_has_a_docstring(record: object) -> None:
    assert (inspect.getdoc(record) or "").strip()


def test_help_of_usage_repeats_the_table() -> None:
    described = _described(procmaps.Usage)
    del described["extra"]
    assert described == {field.attribute: field.meaning for field in FIELDS.values()}
