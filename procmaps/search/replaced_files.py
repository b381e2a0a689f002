"""Whether the file at the path of a mapping is still the mapped one."""

from __future__ import annotations

import errno as codes
import os

from procmaps.live.failures import EXHAUSTED
from procmaps.records.mapping import Mapping
from procmaps.search.file_identity import FileIdentity, identity_of, printed_identity, stat_identity
from procmaps.search.tops import Top, top_of


class ReplacedFiles:
    """Finds files that were replaced; looks at each path once for all processes that see it.

    *root* is the procfs. A path is looked up as its process sees it, under ``/proc/PID/root``.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._tops: dict[int, Top] = {}
        self._same: dict[tuple[Top, bytes, FileIdentity], bool] = {}

    def is_replaced(self, pid: int, mapping: Mapping) -> bool:
        """Return whether another file is at the path of *mapping*, or none.

        False for a mapping without a path, and for a path that cannot be looked up. Raises
        `OSError` if the process has ended, and if this one may open no more files.
        """
        path, file = mapping.path, identity_of(mapping)
        if path is None or file is None:
            return False
        key = self._top(pid), path, file
        if key not in self._same:
            self._same[key] = self._is_at(pid, path, file)
        return not self._same[key]

    def _top(self, pid: int) -> Top:
        if pid not in self._tops:
            self._tops[pid] = top_of(pid, self._root)
        return self._tops[pid]

    def _is_at(self, pid: int, path: bytes, file: FileIdentity) -> bool:
        # A chrooted process has no path that begins here; d_path() shows the reader's view.
        top = self._tops[pid][1]
        inside = path.removeprefix(top) if path.startswith(top.rstrip(b"/") + b"/") else path
        seen = os.fsencode(f"{self._root}/{pid}/root") + b"/" + inside.lstrip(b"/")
        try:
            return file == stat_identity(seen) or file == printed_identity(seen)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            if error.errno in EXHAUSTED:
                raise
            # A loop of links is no file. Any other reason, such as no permission, a path that is
            # too long below /proc, or a server that is away, says nothing of what is there.
            return error.errno != codes.ELOOP
