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
AUDITS: Final = FOLDER / "audits"
"""What several audits share. No adapter uses it."""

Source = Literal[
    "PyPI", "Debian", "crates.io", "Go modules", "Go toolchain", "Maven", "npm", "CPAN"
]
Class = Literal["parser", "idiom"]
View = Literal[
    "all",
    "accessible",
    "executable",
    "libraries",
    "modules_of_bcc",
    "files_and_unnamed",
    "paths",
    "files",
    "modules",
    "total",
    "readable",
    "writable",
    "read_execute",
    "named_executable",
    "segments_of_valgrind",
]


NamesShown = Literal[
    "any", "with a slash", "a path", "with an inode", "on a device", "not /dev/zero"
]
"""The mappings whose names a parser shows: see `corpus.tools.matrix.shapes`."""


@attrs.frozen
class InvalidPeer(ValueError):
    """A peer's folder or ``peer.toml`` is not valid."""

    file: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


@attrs.frozen(kw_only=True)
class Shows:
    """The form in which a parser shows members by design: the table ``[shows]`` of ``peer.toml``.

    The texts may contain ``{start:x}`` and ``{inode}``, the members of the mapping.
    """

    unit: Literal["bytes", "kB"] = "bytes"
    """Unit of `size` and of the fields with a unit: ``kB`` are 1024 bytes."""
    private: Literal["p", "-"] = "p"
    """The fourth permission character of private mappings."""
    names: NamesShown = "any"
    """Names that it shows."""
    otherwise: tuple[str, ...] = ("",)
    """What it shows instead of all other names, and of none: one of these texts."""
    offsets: Literal["all", "named"] = "all"
    """``named``: the offset is 0 if the name is not shown."""
    sysv: tuple[str, ...] = ()
    """What it may show instead of the name of SysV memory."""
    escapes: Literal["", "lsof"] = ""
    """The escapes in which it shows names."""


@attrs.frozen(kw_only=True)
class Peer:
    """One parser. The attributes are the keys of its ``peer.toml``."""

    name: str
    """Name of the folder."""
    title: str
    """Name for people."""
    language: str
    """Language of the parser. The adapter may use another."""
    class_: Class = "parser"
    """``parser``: a library or a program. ``idiom``: a line of code that people write by hand."""
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
    process_files: bool = False
    """Whether it reads files of a process only, although their folder can be chosen."""
    decoy: Literal["", "self", "own"] = ""
    """``self``: the adapter, called as ``adapter infinity``, is the decoy process.
    ``own``: the running adapter is the decoy process, because the peer only reads /proc/self."""
    python: str = ""
    """Interpreter to use instead of the running one, for Debian's own packages."""
    unlisted: bool = False
    """A Go module that the checksum database does not list."""
    crates: dict[str, str] = attrs.field(factory=dict[str, str])
    """Other crates that the adapter uses, with their versions."""
    modules: dict[str, str] = attrs.field(factory=dict[str, str])
    """Other Go modules that the adapter uses, with their versions."""
    artifacts: tuple[str, ...] = ()
    """Other artifacts of Maven that the peer needs, as ``group:name:version``."""
    flags: tuple[str, ...] = ()
    """Flags of the compiler for ``helper.c`` or ``helper.cpp``."""
    view: View = "all"
    """The mappings that it returns by design: see `corpus.tools.matrix.views`."""
    shows: Shows = Shows()
    """The form in which it shows members, if not as the dump has them."""
    flags_left_out: tuple[str, ...] = ()
    """VmFlags of mappings that it omits by design."""
    made_executable: bool = False
    """It keeps only executable mappings, so every mapping of a case is made executable."""
    note: str = ""
    """Notes on members that it does not return by design, and is not judged by."""
    users: str = ""
    """Well-known projects that use it."""
    unjudged: tuple[str, ...] = ()
    """What its adapter leaves unjudged, a clause each."""
    released: str = ""
    """Day of the release of `version`, as ``2026-01-31``."""
    project: str = ""
    """Public web address of the project."""
    program: str = attrs.field(default=attrs.Factory(lambda peer: peer.title, takes_self=True))
    """Program or library that reads the dump: the title, unless several rows share one. Figures
    count it once."""
    reason: str = ""
    """Reason why it cannot be run. The peer keeps its row, without a verdict."""

    @property
    def idiom(self) -> bool:
        """Whether it is a line that people write by hand, and neither a library nor a program."""
        return self.class_ == "idiom"

    @property
    def proc_only(self) -> bool:
        """Whether it reads files that a kernel prints for it, and no text from elsewhere."""
        return self.overlay or self.process_files

    @property
    def folder(self) -> Path:
        """The peer's folder."""
        return FOLDER / self.name

    @property
    def helper(self) -> Path | None:
        """The source of a program that the adapter runs, if the peer has one: ``helper.*``.

        It calls a library that the adapter's own language cannot call, or it is the idiom itself.
        """
        return next(iter(sorted(self.folder.glob("helper.*"))), None)

    @property
    def audit(self) -> Path | None:
        """The source of the second, minimal call that `corpus.tools.audit` makes: ``audit.*``."""
        found = [*self.folder.glob("audit.*"), *self.folder.glob("Audit.*")]
        return next(iter(sorted(found)), None)

    @property
    def places(self) -> Path | None:
        """The source of a program that finds addresses of a process in files: ``places.*``.

        Tests compare `procmaps.locate` with it.
        """
        return next(iter(sorted(self.folder.glob("places.*"))), None)

    @property
    def adapter(self) -> Path:
        """The adapter's source. Raises `InvalidPeer` unless there is exactly one."""
        found = [*self.folder.glob("adapter.*"), *self.folder.glob("Adapter.*")]
        if len(found) != 1:
            raise InvalidPeer(str(self.folder), f"expected one file adapter.*, found {len(found)}")
        return found[0]


_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "source": get_args(Source),
    "class": get_args(Class),
    "view": get_args(View),
}
_SHOWS_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "unit": ("bytes", "kB"),
    "private": ("p", "-"),
    "names": get_args(NamesShown),
    "offsets": ("all", "named"),
    "escapes": ("", "lsof"),
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
    if "class" in table:
        # A word that cannot name an attribute.
        table["class_"] = table.pop("class")
    for key in ("reads", "flags_left_out", "unjudged", "artifacts", "flags"):
        table[key] = tuple(table.get(key, ()))
    try:
        table["shows"] = _read_shows(file, table.get("shows", {}))
        peer = Peer(name=file.parent.name, **table)
    except TypeError as error:
        raise InvalidPeer(str(file), str(error)) from None
    if not peer.reason and not (peer.reads and peer.version):
        raise InvalidPeer(str(file), "`reads` and `version` are required unless `reason` is set")
    return peer


def _read_shows(file: Path, table: dict[str, Any]) -> Shows:
    """Return the table ``[shows]``. Raises `InvalidPeer`, and `TypeError` for an unknown key."""
    for key, words in _SHOWS_WORDS.items():
        if key in table and table[key] not in words:
            reason = f"shows.{key} is {table[key]!r}, expected one of: {', '.join(words)}"
            raise InvalidPeer(str(file), reason)
    changed: dict[str, Any] = dict(table)
    changed |= {key: tuple(table[key]) for key in ("otherwise", "sysv") if key in table}
    return Shows(**changed)
