"""``python -m kernel.review``: write docs/generated/review.md from figures and captures.

The text is ``review.md.jinja``. The figures are those of ``kernel/experiments/results`` and, for
the parsers, of ``corpus/peers/answer.json``. The samples are from ``corpus/captures``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2

from corpus.tools.matrix.markdown import code, plain
from kernel import command
from kernel.experiments import measuring
from kernel.lab.scenario_builder import AREA

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "generated" / "review.md"
TEMPLATE = Path(__file__).with_name("review.md.jinja")
ANSWER = ROOT / "corpus" / "peers" / "answer.json"
CAPTURE = ROOT / "corpus" / "captures" / "6.12-x86_64-named"

Row = tuple[str, ...]


def sample(name: str, *words: str) -> str:
    """Return the lines of a capture's own area, and the lines that contain one of the words."""
    lines = (CAPTURE / name).read_bytes().decode().split("\n")[:-1]
    chosen = [
        line
        for line in lines
        if int(line.partition("-")[0], 16) in AREA or any(word in line for word in words)
    ]
    return "\n".join(line.rstrip(" ") for line in chosen)


def table(head: Row, rows: Sequence[Row]) -> str:
    """Return a Markdown table; all columns but the first are aligned to the right."""
    lines = [head, ("---", *("--:" for _ in head[1:])), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def thousands(number: int) -> str:
    """Return a number with commas."""
    return f"{number:,}"


def three_digits(number: int) -> str:
    """Return a number rounded to three digits, which repeat from run to run."""
    unit = 10 ** max(len(str(number)) - 3, 0)
    return thousands(round(number / unit) * unit)


def _percent(ratio: float) -> str:
    return f"{(ratio - 1) * 100:+z.1f} %"


def _merging(figures: dict[str, Any]) -> dict[str, Any]:
    found = {(row["labels"], row["labelled"]): row["mappings"] for row in figures["counts"]}
    return {
        "merging": figures,
        "merging_head": ("k labelled", "mappings, equal labels", "mappings, different labels"),
        "merging_rows": [
            (thousands(n), thousands(found["equal", n]), thousands(found["different", n]))
            for n in sorted({count for _, count in found})
        ],
    }


def _cost(figures: dict[str, Any]) -> dict[str, Any]:
    kernels = figures["kernels"]
    sizes: list[Row] = []
    paths: list[Row] = []
    for kernel in dict.fromkeys(name.rpartition("-")[0] for name in kernels):
        on, off = (kernels[f"{kernel}-{flavour}"] for flavour in ("named", "unnamed"))
        sizes.append(
            (
                kernel,
                f"{on['vmlinux']['code'] - off['vmlinux']['code']:+d}",
                f"{on['vmlinux']['data'] - off['vmlinux']['data']:+d}",
                f"{off['vm_area_struct']} → {on['vm_area_struct']}",
            )
        )
        paths += [
            (
                kernel if number == 0 else "",
                name,
                three_digits(off["paths"][name]),
                three_digits(count),
                _percent(count / off["paths"][name]),
            )
            for number, (name, count) in enumerate(on["paths"].items())
        ]
    return {
        "cost": figures,
        "size_head": ("kernel", "code", "data", "`sizeof(struct vm_area_struct)`"),
        "size_rows": sizes,
        "path_head": ("kernel", "path", "off", "on", "difference"),
        "path_rows": paths,
    }


def _fork(figures: dict[str, Any]) -> dict[str, Any]:
    forks: list[Row] = []
    memory: list[Row] = []
    for name, kernel in figures["kernels"].items():
        if "labelled" not in kernel:
            continue
        copies = "copied" if name.endswith("strdup") else "shared"
        forks.append(
            (
                name,
                copies,
                f"{kernel['unlabelled']['fork'][-1] / 1e6:.1f}",
                f"{kernel['labelled']['fork'][-1] / 1e6:.1f}",
                _percent(kernel["fork_ratio"]),
                _percent(kernel["fork_exit_wait_ratio"]),
            )
        )
        labelled, unlabelled = (
            kernel[state]["slab_bytes_per_mapping_of_the_child"]
            for state in ("labelled", "unlabelled")
        )
        label = kernel["labelled"]["slab_bytes_per_label"]
        memory.append((name, copies, f"{label:.0f}", f"{max(labelled - unlabelled, 0):.0f}"))
    return {
        "fork": figures,
        "fork_head": ("kernel", "labels are", "without", "with", "fork", "fork, exit, wait"),
        "fork_rows": forks,
        "memory_head": ("kernel", "labels are", "a label", "a forked mapping"),
        "memory_rows": memory,
    }


def _soak(figures: dict[str, Any]) -> dict[str, Any]:
    rows = [
        (name, thousands(row["calls"]), thousands(row["trials"]), str(row["differences"]))
        for name, row in figures["kernels"].items()
    ]
    return {
        "soak_commands": dict.fromkeys(row["command"] for row in figures["kernels"].values()),
        "soak_head": ("kernel", "calls", "lists", "differences"),
        "soak_rows": rows,
    }


def page() -> str:
    """Return the whole page. Raises ``FileNotFoundError`` for an experiment that was never run."""
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown, from files of this project
    )
    environment.filters["thousands"] = thousands
    environment.filters["plain"] = plain
    parsers = json.loads(ANSWER.read_bytes())
    return environment.from_string(TEMPLATE.read_text()).render(
        sample=sample,
        table=table,
        code=code,
        parsers=parsers,
        names={name["id"]: name for name in parsers["names"]},
        **_merging(measuring.kept("merging")),
        **_cost(measuring.kept("cost")),
        **_fork(measuring.kept("fork")),
        **_soak(measuring.kept("soak")),
    )


def main() -> int:
    """Return 0, or 1 if ``--check`` finds the page out of date."""
    parser = command.parser(
        "kernel.review",
        "Write docs/generated/review.md from the experiments' figures and the captures.",
        "",
        "--check",
    )
    parser.add_argument("--check", action="store_true", help="compare only; write nothing")
    check: bool = parser.parse_args().check
    text = page()
    if PAGE.exists() and PAGE.read_text() == text:
        print(f"{PAGE.name} is up to date")
        return command.DONE
    if check:
        print(f"{PAGE.name} is out of date: run `make review`", file=sys.stderr)
        return command.FINDINGS
    PAGE.write_text(text)
    print(f"{PAGE.name} written")
    return command.DONE


if __name__ == "__main__":
    command.run(main)
