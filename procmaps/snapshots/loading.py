"""Text to `Snapshot` and back: `loads`, `load` and `dumps`."""

from __future__ import annotations

import os
from io import FileIO

from procmaps._arguments import BytesOrStr, StrOrBytesPath, as_binary_file, as_bytes
from procmaps.engines.read_file import read_all
from procmaps.engines.scan_text import scan
from procmaps.grammar.loading import DEFAULT_DIALECT
from procmaps.grammar.loading import load as load_grammar
from procmaps.snapshots.dialect_detection import REQUESTED, DialectMatch, detect_dialect
from procmaps.snapshots.snapshot import Snapshot
from procmaps.snapshots.source_text import SourceText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, Literal

    Errors = Literal["strict", "collect"]
else:
    Errors = str  # typing takes long to import


def loads(data: BytesOrStr, *, errors: Errors = "strict", dialect: str = "auto") -> Snapshot:
    """Parse the text of ``maps``, ``smaps`` or ``smaps_rollup``; the content shows which it is.

    A ``str`` is encoded as UTF-8 with surrogateescape, as Python decodes such files. Empty input
    gives an empty snapshot. *dialect* is ``auto`` or a name of `procmaps.formats.dialects`.

    Raises `ParseError` for the first line that cannot be parsed, and reads little after it. With
    ``errors="collect"`` such lines stay in the text and are listed in `Snapshot.problems`. Raises
    `UnknownDialect` for a *dialect* without a grammar, `ValueError` for another *errors*, and
    `TypeError` for *data* that is neither bytes nor ``str``.
    """
    if errors not in ("strict", "collect"):
        msg = f'errors must be "strict" or "collect", not {errors!r}'
        raise ValueError(msg)
    stop = errors == "strict"
    source = SourceText.of(as_bytes(data), DEFAULT_DIALECT if dialect == "auto" else dialect)
    if dialect == "auto":
        grammar, columns, match = detect_dialect(source.text, stop=stop)
    else:
        grammar = load_grammar(dialect)
        columns = scan(source.text, grammar, stop=stop)
        match = DialectMatch(dialect, REQUESTED)
    snapshot = Snapshot(source, columns, grammar, match)
    if stop and (error := snapshot.first_error):
        raise error
    return snapshot


def load(
    source: StrOrBytesPath | BinaryIO, *, errors: Errors = "strict", dialect: str = "auto"
) -> Snapshot:
    """Parse a dump from a path or a binary file object.

    The arguments and errors are those of `loads`. Raises `OSError` if the file cannot be read.
    """
    if isinstance(source, str | bytes | os.PathLike):
        data = _read(source)
    else:
        data = as_binary_file(source).read()
    return loads(data, errors=errors, dialect=dialect)


def _read(path: StrOrBytesPath) -> bytes:
    with FileIO(os.fspath(path)) as file:
        text, error = read_all(file)
    if error:
        raise error
    return text


def dumps(snapshot: Snapshot) -> bytes:
    """Return the text that *snapshot* was loaded from, byte for byte."""
    if not isinstance(snapshot, Snapshot):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"expected a Snapshot, not {type(snapshot).__name__}")
    return snapshot.dumps()
