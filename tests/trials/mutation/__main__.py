"""``python -m tests.trials.mutation FILE...``: plant faults; exit 1 if one survives unexplained."""

from __future__ import annotations

import random
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence

from kernel import command
from tests.trials import recording
from tests.trials.mutation import c_mutants, python_mutants
from tests.trials.mutation.mutant import Mutant
from tests.trials.mutation.sandbox import Sandbox, sandbox
from tests.trials.mutation.suites import commands, tests_of
from tests.trials.mutation.survivors import REASONS

PROGRAM = "tests.trials.mutation"


def _arguments() -> Namespace:
    description = "Plant faults in files, one at a time, and run the tests that belong to them."
    examples = ("procmaps/snapshots/streaming.py", "--sample 10 --record procmaps/engines/*.py")
    parser = command.parser(PROGRAM, description, *examples)
    parser.add_argument("files", nargs="+", help="files below procmaps/, Python or the C core")
    parser.add_argument("--sample", type=int, help="faults in each file (default: all)")
    parser.add_argument("--again", action="store_true", help="try the recorded survivors only")
    parser.add_argument("--matching", help="those whose line contains this text; adds to a record")
    parser.add_argument("--seed", type=int, default=0, help="seed of the sample (default: 0)")
    parser.add_argument("--record", action="store_true", help="add to records/mutation.json")
    return parser.parse_args()


def mutants(file: str) -> list[Mutant]:
    """Return every fault of a file, each different."""
    made = c_mutants.mutants(file) if file.endswith(".c") else python_mutants.mutants(file)
    return [*{mutant.key: mutant for mutant in made}.values()]


def main() -> int:
    """Try the faults of each file, print and record the survivors."""
    arguments = _arguments()
    status = command.DONE
    with sandbox() as copy:
        for file in arguments.files:
            found = mutants(file)
            known = _recorded()["files"].get(file)
            if arguments.matching:
                drawn = [mutant for mutant in found if arguments.matching in mutant.before]
            elif arguments.again and known:
                drawn = [mutant for mutant in found if mutant.key in known["survivors"]]
            else:
                size = min(arguments.sample or len(found), len(found))
                drawn = random.Random(arguments.seed).sample(found, size)
            try:
                result = _try_all(copy, file, drawn)
            except RuntimeError as error:
                print(f"{file}: {error}", flush=True)
                status = command.FAILURE
                continue
            result["faults"] = len(found)
            if known and arguments.matching:
                result["tried"] += known["tried"]
                result["killed"] += known["killed"]
                result["survivors"] = {**known["survivors"], **result["survivors"]}
            elif known and arguments.again:
                # Those of a line that has changed since are gone, and count no more.
                gone = len(known["survivors"]) - len(drawn)
                result["tried"] = known["tried"] - gone
                result["killed"] += known["killed"]
            unexplained = [key for key, reason in result["survivors"].items() if not reason]
            print(f"{file}: {result['killed']} of {result['tried']} killed", flush=True)
            if unexplained:
                status = max(status, command.FINDINGS)
            if arguments.record:
                _record(file, result)
    return status


def _try_all(copy: Sandbox, file: str, drawn: Sequence[Mutant]) -> recording.Record:
    """Try each fault; raise `RuntimeError` if the tests fail without one."""
    outcomes: Counter[str] = Counter()
    survivors: dict[str, str] = {}
    if file.endswith(".c") or not drawn:
        first = [""] * len(drawn)
    else:
        first = copy.try_in_children(drawn, tests_of(file))
    for mutant, found in zip(drawn, first, strict=True):
        outcome = found
        if outcome not in ("killed", "timeout"):
            copy.require_sound(commands(file))
            outcome = copy.try_out(mutant, commands(file))
        outcomes[outcome] += 1
        if outcome == "survived":
            survivors[mutant.key] = REASONS.get(mutant.key, "")
            print(f"{mutant.file}:{mutant.line}: {mutant.before} -> {mutant.after}", flush=True)
    return {
        "tried": len(drawn),
        "killed": outcomes["killed"] + outcomes["timeout"],
        "of these by a timeout": outcomes["timeout"],
        "survivors": survivors,
    }


def _recorded() -> recording.Record:
    try:
        return recording.read("mutation")
    except FileNotFoundError:
        return {"files": {}}


def _record(file: str, result: recording.Record) -> None:
    # Several trials of different files may run at the same time.
    with recording.lock():
        record = _recorded()
        record["files"][file] = {**recording.frame(), **result}
        recording.write("mutation", record)


if __name__ == "__main__":
    command.run(main)
