"""`import procmaps` is cheap: what only some uses need is not loaded for all."""

import subprocess
import sys

EXPENSIVE = ("click", "hypothesis", "lark", "pyarrow", "pytest", "rich")


def test_importing_the_package_loads_no_parser_generator_and_no_test_library() -> None:
    # A process of its own, and -I: in this one the tests have loaded most of them already.
    loaded = subprocess.run(
        [sys.executable, "-I", "-c", "import procmaps, sys; print(*sys.modules)"],
        stdout=subprocess.PIPE,
        check=True,
    )
    modules = loaded.stdout.decode().split()
    assert "procmaps" in modules
    assert sorted(set(EXPENSIVE) & set(modules)) == []
