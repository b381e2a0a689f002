"""A position in a mapped file: `FileOffset`."""

from __future__ import annotations

import attrs

from procmaps.records.mapping import Mapping


@attrs.frozen
class FileOffset:
    """The byte of a file that an address shows.

    mapping   The mapping that contains the address; its ``device`` and ``inode`` identify the file.
    offset    Offset in that file, in bytes. It may be past the end of the file: the last page of a
              mapping is whole.
    """

    mapping: Mapping
    offset: int

    @property
    def path(self) -> bytes | None:
        """The most likely path of the file, as `Mapping.path`."""
        return self.mapping.path
