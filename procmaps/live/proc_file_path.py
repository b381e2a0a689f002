"""One file of one process or thread in a procfs: `ProcFile`."""

from __future__ import annotations

from procmaps._arguments import StrOrBytesPath, as_count, as_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from procmaps.formats.file_kinds import FileKind

    Pid = int | Literal["self"]
    ProcKind = FileKind | Literal["pagemap"]
    """The name of the file: one of the three texts, or ``pagemap``."""
else:
    Pid = int | str  # typing takes long to import

Root = StrOrBytesPath
"""The mount point of a procfs."""


ROOT = "/proc"
"""Where the procfs is usually mounted."""


def root_path(root: Root) -> str:
    """Return *root* as a ``str``. Raises `TypeError` if it is no path."""
    return ROOT if root == ROOT else str(as_path(root))


class ProcFile:
    """The file *kind* of a process, or of one of its threads, in the procfs at *root*.

    Raises `TypeError` for a pid or tid that is no integer, `ValueError` for one below 1.
    """

    def __init__(self, pid: Pid, kind: ProcKind, tid: int | None = None, root: str = ROOT) -> None:
        if pid != "self":
            as_count("pid", pid, least=1, alternative='"self"')
        if tid is not None:
            as_count("tid", tid, least=1)
        self.pid: Pid = pid
        self.kind: ProcKind = kind
        self.tid = tid
        self.root = root

    def of_thread(self, tid: int) -> ProcFile:
        """Return the same file of a thread of the process."""
        return ProcFile(self.pid, self.kind, tid, self.root)

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
