"""Print pip constraints: the tools as installed, and the oldest supported requirements.

Usage: `pip freeze --exclude-editable | python lowest.py pyproject.toml`

The checkout's tests run on the newest versions. The wheel's run on the lower bounds in
pyproject.toml, because an untested bound is a guess.
"""

import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def lowest(pyproject: str, frozen: list[str]) -> list[str]:
    """Return `frozen` (lines `name==version`) with the package's requirements at their bound.

    The extra `test` is left as installed, because it runs the tests.
    """
    project = tomllib.loads(pyproject)["project"]
    extras = project["optional-dependencies"]
    required: list[str] = [*project["dependencies"]]
    for extra in ("cli", "elf", "export"):
        required += extras.get(extra, ())
    bounds = {
        canonicalize_name(Requirement(line).name): line.replace(">=", "==") for line in required
    }
    kept = [line for line in frozen if canonicalize_name(line.split("==")[0]) not in bounds]
    return sorted([*kept, *bounds.values()])


if __name__ == "__main__":
    frozen = sys.stdin.read().split("\n")[:-1]
    sys.stdout.write("\n".join(lowest(Path(sys.argv[1]).read_text("utf-8"), frozen)) + "\n")
