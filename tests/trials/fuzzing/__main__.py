"""``python -m tests.trials.fuzzing``: search for texts that break a law; exit 1 for a find."""

from __future__ import annotations

from argparse import Namespace

from kernel import command
from tests.trials import recording
from tests.trials.fuzzing import core_trial, python_trial
from tests.trials.fuzzing.laws import LAWS

PROGRAM = "tests.trials.fuzzing"

NO_LIMIT = 10**12
"""Executions if only the time is limited."""


def _arguments() -> Namespace:
    description = "Fuzz the C core without an interpreter, or the Python entry points with Atheris."
    examples = ("core --minutes 10", "python --runs 1000000 --minutes 90 --record")
    parser = command.parser(PROGRAM, description, *examples)
    parser.add_argument(
        "trial", choices=("core", "python"), help="core: libFuzzer; python: Atheris"
    )
    parser.add_argument("--minutes", type=float, default=10, help="limit of time (default: 10)")
    parser.add_argument("--runs", type=int, default=NO_LIMIT, help="limit of executions")
    parser.add_argument(
        "--laws", nargs="+", choices=LAWS, default=[*LAWS], help="of python (default: all)"
    )
    parser.add_argument(
        "--record", action="store_true", help="write tests/trials/records/fuzz-*.json"
    )
    return parser.parse_args()


def main() -> int:
    """Run one trial, and record it if asked."""
    arguments = _arguments()
    frame, seconds = recording.frame(), 60 * arguments.minutes
    if arguments.trial == "core":
        record, finds = core_trial.run(arguments.runs, seconds)
    else:
        record, finds = python_trial.run(arguments.runs, seconds, arguments.laws)
    if arguments.record:
        _record(arguments.trial, {**frame, **record})
    return command.FINDINGS if finds else command.DONE


def _record(trial: str, record: recording.Record) -> None:
    """Replace the record of the core. Add to that of Python, which needs hours for a million."""
    with recording.lock():
        if trial == "python":
            record = {"runs": [*recording.read("fuzz-python")["runs"], record]}
        recording.write(f"fuzz-{trial}", record)


if __name__ == "__main__":
    command.run(main)
