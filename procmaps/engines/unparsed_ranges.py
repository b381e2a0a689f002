"""The ranges of lines that could not be read: `UnparsedRanges`, made of `UnparsedRange`."""

from __future__ import annotations

from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from procmaps.engines.unparsed_range import UnparsedRange


class UnparsedRanges:
    """The unparsed ranges of a text, in its order; twenty bytes for each."""

    def __init__(self) -> None:
        self._starts = array("Q")
        self._ends = array("Q")
        self._causes = array("I")
        self._known = {("", ""): 0}
        """The number of each distinct field and reason."""

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, index: int) -> UnparsedRange:
        from procmaps.engines.unparsed_range import UnparsedRange  # noqa: PLC0415 - few texts have one

        field, reason = [*self._known][self._causes[index]]
        return UnparsedRange(self._starts[index], self._ends[index], field, reason)

    def __iter__(self) -> Iterator[UnparsedRange]:
        return map(self.__getitem__, range(len(self)))

    def add(self, start: int, end: int, field: str = "", reason: str = "") -> None:
        """Add the lines from *start* to *end*; they extend the last range if they follow it."""
        if self._ends and self._ends[-1] == start:
            self._ends[-1] = end
            return
        self._starts.append(start)
        self._ends.append(end)
        self._causes.append(self._known.setdefault((field, reason), len(self._known)))
