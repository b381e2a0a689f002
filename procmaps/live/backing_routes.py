"""Ways to reach the file of a mapping: each is a path that may or may not lead to that file."""

# ruff: noqa: PTH115 - names are bytes, which pathlib does not accept

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import Literal

import attrs

from procmaps.live.proc_file_path import ProcFile
from procmaps.live.regular_file import open_regular
from procmaps.records.mapping import Mapping
from procmaps.records.names import FileBacked

How = Literal["map_files", "path", "exe", "memory"]
r"""The way to a file: the link in ``map_files``; its path; ``exe``; put together from memory."""

_MAX_PATHS = 64
r"""Interpretations of a name that are tried: each ``\012`` doubles their number."""


@attrs.frozen
class Route:
    """A path that may lead to the file of a mapping."""

    how: How
    path: bytes
    right: str = ""
    """The capability that following it takes."""


def routes(mapping: Mapping, file: ProcFile) -> Iterator[Route]:
    """Yield every way to the file of *mapping*, the surest first."""
    folder = os.fsencode(file.process_folder)
    yield Route(
        "map_files",
        folder + b"/map_files/%x-%x" % (mapping.start, mapping.end),
        "CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN in the first user namespace",
    )
    right = "CAP_SYS_PTRACE in the user namespace of that process"
    if isinstance(mapping.name, FileBacked):
        for path in dict.fromkeys(_paths(mapping.name, folder)):
            yield Route("path", path, right if path.startswith(folder + b"/root/") else "")
    yield Route("exe", folder + b"/exe", right)


def _paths(name: FileBacked, folder: bytes) -> Iterator[bytes]:
    """Yield the paths of a name, from the process's root and from ours.

    ``d_path()`` starts from the reader's root, or from the top of another mount namespace. So for a
    process in a chroot the path may begin with that folder.
    """
    top = folder + b"/root"
    try:
        inside = os.readlink(top)
    except OSError:
        inside = b"/"  # opening the paths below it fails, too, and that is reported
    for each in islice(name.interpretations(), _MAX_PATHS):
        if each.kind != "file" or not each.value.startswith(b"/"):
            continue
        yield top + each.value
        yield each.value
        if inside != b"/" and each.value.startswith(inside + b"/"):
            yield top + each.value.removeprefix(inside)


def open_route(route: Route) -> int:
    """Open the regular file at the end of *route* for reading; the caller closes it.

    Raises what `open_regular` raises.
    """
    # The links of procfs lead to one file each; other links may lead anywhere.
    return open_regular(route.path, follow=route.how != "path")
