"""Build IDs of mapped files, each file asked once: `BuildIds`."""

from __future__ import annotations

from collections.abc import Iterable

from procmaps.live.loaded_modules import modules_of_files
from procmaps.live.querier import Querier
from procmaps.mapped_files.grouping import in_archive
from procmaps.records.file_key import FileKey, file_key
from procmaps.records.mapping import Mapping
from procmaps.search.tops import Top, top_of

_Key = tuple[FileKey, int]
"""A file, and an offset in an archive, or 0 for any other file."""

_View = Top | int
"""Where the paths of a process begin: elsewhere, another file can have the same key. If that cannot
be read, the process, whose answers are kept apart then."""


class BuildIds:
    """Reads build IDs from the mapped files themselves, also if their paths have gone.

    Of an archive, such as an APK, each library has its own. *root* is the procfs.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._by_view: dict[_View, dict[_Key, bytes | None]] = {}

    def of(self, pid: int, mappings: list[Mapping]) -> list[bytes | None]:
        """Return the build ID of each of *mappings*, which were read from *pid*.

        None for a mapping without an ELF file that has one, or one that has changed since. Raises
        `procmaps.LiveError` as `procmaps.Querier` does.
        """
        known = self._by_view.setdefault(self._view(pid), {})
        keys = [_key(mapping) for mapping in mappings]
        unknown = [
            mapping
            for key, mapping in zip(keys, mappings, strict=True)
            if key is not None and key not in known
        ]
        archives = {file_key(each) for each in unknown if in_archive(each)}
        if archives:
            self._read_archives(pid, archives, known)
        files = [each for each in unknown if not in_archive(each)]
        if files:
            self._query(pid, files, known)
        return [None if key is None else known.get(key) for key in keys]

    def _view(self, pid: int) -> _View:
        try:
            return top_of(pid, self._root)
        except OSError:
            return pid

    def _query(
        self, pid: int, mappings: Iterable[Mapping], known: dict[_Key, bytes | None]
    ) -> None:
        with Querier(pid, root=self._root) as querier:
            for mapping in mappings:
                key = _key(mapping)
                if key is None or key in known:
                    continue
                found = querier.query(mapping.start, build_id=True)
                if found is not None and _key(found.mapping) == key:
                    known[key] = found.build_id

    def _read_archives(
        self, pid: int, archives: set[FileKey], known: dict[_Key, bytes | None]
    ) -> None:
        for loaded in modules_of_files(pid, archives, root=self._root):
            for mapping in loaded.module.mappings:
                if (key := _key(mapping)) is not None:
                    known[key] = loaded.build_id


def _key(mapping: Mapping) -> _Key | None:
    if not mapping.has_file:
        return None
    return file_key(mapping), mapping.offset if in_archive(mapping) else 0
