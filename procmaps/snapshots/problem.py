"""One problem of a text: `Problem`."""

from __future__ import annotations

from typing import Literal

import attrs

from procmaps.errors import ParseError

ProblemKind = Literal["unparsed", "repeated", "overlap", "backward", "joined", "suspicious"]


@attrs.frozen
class Problem:
    """A problem of a text. The lines it is about stay in the text.

    ``unparsed``     No rule of the grammar accepts these lines.
    ``repeated``     The mapping has the same range as the mapping before it.
    ``overlap``      The mapping starts below the end of the mapping before it.
    ``backward``     The mapping starts below the start of the mapping before it, and overlaps it.
    ``joined``       Another dump starts here: the mapping lies wholly below the mapping before it,
                     or one of the two is the only entry of a smaps_rollup. See `Snapshot.split`.
    ``suspicious``   The mapping may be part of a name: it is out of order in a dialect whose names
                     contain newlines, or it follows a label without its closing bracket.

    ``repeated``, ``overlap`` and ``backward`` have two causes. Reading a live process has only the
    first:

    * A torn read. The kernel prints a page of text at a time, and ``m_start()``
      (fs/proc/task_mmu.c) continues with the mapping that contains an address, or the first one
      above it. The address is the start of the next mapping (6.1, 6.12) or the end of the last one
      (since 6.17). If the mapping there has merged with printed ones since, it starts below them:
      an ``overlap`` if it starts in the last printed mapping, ``backward`` if it starts earlier.
      Since 6.17 this happens within a page of ``maps``, too.
      Kernels that continue by counting lines (2.4) print a mapping again, ``repeated``, after
      another one was inserted below it.
    * A text that was joined from several dumps, or edited.

    A torn read is no cause of ``joined``, except on kernels that count lines, if several mappings
    were inserted at once. A text whose lines were moved has it, too.
    """

    kind: ProblemKind
    line: int
    """Number of the first line, from 1."""
    raw: bytes
    """The lines, as loaded."""
    message: str
    """A description that starts with the line number."""
    error: ParseError | None = None
    """The diagnosis of the first line, for ``unparsed`` only."""
