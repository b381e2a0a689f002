"""``python -m kernel.model``: hold the model to real kernels."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from kernel.lab import build, kernels
from kernel.lab.errors import LabError
from kernel.model import calls, subjects
from kernel.model.differential import Difference, Subject
from kernel.model.features import RELEASES
from kernel.model.soak import SCOPE, Found, Soak, record

_DONE, _FINDINGS, _USAGE = 0, 1, 2


def _subjects(options: argparse.Namespace) -> list[AbstractContextManager[Subject]]:
    if options.host:
        return [subjects.host()]
    names = [
        f"{release}-x86_64-{flavour}"
        for release in (options.release or RELEASES)
        for flavour in (options.flavour or ("named", "unnamed"))
    ]
    return [subjects.booted(build.ensure(kernels.named(name))) for name in names]


def _soak(options: argparse.Namespace) -> int:
    """Draw trials until so many calls were compared on each kernel."""
    for manager in _subjects(options):
        with manager as subject:
            started = time.monotonic()
            soak = Soak(subject, options.seed, subjects.HOST_SCOPE if options.host else SCOPE)
            try:
                soak.run(options.operations)
            except Found as found:
                print(f"\n{found}\nkept as {found.keep()}")
                return _FINDINGS
            if options.record:
                record(subject, soak)
            print(
                f"{subject.name}: {soak.operations} calls in {soak.trials} trials from seed "
                f"{options.seed}, every result and every line of maps equal, "
                f"{time.monotonic() - started:.0f} s"
            )
    return _DONE


def _trial(path: str) -> calls.Trial:
    """The trial in a file. Raises ``NotATrial`` naming the file."""
    try:
        return calls.from_json(json.loads(Path(path).read_bytes()))
    except (OSError, ValueError) as error:
        raise calls.NotATrial(f"{path} holds no trial: {error}") from error


def _replay(options: argparse.Namespace) -> int:
    """Run kept trials again."""
    status = _DONE
    for manager in _subjects(options):
        with manager as subject:
            for path in options.cases:
                trial = _trial(path)
                try:
                    subject.check([trial], every=1)
                except Difference as difference:
                    print(f"{path}: {difference}")
                    status = _FINDINGS
                else:
                    print(f"{path}: {subject.name} and the model agree")
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kernel.model", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in (("soak", _soak), ("replay", _replay)):
        command = commands.add_parser(name, help=function.__doc__, description=function.__doc__)
        command.set_defaults(run=function)
        command.add_argument("--release", action="append", choices=RELEASES, help="default: each")
        command.add_argument(
            "--flavour", action="append", choices=("named", "unnamed"), help="default: both"
        )
        command.add_argument("--host", action="store_true", help="this machine's kernel instead")
        if name == "soak":
            command.add_argument("--operations", type=int, default=100_000, help="calls, each")
            command.add_argument("--seed", type=int, default=0, help="the first round's")
            command.add_argument(
                "--record",
                action="store_true",
                help="write the numbers down for docs/generated/review.md",
            )
        else:
            command.add_argument("cases", nargs="+", help="files of tests/kernel/model/cases")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """0 all agree, 1 a difference, 2 a wrong call or a laboratory that cannot work here."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except (LabError, calls.NotATrial) as error:
        print(error, file=sys.stderr)
        return _USAGE
    return status


if __name__ == "__main__":
    sys.exit(main())
