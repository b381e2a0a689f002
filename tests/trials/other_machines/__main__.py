"""``python -m tests.trials.other_machines``: exit 1 if a test of pages fails in a guest."""

from __future__ import annotations

import json
import re
import sys
from argparse import Namespace
from base64 import b64decode
from pathlib import Path
from typing import Any

from kernel import command
from kernel.lab import python, tools
from kernel.lab.errors import LabError
from kernel.lab.vm import Guest
from tests.support.checkout import ROOT
from tests.trials.other_machines import guests

PROGRAM = "tests.trials.other_machines"
CORPUS = ROOT / "corpus" / "captures" / "pages"
ENGINES = ("native", "python")
TESTS = ("tests/pages/test_truth.py", "tests/pages/test_faults.py")
# The conftest of all tests imports every module, also those that need other packages.
_OPTIONS = ("-q", "-pno:cacheprovider", "--confcutdir=tests/pages", "-rs")
_WITH_ENGINE = f"""
import os, sys
os.environ["PROCMAPS_ENGINE"] = sys.argv[1]
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # Hypothesis has an extension
import procmaps, pytest
assert procmaps.engine() == sys.argv[1]
sys.exit(pytest.main({[*_OPTIONS, *TESTS]!r}))
"""


def _test(guest: Guest, engine: str) -> tuple[bool, str]:
    """Run the tests of pages with an engine; return whether they passed, and their output."""
    status, output = python.run(guest, b"-c", _WITH_ENGINE.encode(), engine.encode())
    return status == 0, output.decode(errors="backslashreplace")


def write(output: bytes, provenance: dict[str, Any], folder: Path) -> None:
    """Write what `inside` has printed into a folder of the corpus, with more *provenance*."""
    taken: dict[str, Any] = json.loads(output)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in taken["files"].items():
        (folder / name).write_bytes(b64decode(data))
    facts = {**provenance, **taken["facts"]}
    (folder / "provenance.json").write_text(json.dumps(facts, indent=1) + "\n")


def _record(guest: Guest, passed: dict[str, int], into: Path) -> None:
    """Record the files of a process in the guest."""
    status, output = python.run(guest, b"-m", b"tests.trials.other_machines.inside")
    if status:
        raise LabError(output.decode(errors="backslashreplace"))
    kernel = guest.image.kernel
    provenance = {
        "kernel": kernel.name,
        "package_version": guest.image.facts["package_version"],
        "emulator": tools.version(tools.emulator(kernel.architecture)),
        "command": f"python -m {PROGRAM} {kernel.name}",
        "passed": passed,
    }
    write(output, provenance, into / kernel.name)


def _arguments() -> Namespace:
    parser = command.parser(
        PROGRAM,
        "Compare pages with the truth on other machines, and record the files of a process there.",
        "6.12-s390x-named",
        "--into /tmp/pages 6.12-arm64-named64k",
    )
    parser.add_argument(
        "kernels", nargs="+", metavar="KERNEL", help="names of `python -m kernel.lab list`"
    )
    parser.add_argument(
        "--into", type=Path, default=CORPUS, metavar="FOLDER", help="default: the corpus"
    )
    return parser.parse_args()


def main() -> int:
    """Return 0, 1 if a test failed, or 2 for a missing prerequisite."""
    arguments = _arguments()
    status = command.DONE
    try:
        for name in arguments.kernels:
            passed: dict[str, int] = {}
            with guests.booted(name) as guest:
                for engine in ENGINES:
                    fine, output = _test(guest, engine)
                    counted = re.search(r"^(\d+) passed in ", output, re.MULTILINE)
                    if not fine or counted is None:
                        print(f"{name}, {engine}:\n{output}")
                        status = command.FINDINGS
                    else:
                        passed[engine] = int(counted[1])
                        print(f"{name}, {engine}: {counted[1]} tests passed", flush=True)
                if len(passed) == len(ENGINES):
                    _record(guest, passed, arguments.into)
    except LabError as error:
        print(error, file=sys.stderr)
        return command.FAILURE
    return status


if __name__ == "__main__":
    command.run(main)
