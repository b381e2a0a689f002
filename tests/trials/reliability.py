"""``python -m tests.trials.reliability``: write docs/reliability.md from the records of trials."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.trials import recording
from tests.trials.fuzzing.core_reasons import REASONS
from tests.trials.mutation import survivors
from tests.trials.points import POINTS

PAGE = recording.ROOT / "docs" / "reliability.md"
TEMPLATE = "reliability.md.jinja"


def page() -> str:
    """Return the page. A trial without a record is said to have none."""
    core, python, mutation = map(_record, ("fuzz-core", "fuzz-python", "mutation"))
    files = mutation["files"].values() if mutation else ()
    for found in files:
        known = survivors.REASONS
        found["survivors"] = {key: known.get(key, "") for key in found["survivors"]}
    # The page is Markdown from our own records: nothing in it is HTML.
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(recording.FOLDER.parent),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["code"] = "`{}`".format
    return environment.get_template(TEMPLATE).render(
        figures=_record("figures"),
        core=core,
        core_lines=core_lines(core) if core else {},
        reasons=REASONS,
        python=python,
        python_laws=python_laws(python) if python else {},
        mutation=mutation,
        tried=sum(found["tried"] for found in files),
        killed=sum(found["killed"] for found in files),
        explained=sum(bool(why) for found in files for why in found["survivors"].values()),
        points=POINTS,
        races=races(),
        events=sorted({event for race in races() for event in race["counts"]}),
        stalls=_record("stalls"),
    )


def races() -> list[recording.Record]:
    """Return the records of all races: those of this kind of machine first, then booted kernels."""
    found = [recording.read(path.stem) for path in recording.FOLDER.glob("racing-*.json")]
    return sorted(found, key=lambda race: (race["booted"], race["day"], race["kernel"]))


def core_lines(core: recording.Record) -> dict[str, dict[str, Any]]:
    """Return for each file the number of lines, and those that no dialect's texts run."""
    found: dict[str, dict[str, Any]] = {}
    for dialect in core["dialects"].values():
        for file, coverage in dialect["coverage"].items():
            row = found.setdefault(file, {"lines": coverage["lines"], **coverage})
            row["uncovered"] = {
                number: line
                for number, line in row["uncovered"].items()
                if number in coverage["uncovered"]
            }
    return found


def python_laws(python: recording.Record) -> dict[str, dict[str, int]]:
    """Return the sums of all runs for each law: executions, and finds since and fixed."""
    found: dict[str, dict[str, int]] = {}
    for run in python["runs"]:
        for law, campaign in run["laws"].items():
            row = found.setdefault(law, {"executions": 0, "finds": 0, "fixed": 0})
            row["executions"] += campaign["executions"]
            row["finds"] += len(campaign["finds"])
            row["fixed"] += campaign.get("fixed", 0)
    return found


def _record(name: str) -> recording.Record | None:
    try:
        return recording.read(name)
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    PAGE.write_text(page())
