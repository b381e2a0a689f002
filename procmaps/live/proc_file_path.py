"""One file of one process or thread in a procfs: `ProcFile`."""

from __future__ import annotations

from typing import Literal

import attrs

from procmaps._arguments import StrOrBytesPath, as_count, as_path
from procmaps.formats.file_kinds import FileKind

Pid = int | Literal["self"]

Root = StrOrBytesPath
"""The mount point of a procfs."""


def root_path(root: Root) -> str:
    """Return *root* as a ``str``. Raises `TypeError` if it is no path."""
    return str(as_path(root))


@attrs.frozen
class ProcFile:
    """The file *kind* of a process, or of one of its threads, in the procfs at *root*.

    Raises `TypeError` for a pid or tid that is no integer, `ValueError` for one below 1.
    """

    pid: Pid
    kind: FileKind
    tid: int | None = None
    root: str = "/proc"

    def __attrs_post_init__(self) -> None:
        if self.pid != "self":
            as_count("pid", self.pid, least=1, alternative='"self"')
        if self.tid is not None:
            as_count("tid", self.tid, least=1)

    @property
    def process_folder(self) -> str:
        """The folder of the process."""
        return f"{self.root}/{self.pid}"

    @property
    def folder(self) -> str:
        """The folder of the file: that of the thread, if there is a tid, or of the process."""
        return self.process_folder if self.tid is None else f"{self.process_folder}/task/{self.tid}"

    @property
    def path(self) -> str:
        """The path of the file."""
        return f"{self.folder}/{self.kind}"

    @property
    def who(self) -> str:
        """The process or thread, in words for an error message."""
        process = "the calling process" if self.pid == "self" else f"process {self.pid}"
        return process if self.tid is None else f"thread {self.tid} of {process}"
