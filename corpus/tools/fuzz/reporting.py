"""What a search found, as text for people and as rows for the builder."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.tools.fuzz.searching import Found
from procmaps.check.display import dump_lines, explain, shorten
from procmaps.printable import escape_bytes, visible


def describe(peer: str, found: Found) -> Iterator[str]:
    """Yield the lines about one fault, safe for a terminal."""
    value = shorten(escape_bytes(found.value))
    yield visible(
        f"{peer}: {found.part.name} in {found.kind}: '{value}': {found.asked.verdict.key}"
    )
    yield f"  {shorten(str(found.fault))}"
    yield from (f"  {line}" for line in explain(found.asked.verdict))
    control = found.control
    yield visible(f"  its control {control.case.id}: {control.verdict.key}")
    yield from (f"    {line}" for line in dump_lines(found.asked.case.data)[:3])
