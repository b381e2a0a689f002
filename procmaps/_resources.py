"""Locate the project's data files: the grammar and the corpus.

In a checkout they are top-level folders (`grammar/`, `corpus/`). A wheel has them inside the
package (`procmaps/_data/grammar`, `procmaps/_data/corpus`). An editable install has only the
checkout's folders. No other module knows these paths.
"""

from pathlib import Path, PurePosixPath
from typing import Final

from procmaps.errors import ResourceNotFound

_PACKAGE: Final = Path(__file__).resolve().parent


def _roots() -> tuple[Path, ...]:
    """Return the folders that may contain `grammar/` and `corpus/`, the installed one first.

    The parent of the package counts only if it is a checkout of this project. For an installed
    package it is site-packages, and a folder `grammar` there belongs to some other package.
    """
    installed = _PACKAGE / "_data"
    checkout = _PACKAGE.parent
    return (installed, checkout) if (checkout / "pyproject.toml").is_file() else (installed,)


def path(name: str) -> Path:
    """Return the path of a data file or folder.

    `name` is relative, with forward slashes: `"grammar/header.lark"`, `"corpus/cases"`.

    Raises `ResourceNotFound` if it exists in no known folder. Raises `ValueError` if `name` is
    empty, absolute or contains `..`.
    """
    parts = PurePosixPath(name).parts
    if not parts or parts[0] == "/" or ".." in parts:
        raise ValueError(
            f"not the name of a data file: {name!r}; expected a path relative to the project, "
            "such as 'grammar/header.lark'"
        )
    candidates = tuple(root.joinpath(*parts) for root in _roots())
    for candidate in candidates:
        if candidate.exists():
            return candidate
    raise ResourceNotFound(name, candidates)


def read(name: str) -> bytes:
    """Return the content of a data file; `name` and errors are as for `path`.

    Raises `IsADirectoryError` for a folder.
    """
    return path(name).read_bytes()
