"""``python -m kernel.model``: compare the model with real kernels."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from kernel import command
from kernel.command import DONE, FAILURE, FINDINGS
from kernel.lab import build, distribution, kernels
from kernel.lab.errors import LabError
from kernel.model import calls, subjects
from kernel.model.differential import Difference, Subject
from kernel.model.kernel_differences import RELEASES
from kernel.model.soak import Found, Soak, record, scope_of
from procmaps.printable import escape_bytes

_PROGRAM = "kernel.model"


def _subjects(options: argparse.Namespace) -> list[AbstractContextManager[Subject]]:
    if options.host:
        return [subjects.host()]
    if options.debian:
        return [
            subjects.shipped(path, distribution.MACHINES[distribution.suiting(path)[0]])
            for path in map(Path, options.debian)
        ]
    names = [
        f"{release}-{architecture}-{flavour}"
        for architecture in (options.architecture or subjects.ARCHITECTURES[:1])
        for release in (options.release or RELEASES)
        for flavour in (options.flavour or ("named", "unnamed"))
    ]
    return [subjects.booted(build.ensure(kernels.named(name))) for name in names]


def _repeated(options: argparse.Namespace) -> str:
    """Return the options that repeat the soak; of releases all."""
    words = [f"--architecture {name}" for name in options.architecture or ()]
    words += [f"--flavour {name}" for name in options.flavour or ()]
    words += [f"--debian {Path(image).name}" for image in options.debian or ()]
    words += ["--host"] if options.host else []
    return " ".join((*words, f"--operations {options.operations}", f"--seed {options.seed}"))


def _soak(options: argparse.Namespace) -> int:
    """Run random trials on each kernel until N calls are compared."""
    for manager in _subjects(options):
        with manager as subject:
            started = time.monotonic()
            scope = subjects.HOST_SCOPE if options.host else scope_of(subject)
            soak = Soak(subject, options.seed, scope)
            try:
                soak.run(options.operations)
            except Found as found:
                print(f"\n{found}\nsaved as {found.save()}")
                return FINDINGS
            if options.record:
                record(subject, soak, _repeated(options))
            print(
                f"{subject.name}: {soak.operations} calls in {soak.trials} trials from seed "
                f"{options.seed}, all results and all lines of maps equal, "
                f"{time.monotonic() - started:.0f} s"
            )
    return DONE


def _trial(path: str) -> calls.Trial:
    """Return the trial in a file. Raises ``InvalidTrial`` with the path."""
    try:
        return calls.from_json(json.loads(Path(path).read_bytes()))
    except (OSError, ValueError) as error:
        shown = escape_bytes(os.fsencode(path))
        raise calls.InvalidTrial(f"{shown} contains no trial: {error}") from error


def _replay(options: argparse.Namespace) -> int:
    """Run saved trials again."""
    status = DONE
    for manager in _subjects(options):
        with manager as subject:
            for path in options.cases:
                shown = escape_bytes(os.fsencode(path))
                trial = _trial(path)
                try:
                    subject.check([trial], every=1)
                except Difference as difference:
                    print(f"{shown}: {difference}")
                    status = FINDINGS
                else:
                    print(f"{shown}: {subject.name} and the model agree")
    return status


def _add_subjects(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--architecture",
        action="append",
        choices=subjects.ARCHITECTURES,
        help="run on this architecture (default: x86_64)",
    )
    parser.add_argument(
        "--release", action="append", choices=RELEASES, help="run on this release (default: all)"
    )
    parser.add_argument(
        "--flavour",
        action="append",
        choices=("named", "unnamed"),
        help="run with labels, or without (default: both)",
    )
    parser.add_argument(
        "--debian",
        action="append",
        metavar="IMAGE",
        help="run on this kernel of a package of Debian's, a file vmlinuz-* (6.1 or 6.12)",
    )
    parser.add_argument("--host", action="store_true", help="run on this machine's kernel instead")


def _parser() -> argparse.ArgumentParser:
    parser = command.parser(
        _PROGRAM,
        "Compare the model of mappings with real kernels, call by call.",
        "soak --operations 1000",
        "replay tests/kernel/model/cases/*.json",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    soak = command.add_command(
        commands.add_parser, _PROGRAM, "soak", _soak, "--operations 1000", "--host --seed 7"
    )
    _add_subjects(soak)
    soak.add_argument(
        "--operations",
        type=int,
        default=100_000,
        metavar="N",
        help="compare at least N calls on each kernel (default: 100000)",
    )
    soak.add_argument(
        "--seed", type=int, default=0, metavar="N", help="start from this seed (default: 0)"
    )
    soak.add_argument(
        "--record", action="store_true", help="save the figures for docs/generated/review.md"
    )
    replay = command.add_command(
        commands.add_parser, _PROGRAM, "replay", _replay, "tests/kernel/model/cases/*.json"
    )
    _add_subjects(replay)
    replay.add_argument(
        "cases", nargs="+", metavar="FILE", help="a file like those in tests/kernel/model/cases"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0, 1 for a difference, or 2 for wrong usage or a missing prerequisite."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except (LabError, calls.InvalidTrial) as error:
        print(error, file=sys.stderr)
        return FAILURE
    return status


if __name__ == "__main__":
    command.run(main)
