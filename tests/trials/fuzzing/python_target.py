"""``python -m tests.trials.fuzzing.python_target LAW [libFuzzer's arguments]``: Atheris on one law.

Atheris rewrites the bytecode of what is imported inside its block, so that branches and compared
values guide the search. It replaces this process's own handling of arguments.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any, cast

PROGRAM = "tests.trials.fuzzing.python_target"


def main() -> None:
    """Fuzz the law that the first argument names. Atheris ends the process."""
    # Atheris has no types, and only this program needs it.
    atheris = cast("Any", importlib.import_module("atheris"))
    with atheris.instrument_imports(include=["procmaps"], enable_loader_override=False):
        laws = importlib.import_module("tests.trials.fuzzing.laws")
    name = sys.argv[1]
    law = laws.LAWS[name]
    atheris.Setup([f"{PROGRAM} {name}", *sys.argv[2:]], law, enable_python_coverage=True)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
