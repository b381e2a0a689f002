"""Locate the project's data files: the grammar and the corpus.

In a checkout they are top-level folders (`grammar/`, `corpus/`). A wheel has them inside the
package (`procmaps/_data/grammar`, `procmaps/_data/corpus`). An editable install has only the
checkout's folders. No other module knows these paths.
"""

from __future__ import annotations

import functools
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_get_data: Callable[[str], bytes] = globals()["__loader__"].get_data
"""Reads a file beside the package, also if the package is in a zip file."""

# Without pathlib, which takes long to import.
_PACKAGE = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120


def _roots() -> tuple[str, ...]:
    """Return the folders that may contain `grammar/` and `corpus/`, the installed one first.

    The parent of the package counts only if it is a checkout of this project. For an installed
    package it is site-packages, and a folder `grammar` there belongs to some other package.
    """
    return _roots_of(os.fspath(_PACKAGE))


@functools.cache
def _roots_of(package: str) -> tuple[str, ...]:
    installed, checkout = f"{package}/_data", os.path.dirname(package)  # noqa: PTH120
    is_checkout = os.path.isfile(f"{checkout}/pyproject.toml")  # noqa: PTH113
    return (installed, checkout) if is_checkout else (installed,)


def is_checkout() -> bool:
    """Return whether the package is run from a checkout of this project."""
    return len(_roots()) > 1


def find(name: str) -> bytes | None:
    """Return the content of a data file, or None if it exists in no known folder.

    `name` is as for `path`, and is not checked. The package may be in a zip file.
    """
    for root in _roots():
        try:
            return _get_data(f"{root}/{name}")
        except OSError:
            continue
    return None


def path(name: str) -> Path:
    """Return the path of a data file or folder.

    `name` is relative, with forward slashes: `"grammar/header.lark"`, `"corpus/cases"`.

    Raises `ResourceNotFound` if it exists in no known folder. Raises `ValueError` if `name` is
    empty, absolute or contains `..`.
    """
    from pathlib import Path  # noqa: PLC0415 - slow to import

    from procmaps.errors import ResourceNotFound  # noqa: PLC0415 - needed only here

    parts = _parts(name)
    candidates = tuple(Path(root, *parts) for root in _roots())
    for candidate in candidates:
        if candidate.exists():
            return candidate
    raise ResourceNotFound(name, candidates)


def read(name: str) -> bytes:
    """Return the content of a data file; `name` and errors are as for `path`.

    Raises `IsADirectoryError` for a folder.
    """
    found = find("/".join(_parts(name)))
    return path(name).read_bytes() if found is None else found


def _parts(name: str) -> tuple[str, ...]:
    from pathlib import PurePosixPath  # noqa: PLC0415 - slow to import

    parts = PurePosixPath(name).parts
    if not parts or parts[0] == "/" or ".." in parts:
        raise ValueError(
            f"not the name of a data file: {name!r}; expected a path relative to the project, "
            "such as 'grammar/header.lark'"
        )
    return parts
