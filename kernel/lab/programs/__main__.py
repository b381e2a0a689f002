"""``python -m kernel.lab.programs``: capture programs of distributions in a guest."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from kernel import command
from kernel.command import DONE, FAILURE, FINDINGS
from kernel.lab import build, kernels, tools
from kernel.lab import shell as lab_shell
from kernel.lab.errors import LabError
from kernel.lab.programs import atlas, disks, taking
from kernel.lab.programs.table import DISKS, RUNS, Run

_PROGRAM = "kernel.lab.programs"
_KERNEL = "6.12-x86_64-programs"


class UnknownProgram(LabError):
    """No program of the table has this name."""


def _chosen(names: Sequence[str]) -> list[Run]:
    if unknown := [name for name in names if name not in RUNS]:
        raise UnknownProgram(f"unknown program {unknown[0]!r}; known: {', '.join(RUNS)}")
    return [RUNS[name] for name in names] if names else list(RUNS.values())


def _list(options: argparse.Namespace) -> int:
    """List all programs: the disk, whether it is captured, and what it shows."""
    for run in RUNS.values():
        captured = "captured" if (taking.CORPUS / options.kernel / run.name).is_dir() else "-"
        print(f"{run.name:13} {run.disk:7} {captured:9} {run.shows}")
    return DONE


def _install(options: argparse.Namespace) -> int:
    """Install the packages that the kernel and the disks need (as root)."""
    others = (*disks.TOOLS, lab_shell.BUSYBOX)
    packages = tools.install([kernels.named(options.kernel)], others)
    print(f"installed: {' '.join(packages)}" if packages else "nothing was missing")
    return DONE


def _build(options: argparse.Namespace) -> int:
    """Build the kernel and the disks, or print where they are."""
    print(build.ensure(kernels.named(options.kernel)).folder)
    for disk in DISKS.values():
        print(disks.ensure(disk).folder)
    return DONE


def _capture(options: argparse.Namespace) -> int:
    """Boot the kernel, run the programs, and write what /proc shows into the corpus."""
    image = build.ensure(kernels.named(options.kernel))
    for taken in taking.take(image, _chosen(options.programs)):
        into = taking.write(image, taken)
        size = sum(map(len, taken.files.values()))
        print(f"{into.name}: {size} bytes, {taken.seconds} s", flush=True)
    return DONE


def _compare(options: argparse.Namespace) -> int:
    """Boot the kernel, run the programs, and compare their labels with the corpus."""
    status = DONE
    image = build.ensure(kernels.named(options.kernel))
    for taken in taking.take(image, _chosen(options.programs)):
        differences = taking.compare(image, taken)
        for difference in differences:
            print(f"{taken.run.name}: {difference}")
            status = FINDINGS
        print(f"{taken.run.name}: {len(differences)} differences", flush=True)
    return status


def _page(_: argparse.Namespace) -> int:
    """Write docs/labels.md from the table of labels and the captures."""
    atlas.write()
    return DONE


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "list": _list,
    "install": _install,
    "build": _build,
    "capture": _capture,
    "compare": _compare,
    "page": _page,
}


def _parser() -> argparse.ArgumentParser:
    parser = command.parser(
        _PROGRAM,
        "Run programs of distributions on a kernel with labels, and record what /proc shows.",
        "list",
        f"capture {_KERNEL} go",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, function in _COMMANDS.items():
        one = command.add_command(commands.add_parser, _PROGRAM, name, function, _KERNEL)
        one.add_argument(
            "kernel", nargs="?", default=_KERNEL, metavar="KERNEL", help=f"default: {_KERNEL}"
        )
        if name in ("capture", "compare"):
            one.add_argument(
                "programs", nargs="*", metavar="PROGRAM", help="names from `list` (default: all)"
            )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0, 1 for differences, or 2 for wrong usage or a missing prerequisite."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except LabError as error:
        print(error, file=sys.stderr)
        return FAILURE


if __name__ == "__main__":
    command.run(main)
