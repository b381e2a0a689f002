"""The options of `procmaps show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from procmaps.cli.parameter_types import joined
from procmaps.cli.snapshot_output import View

if TYPE_CHECKING:
    from procmaps.cli.filter_and_sort import RowFilter
    from procmaps.formats.file_kinds import FileKind


class ShowOptions(NamedTuple):
    """What the user asked for."""

    targets: tuple[str, ...]
    smaps: bool
    rollup: bool
    kinds: tuple[tuple[str, ...], ...]
    perms: str | None
    names: tuple[str, ...]
    sort: str | None
    reverse: bool
    columns: tuple[str, ...] | None
    wide: bool
    summary: bool
    split: bool
    as_csv: bool
    as_json: bool
    dialect: str

    @property
    def file(self) -> FileKind:
        """The file of a process that is read."""
        return "smaps_rollup" if self.rollup else "smaps" if self.smaps else "maps"

    @property
    def filter(self) -> RowFilter:
        """Which mappings are shown."""
        from procmaps.cli.filter_and_sort import RowFilter  # noqa: PLC0415 - slow to import
        from procmaps.search.name_patterns import name_pattern  # noqa: PLC0415 - slow to import

        return RowFilter(joined(self.kinds), self.perms, tuple(map(name_pattern, self.names)))

    @property
    def view(self) -> View:
        """How the table looks."""
        return View(self.columns, wide=self.wide, summary=self.summary)

    @property
    def of_rows(self) -> list[str]:
        """The given options that need mappings; a rollup has none."""
        given = {
            "--kind": self.kinds,
            "--perms": self.perms,
            "--name": self.names,
            "--sort": self.sort,
            "--columns": self.columns,
            "--summary": self.summary,
        }
        return [option for option, value in given.items() if value]

    @property
    def is_plain_summary(self) -> bool:
        """Whether only the sums over all mappings are asked for: they need no record."""
        others = (self.kinds, self.perms, self.names, self.split, self.smaps, self.rollup)
        return self.summary and not any(others)
