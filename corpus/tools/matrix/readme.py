"""The table of names in ``README.md``: written between two markers, from the results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from corpus.tools.matrix import names, probes
from corpus.tools.matrix.markdown import code, plain, table
from corpus.tools.matrix.names import Effect, NameResult
from corpus.tools.matrix.results import Results
from procmaps.printable import escape_bytes

BEGIN: Final = "<!-- Written by `make matrix`; do not edit. -->\n"
END: Final = "<!-- End of the written part. -->\n"


@attrs.frozen
class NoMarkers(ValueError):
    """A text does not have each of the two markers once, in their order."""

    def __str__(self) -> str:
        return f"expected one {BEGIN.strip()!r}, and after it one {END.strip()!r}"


def update(readme: str, results: Results) -> str:
    """Return the text of the README with the present table. Raises `NoMarkers`."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in rest or END in after or END in before:
        raise NoMarkers
    return f"{before}{BEGIN}\n{_written(results)}\n{END}{after}"


def _written(results: Results) -> str:
    found = names.results(results.ran, probes.of_table("readme", probes.load()))
    return (
        f"We gave [every case to {len(results.programs)} programs in {len(results.languages)} "
        "languages](docs/generated/matrix.md), unmodified. These are names that kernels print, and "
        "what happens to exactly these:\n\n"
        f"{names_table(found, idioms=bool(results.idioms))}\n"
        "A program counts if it shows the name at all, and only once. A blemish breaks nothing: "
        "only the look of the text differs. Kernels print the names of files in the same column, "
        "so the last rows are older than any label."
        f"{_IDIOMS.format(len(results.idioms)) if results.idioms else ''}\n"
    )


_IDIOMS: Final = (
    " The last column is about {} idioms: lines that people write by hand, such as `split()`."
)


def names_table(found: Sequence[NameResult], *, idioms: bool) -> str:
    """Return a table with a row for each name: how many programs it breaks, which, and how."""
    head = ("Name", "Printed for", "Breaks", "How", *(("Idioms",) if idioms else ()))
    return table(head, (_row(item)[: len(head)] for item in found))


def _row(item: NameResult) -> tuple[str, ...]:
    programs, idioms = item.programs, item.idioms
    how = [
        *map(_effect, programs.effects),
        *(f"only a blemish: {_effect(blemish)}" for blemish in programs.blemishes),
    ]
    return (
        code(escape_bytes(item.probe.name)),
        item.probe.printed_for,
        f"{programs.broken} of {programs.asked}",
        "; ".join(how) or "–",
        f"{idioms.broken} of {idioms.asked}",
    )


def _effect(effect: Effect) -> str:
    shown = f" {code(effect.shown)}" if effect.shown else ""
    return f"{effect.how}{shown}: {', '.join(map(plain, effect.parsers))}"
