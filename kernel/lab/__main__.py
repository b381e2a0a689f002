"""``python -m kernel.lab``: build, boot, capture, look."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from kernel.lab import build, capture, kernels, python, shell, tools, vm
from kernel.lab.build import Image
from kernel.lab.errors import LabError
from kernel.lab.kernels import Kernel
from kernel.lab.scenarios import SCENARIOS

_DONE, _FINDINGS, _USAGE = 0, 1, 2


def _chosen(names: Sequence[str]) -> list[Kernel]:
    return [kernels.named(name) for name in names] if names else list(kernels.NEEDED)


def _list(options: argparse.Namespace) -> int:
    """The kernels of the tables, whether each is built and captured; the scenarios."""
    for kernel in kernels.KERNELS.values():
        try:
            built = "built" if build.find(kernel) else "-"
        except LabError:
            built = "-"
        captured = "captured" if (capture.CORPUS / kernel.name).is_dir() else "-"
        print(f"{kernel.name:24} {built:6} {captured:9} {kernel.flavour.why}")
    if options.scenarios:
        for scenario in SCENARIOS.values():
            print(f"{scenario.name}: {scenario.shows}")
    return _DONE


def _install(options: argparse.Namespace) -> int:
    """Install the packages that the kernels and the shell need (as root)."""
    packages = tools.install(_chosen(options.kernels), (shell.BUSYBOX,))
    print(f"installed: {' '.join(packages)}" if packages else "nothing was missing")
    return _DONE


def _build(options: argparse.Namespace) -> int:
    """Build the kernels, or say where they are."""
    for kernel in _chosen(options.kernels):
        image = build.ensure(kernel, jobs=options.jobs)
        size = image.image.stat().st_size
        print(f"{kernel.name}: {size} bytes, built in {image.facts['seconds']} s: {image.folder}")
    return _DONE


def _capture(options: argparse.Namespace) -> int:
    """Boot the kernels and write what they print into the corpus."""
    for kernel in _chosen(options.kernels):
        started = time.monotonic()
        taken = capture.take(build.ensure(kernel, jobs=options.jobs))
        folder = Path(options.into) / kernel.name
        taken.write(folder)
        print(_summary(kernel, taken, started))
    return _DONE


def _check(options: argparse.Namespace) -> int:
    """Boot the kernels and compare what they print with the corpus."""
    status = _DONE
    for kernel in _chosen(options.kernels):
        started = time.monotonic()
        taken = capture.take(build.ensure(kernel, jobs=options.jobs))
        differences = capture.compare(capture.read(capture.CORPUS / kernel.name), taken)
        for difference in differences:
            print(f"{kernel.name}: {difference}")
            status = _FINDINGS
        print(f"{_summary(kernel, taken, started)}, {len(differences)} differences")
    return status


def _summary(kernel: Kernel, taken: capture.Capture, started: float) -> str:
    size = sum(map(len, taken.files.values()))
    seconds = time.monotonic() - started
    return f"{kernel.name}: {len(taken.files)} files, {size} bytes, {seconds:.1f} s"


def _shell(options: argparse.Namespace) -> int:
    """A prompt inside a kernel."""
    (kernel,) = _chosen([options.kernel])
    return shell.run(build.ensure(kernel, jobs=options.jobs))


def _python(options: argparse.Namespace) -> int:
    """Run Python inside a kernel, with this project; what follows are Python's arguments."""
    (kernel,) = _chosen([options.kernel])
    with python.boot(build.ensure(kernel, jobs=options.jobs)) as guest:
        status, said = python.run(guest, *map(os.fsencode, options.arguments))
    sys.stdout.buffer.write(said)
    if status:
        print(f"{kernel.name}: {vm.describe_status(status)}", file=sys.stderr)
    return _FINDINGS if status else _DONE


def _measure(options: argparse.Namespace) -> int:
    """How long each kernel takes to boot to a working agent."""
    for kernel in _chosen(options.kernels):
        image: Image = build.ensure(kernel, jobs=options.jobs)
        started = time.monotonic()
        with vm.boot(image):
            print(f"{kernel.name}: booted in {time.monotonic() - started:.2f} s")
    return _DONE


def _ready(options: argparse.Namespace) -> int:
    """Exit 0 if the kernels are built; else say what to do."""
    for kernel in _chosen(options.kernels):
        try:
            found = build.find(kernel)
        except LabError as error:
            print(error)
            return _FINDINGS
        if found is None:
            print(f"{kernel.name} is not built: run `make lab`")
            return _FINDINGS
    return _DONE


def _all(options: argparse.Namespace) -> int:
    """Install, build and check: everything from nothing. What `make lab` runs."""
    for step in (_install, _build, _check):
        status = step(options)
        if status:
            return status
    return _DONE


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "all": _all,
    "list": _list,
    "install": _install,
    "build": _build,
    "capture": _capture,
    "check": _check,
    "boot": _measure,
    "ready": _ready,
}


def _inside(
    command: argparse.ArgumentParser,
    function: Callable[[argparse.Namespace], int],
    *,
    kernel: str | None,
) -> None:
    """What the commands for one kernel have in common."""
    command.description = function.__doc__
    command.set_defaults(run=function)
    command.add_argument("-j", "--jobs", type=int, default=0, help="as make's; default: all")
    command.add_argument("kernel", nargs=kernel, default=kernels.NEEDED[0].name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kernel.lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in _COMMANDS.items():
        command = commands.add_parser(name, help=function.__doc__, description=function.__doc__)
        command.set_defaults(run=function)
        if name == "list":
            command.add_argument("--scenarios", action="store_true", help="the scenarios as well")
            continue
        needed = ", ".join(kernel.name for kernel in kernels.NEEDED)
        command.add_argument("kernels", nargs="*", help=f"names from `list`; without any: {needed}")
        command.add_argument("-j", "--jobs", type=int, default=0, help="as make's; default: all")
        if name == "capture":
            command.add_argument("--into", default=str(capture.CORPUS), help="a folder")
    _inside(commands.add_parser("shell", help=_shell.__doc__), _shell, kernel="?")
    inside = commands.add_parser("python", help=_python.__doc__)
    _inside(inside, _python, kernel=None)
    inside.add_argument("arguments", nargs=argparse.REMAINDER, help="such as -m procmaps show self")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """0 fine, 1 findings, 2 a wrong call or a laboratory that cannot work here."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except (LabError, KeyError) as error:
        print(error.args[0] if isinstance(error, KeyError) else error, file=sys.stderr)
        return _USAGE


if __name__ == "__main__":
    sys.exit(main())
