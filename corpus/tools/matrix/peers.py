"""The parsers of ``corpus/peers``, as their ``peer.toml`` files tell of them."""

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
    """A ``peer.toml`` that does not say what it must."""

    file: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


@attrs.frozen(kw_only=True)
class Peer:
    """One parser; the attributes are the keys of its ``peer.toml``."""

    name: str
    """The folder's name."""
    title: str
    """For people."""
    language: str
    """What the parser is written in; its adapter may be in another."""
    source: Source
    """Which registry it is installed from."""
    package: str
    version: str
    """The version that `expected.json` is about; empty where it was never installed."""
    face: str
    """Which function or command of it is run."""
    reads: tuple[FileKind, ...] = ()
    """Which files it reads, and so which dumps it gets."""
    overlay: bool = False
    """Whether it reads nothing but /proc/PID: it is run on a decoy process, as root."""
    decoy: Literal["", "self"] = ""
    """``self``: the adapter is itself the process to look at, when called ``adapter infinity``."""
    python: str = ""
    """Another interpreter than this one, for what Debian installs into its own."""
    unlisted: bool = False
    """A Go module that the checksum database does not know: only its proxy vouches for it."""
    crates: dict[str, str] = attrs.field(factory=dict[str, str])
    """Other crates that the adapter names types of, with their versions."""
    view: View = "all"
    """What it gives by design: see `corpus.tools.matrix.views`."""
    flags_left_out: tuple[str, ...] = ()
    """Mappings with one of these VmFlags it leaves out by design."""
    made_executable: bool = False
    """It keeps only what can be executed: every mapping of a case is given the right to be."""
    note: str = ""
    """What it does not give, and so is not judged by."""
    users: str = ""
    """Who stands on it."""
    reason: str = ""
    """Why it cannot be run here: it keeps its row, without a verdict."""

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return FOLDER / self.name

    @property
    def adapter(self) -> Path:
        """The adapter's source. Raises `InvalidPeer` where there is none, or more than one."""
        found = [*self.folder.glob("adapter.*"), *self.folder.glob("Adapter.*")]
        if len(found) != 1:
            raise InvalidPeer(str(self.folder), f"one adapter is due, there are {len(found)}")
        return found[0]


_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "source": get_args(Source),
    "view": get_args(View),
}


def load(names: Iterable[str] = ()) -> tuple[Peer, ...]:
    """All peers, or those named. Raises `InvalidPeer`, and `LookupError` for a wrong name."""
    wanted = tuple(names)
    known = {file.parent.name: file for file in sorted(FOLDER.glob("*/peer.toml"))}
    if missing := [name for name in wanted if name not in known]:
        raise LookupError(f"no such peer: {', '.join(missing)}; there are: {', '.join(known)}")
    return tuple(read(known[name]) for name in wanted or known)


def read(file: Path) -> Peer:
    """One peer from its ``peer.toml``. Raises `InvalidPeer`."""
    table: dict[str, Any] = tomllib.loads(file.read_text())
    for key, words in _WORDS.items():
        if key in table and table[key] not in words:
            told = f"{key} is {table[key]!r}; it is one of {', '.join(words)}"
            raise InvalidPeer(str(file), told)
    if not set(table.get("reads", ())).issubset(FILE_KINDS):
        raise InvalidPeer(str(file), f"reads is {table['reads']}; it is of {', '.join(FILE_KINDS)}")
    for key in ("reads", "flags_left_out"):
        table[key] = tuple(table.get(key, ()))
    try:
        peer = Peer(name=file.parent.name, **table)
    except TypeError as error:
        raise InvalidPeer(str(file), str(error)) from None
    if not peer.reason and not (peer.reads and peer.version):
        raise InvalidPeer(str(file), "a peer that can be run has `reads` and a `version`")
    return peer
