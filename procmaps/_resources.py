"""Where the project's data files stand: the grammar and the corpus.

They live in top-level folders of a checkout (`grammar/`, `corpus/`), and a wheel carries them
inside the package (`procmaps/_data/grammar`, `procmaps/_data/corpus`). An editable install has
the first and not the second. This module is the one place that knows.
"""

from pathlib import Path, PurePosixPath
from typing import Final

import attrs

from procmaps.errors import ProcmapsError

_PACKAGE: Final = Path(__file__).resolve().parent


@attrs.frozen
class ResourceNotFound(ProcmapsError, LookupError):
    """A data file of the project is neither installed nor in a checkout around the package."""

    name: str
    looked: tuple[Path, ...]
    """Every place where it might have been, in the order of the search."""

    def __str__(self) -> str:
        places = " or ".join(str(place) for place in self.looked)
        return (
            f"no data file {self.name!r}: it is not at {places}; if the name is right, the "
            "installation of procmaps-spec is incomplete: install it anew, or run from a whole "
            "checkout"
        )


def _roots() -> tuple[Path, ...]:
    """The folders that may hold `grammar/` and `corpus/`, the installed one first.

    The folder around the package counts only when it is a checkout of ours: around an installed
    package it is site-packages, where a folder called `grammar` would be somebody else's.
    """
    installed = _PACKAGE / "_data"
    checkout = _PACKAGE.parent
    return (installed, checkout) if (checkout / "pyproject.toml").is_file() else (installed,)


def path(name: str) -> Path:
    """The place of a data file or folder.

    `name` is relative, with forward slashes: `"grammar/header.lark"`, `"corpus/cases"`.

    Raises `ResourceNotFound` when no known place holds it, and `ValueError` when `name` is
    empty, absolute or climbs out with `..`.
    """
    parts = PurePosixPath(name).parts
    if not parts or parts[0] == "/" or ".." in parts:
        raise ValueError(
            f"not the name of a data file: {name!r}; give it relative to the project, "
            "such as 'grammar/header.lark'"
        )
    candidates = tuple(root.joinpath(*parts) for root in _roots())
    for candidate in candidates:
        if candidate.exists():
            return candidate
    raise ResourceNotFound(name, candidates)


def read(name: str) -> bytes:
    """The content of a data file; `name` and errors are those of `path`.

    Raises `IsADirectoryError` for a folder.
    """
    return path(name).read_bytes()
