"""Build IDs of mapped files, each file asked once: `BuildIds`."""

from __future__ import annotations

from procmaps.live.querier import Querier
from procmaps.records.file_key import FileKey, file_key
from procmaps.records.mapping import Mapping


class BuildIds:
    """Reads build IDs from the mapped files themselves, also if their paths have gone.

    *root* is the procfs.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._known: dict[FileKey, bytes | None] = {}

    def of(self, pid: int, mappings: list[Mapping]) -> list[bytes | None]:
        """Return the build ID of each of *mappings*, which were read from *pid*.

        None for a mapping without an ELF file that has one, or one that has changed since. Raises
        `procmaps.LiveError` as `procmaps.Querier` does.
        """
        keys = [_key(mapping) for mapping in mappings]
        if any(key is not None and key not in self._known for key in keys):
            with Querier(pid, root=self._root) as querier:
                for key, mapping in zip(keys, mappings, strict=True):
                    if key is None or key in self._known:
                        continue
                    found = querier.query(mapping.start, build_id=True)
                    if found is not None and _key(found.mapping) == key:
                        self._known[key] = found.build_id
        return [None if key is None else self._known.get(key) for key in keys]


def _key(mapping: Mapping) -> FileKey | None:
    return file_key(mapping) if mapping.has_file else None
