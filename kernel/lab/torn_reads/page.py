"""``python -m kernel.lab.torn_reads page``: docs/generated/torn-reads.md, from the records."""

from __future__ import annotations

from pathlib import Path

import jinja2

from corpus.tools.matrix.markdown import code, plain, table
from kernel.lab.torn_reads import record
from kernel.lab.torn_reads.changes import CHANGES
from kernel.lab.torn_reads.positions import RULES

PAGE = Path(__file__).parents[3] / "docs" / "generated" / "torn-reads.md"
_TEMPLATE = Path(__file__).with_name("torn-reads.md.jinja")


def render() -> str:
    """Return the text of the page."""
    records = {name: record.read(name) for name in record.names()}
    head = ["Change", "System call", "Place", *map(_title, records)]
    rows = [
        [
            code(change.name),
            plain(change.what),
            change.place,
            *(_verdict(found["changes"].get(change.name)) for found in records.values()),
        ]
        for change in CHANGES.values()
    ]
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown
    )
    return environment.from_string(_TEMPLATE.read_text()).render(
        rules=[
            (rule, [_title(name) for name in records if records[name]["continues_at"] == rule.name])
            for rule in RULES
        ],
        changes=table(head, rows),
        example=_example(records),
    )


def _title(name: str) -> str:
    """Return the release and, for a kernel that the laboratory did not build, whose it is."""
    release, _, flavour = name.split("-")
    return release if flavour == "named" else f"{release} ({flavour})"


def _verdict(found: record.Record | None) -> str:
    """Return the state that the text shows, and the problem that shows a tear, in one cell.

    It is empty for a change that the kernel refuses.
    """
    if found is None:
        return ""
    state, kinds = found["maps"]["state"], found["maps"]["disorder"]
    if state != "neither":
        return str(state)
    return f"**neither**, {', '.join(kinds)}" if kinds else "**neither, no trace**"


def _example(records: dict[str, record.Record]) -> dict[str, str]:
    """Return the lines of `merge` around the end of the first read, on the first kernel."""
    lines = next(iter(records.values()))["changes"]["merge"]["lines"]
    return {"first": "\n".join(lines["first"][-2:]), "rest": "\n".join(lines["rest"][:2])}
