"""The results as JSON, as Markdown and as a plot (SVG, written by hand: no library is needed)."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import attrs

from bench.floors import FLOORS, Floor
from bench.race import Ratio
from procmaps.engines import selection

Data = dict[str, Any]


def data(
    ratios: dict[str, Ratio],
    races: list[dict[str, Any]],
    growth: dict[int, float],
    absent: dict[str, str],
    day: str,
) -> Data:
    """Everything that was found, as it stands in the JSON file."""
    return {
        "day": day,
        "machine": {
            "kernel": platform.release(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "engine": selection.engine(),
        },
        "ratios": {key: attrs.asdict(ratio) for key, ratio in ratios.items()},
        "growth": {str(size): seconds for size, seconds in growth.items()},
        "absent": absent,
        "races": races,
    }


def missed(found: Data, floors: Iterable[Floor]) -> list[str]:
    """The floors that do not hold, or were not measured, one line each."""
    lines: list[str] = []
    for floor in floors:
        ratio = found["ratios"].get(floor.key)
        if ratio is None:
            lines.append(f"{floor.title}: not measured (see who was absent), goal {floor.goal}")
        elif not floor.holds(Ratio(**ratio)):
            lines.append(f"{floor.title}: {Ratio(**ratio)}, goal {floor.goal}")
    return lines


def write(found: Data, out: Path) -> None:
    """Write ``bench.json``, ``bench.md`` and ``bench.svg`` into *out*."""
    (out / "bench.json").write_text(json.dumps(found, indent=1) + "\n")
    (out / "bench.md").write_text("\n".join(markdown(found)) + "\n")
    (out / "bench.svg").write_text("\n".join(svg(found)) + "\n")


BEGIN = "<!-- figures: python -m bench --publish -->"
END = "<!-- end of figures -->"


def publish(found: Data, docs: Path) -> None:
    """Write ``speed.json`` and ``speed.svg`` into *docs*, and the figures into ``speed.md``."""
    (docs / "generated" / "speed.json").write_text(json.dumps(found) + "\n")
    (docs / "generated" / "speed.svg").write_text("\n".join(svg(found)) + "\n")
    page = docs / "speed.md"
    page.write_text(with_figures(page.read_text(), found))


def with_figures(page: str, found: Data) -> str:
    """The text of docs/speed.md with these figures in it."""
    before, _, rest = page.partition(BEGIN)
    _, _, behind = rest.partition(END)
    return "\n".join([f"{before}{BEGIN}\n", *markdown(found), f"\n{END}{behind}"])


def markdown(found: Data) -> Iterator[str]:
    """The tables of docs/speed.md."""
    machine = found["machine"]
    yield (
        f"{found['day']}: Linux {machine['kernel']} on {machine['processor']}, {machine['cores']} "
        f"cores, Python {machine['python']}. A ratio is the median over the rounds, the middle "
        "half of the rounds in brackets; times are processor time, medians."
    )
    yield ""
    yield "| ratio, a process of 60,000 mappings | goal | reached | |"
    yield "|---|---|---|---|"
    for floor in FLOORS:
        ratio = found["ratios"].get(floor.key)
        if ratio is None:
            yield f"| {floor.title} | {floor.goal} | not measured | |"
        else:
            mark = "yes" if floor.holds(Ratio(**ratio)) else "**no**"
            yield f"| {floor.title} | {floor.goal} | {Ratio(**ratio)} | {mark} |"
    yield from _others(found)
    for race in found["races"]:
        yield from _race(race)
    if found["growth"]:
        yield ""
        yield "**growth**: native columns of maps"
        yield ""
        yield "| mappings | ns a mapping |"
        yield "|---|---|"
        for size, seconds in found["growth"].items():
            yield f"| {int(size):,} | {seconds * 1e9:.1f} |"
    for name, reason in found["absent"].items():
        yield ""
        yield f"Not here: {name} ({reason})."


def _others(found: Data) -> Iterator[str]:
    """The ratios that have no floor."""
    goals = {floor.key for floor in FLOORS}
    others = {key: Ratio(**value) for key, value in found["ratios"].items() if key not in goals}
    if others:
        yield ""
        told = (f"`{key}` {ratio}" for key, ratio in others.items())
        yield f"Besides, without a goal: {'; '.join(told)}."


def _race(race: Data) -> Iterator[str]:
    """The table of one race."""
    yield ""
    yield f"**{race['title']}**, {race['mappings']:,} mappings"
    yield ""
    yield f"| | ms | ns {'an' if race['each'] == 'answer' else 'a'} {race['each']} |"
    yield "|---|---|---|"
    for name, result in race["results"].items():
        if isinstance(result, str):
            yield f"| {name} | fails: `{result}` | |"
        else:
            seconds = statistics.median(result["seconds"])
            count = result["found"] if race["each"] == "answer" else race["mappings"]
            each = seconds / count * 1e9
            yield f"| {name} | {seconds * 1e3:.3g} | {each:,.0f} |"


BAR, LEFT, WIDTH = 18, 230, 860


def svg(found: Data) -> Iterator[str]:
    """Bars for the races on the living process, a race's longest bar filling the width."""
    races = [race for race in found["races"] if "living" in race["title"]]
    height = sum((len(race["results"]) + 2) * BAR for race in races) + BAR
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="12" fill="#555">'
    )
    y = BAR
    for race in races:
        yield f'<text x="4" y="{y}" font-weight="bold">{escape(race["title"])}, ms</text>'
        medians = {
            name: statistics.median(result["seconds"]) * 1e3
            for name, result in race["results"].items()
            if not isinstance(result, str)
        }
        longest = max(medians.values(), default=1)
        for name, milliseconds in sorted(medians.items(), key=lambda item: item[1]):
            y += BAR
            width = max(1, (WIDTH - LEFT - 70) * milliseconds / longest)
            colour = "#2a7" if name.startswith(("native", "pure")) else "#99a"
            yield f'<text x="{LEFT - 6}" y="{y}" text-anchor="end">{escape(name)}</text>'
            yield (
                f'<rect x="{LEFT}" y="{y - 11}" width="{width:.1f}" height="13" fill="{colour}"/>'
            )
            yield f'<text x="{LEFT + width + 4:.1f}" y="{y}">{milliseconds:.3g}</text>'
        y += 2 * BAR
    yield "</svg>"
