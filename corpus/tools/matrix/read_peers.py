"""The parsers of ``corpus/peers``, read from their ``peer.toml`` files."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Literal, get_args

import attrs

from procmaps.formats.file_kinds import FILE_KINDS, FileKind

FOLDER: Final = Path(__file__).parents[2] / "peers"
SDK: Final = FOLDER / "sdk"

Source = Literal["PyPI", "Debian", "crates.io", "Go modules", "Maven", "npm", "CPAN"]
View = Literal[
    "all",
    "executable",
    "libraries",
    "modules_of_bcc",
    "files_and_unnamed",
    "paths",
    "files",
    "modules",
    "total",
]


@attrs.frozen
class InvalidPeer(ValueError):
    """A peer's folder or ``peer.toml`` is not valid."""

    file: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


@attrs.frozen(kw_only=True)
class Peer:
    """One parser. The attributes are the keys of its ``peer.toml``."""

    name: str
    """Name of the folder."""
    title: str
    """Name for people."""
    language: str
    """Language of the parser. The adapter may use another."""
    source: Source
    """Registry that it is installed from."""
    package: str
    version: str
    """Version that `expected.json` describes; empty if it was never installed."""
    entry_point: str
    """The function or command that the adapter runs."""
    reads: tuple[FileKind, ...] = ()
    """Kinds of files that it reads. It gets dumps of these kinds."""
    overlay: bool = False
    """Whether it can only read /proc/PID. It then runs on a decoy process, as root."""
    decoy: Literal["", "self"] = ""
    """``self``: the adapter itself, called as ``adapter infinity``, is the decoy process."""
    python: str = ""
    """Interpreter to use instead of the running one, for Debian's own packages."""
    unlisted: bool = False
    """A Go module that the checksum database does not list."""
    crates: dict[str, str] = attrs.field(factory=dict[str, str])
    """Other crates that the adapter uses, with their versions."""
    view: View = "all"
    """The mappings that it returns by design: see `corpus.tools.matrix.views`."""
    flags_left_out: tuple[str, ...] = ()
    """VmFlags of mappings that it omits by design."""
    made_executable: bool = False
    """It keeps only executable mappings, so every mapping of a case is made executable."""
    note: str = ""
    """Notes on members that it does not return by design, and is not judged by."""
    users: str = ""
    """Well-known projects that use it."""
    reason: str = ""
    """Reason why it cannot be run. The peer keeps its row, without a verdict."""

    @property
    def folder(self) -> Path:
        """The peer's folder."""
        return FOLDER / self.name

    @property
    def adapter(self) -> Path:
        """The adapter's source. Raises `InvalidPeer` unless there is exactly one."""
        found = [*self.folder.glob("adapter.*"), *self.folder.glob("Adapter.*")]
        if len(found) != 1:
            raise InvalidPeer(str(self.folder), f"expected one file adapter.*, found {len(found)}")
        return found[0]


_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "source": get_args(Source),
    "view": get_args(View),
}


def load(names: Iterable[str] = ()) -> tuple[Peer, ...]:
    """Return all peers, or those of *names*.

    Raises `InvalidPeer`, or `LookupError` for an unknown name.
    """
    wanted = tuple(names)
    known = {file.parent.name: file for file in sorted(FOLDER.glob("*/peer.toml"))}
    if missing := [name for name in wanted if name not in known]:
        unknown = ", ".join(map(repr, missing))
        raise LookupError(f"unknown peer {unknown}; the peers are: {', '.join(known)}")
    return tuple(read(known[name]) for name in wanted or known)


def read(file: Path) -> Peer:
    """Return the peer that *file*, a ``peer.toml``, describes. Raises `InvalidPeer`."""
    table: dict[str, Any] = tomllib.loads(file.read_text())
    for key, words in _WORDS.items():
        if key in table and table[key] not in words:
            reason = f"{key} is {table[key]!r}, expected one of: {', '.join(words)}"
            raise InvalidPeer(str(file), reason)
    if not set(table.get("reads", ())).issubset(FILE_KINDS):
        raise InvalidPeer(
            str(file), f"reads is {table['reads']}, expected some of: {', '.join(FILE_KINDS)}"
        )
    for key in ("reads", "flags_left_out"):
        table[key] = tuple(table.get(key, ()))
    try:
        peer = Peer(name=file.parent.name, **table)
    except TypeError as error:
        raise InvalidPeer(str(file), str(error)) from None
    if not peer.reason and not (peer.reads and peer.version):
        raise InvalidPeer(str(file), "`reads` and `version` are required unless `reason` is set")
    return peer
