"""The buffers that every engine fills: `ColumnBuffers`, one number per mapping and property.

`procmaps.engines.add_line` adds a line. A fast engine may append to the arrays itself if the result
is the same. Callers of the package see the buffers as `procmaps.engines.columns.Columns`, which are
read-only.

Field lines that have no column stay in the text, and are read again when somebody asks for them:
see `procmaps.engines.extra_lines`.
"""

from __future__ import annotations

from array import array

from procmaps.engines.intern_table import InternTable
from procmaps.engines.unparsed_ranges import UnparsedRanges
from procmaps.engines.usage_block_table import UsageTable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps.engines.texts import Texts
    from procmaps.grammar.loading import Grammar


class ColumnBuffers:
    """One row per mapping, in the order of the text. The attributes are those of `Columns`."""

    def __init__(
        self,
        text: bytes,
        grammar: Grammar,
        names: Texts | None = None,
        usage_table: UsageTable | None = None,
    ) -> None:
        """*names* begin with the empty name, and have no other yet. *usage_table* is empty."""
        self.text = text
        self.grammar = grammar
        self.line_offset = array("Q")
        self.start = array("Q")
        self.end = array("Q")
        self.perms = array("B")
        self.offset = array("Q")
        self.major = array("I")
        self.minor = array("I")
        self.inode = array("Q")
        self.name_index = array("I")
        self.names: Texts = InternTable(b"") if names is None else names
        """The distinct name columns. Index 0 is the empty name of unnamed memory."""
        self.usage_row = array("I")
        """Row of `usage_table`; 0 for a mapping without field lines."""
        self.usage_table = UsageTable() if usage_table is None else usage_table
        self.unparsed = UnparsedRanges()

    def __len__(self) -> int:
        return len(self.start)

    @property
    def has_usage(self) -> bool:
        """Whether the text has a field line after a header line."""
        return self.usage_table.rows > 1
