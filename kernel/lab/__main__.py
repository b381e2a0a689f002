"""``python -m kernel.lab``: build kernels, boot them, and compare what they print."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from kernel import command
from kernel.command import DONE, FAILURE, FINDINGS
from kernel.lab import (
    build,
    capture,
    distribution,
    kernels,
    python,
    shell,
    tools,
    user_mode,
    user_mode_linux,
    vm,
)
from kernel.lab.beliefs import BELIEFS
from kernel.lab.build import Image
from kernel.lab.errors import LabError, UnknownKernel
from kernel.lab.kernels import Kernel
from kernel.lab.scenarios import SCENARIOS

_PROGRAM = "kernel.lab"


def _chosen(names: Sequence[str]) -> list[Kernel]:
    return [kernels.named(name) for name in names] if names else list(kernels.NEEDED)


def _is_built(kernel: Kernel) -> bool:
    try:
        return build.find(kernel) is not None
    except LabError:
        return False


def _list(options: argparse.Namespace) -> int:
    """List all kernels: whether each is built and captured."""
    for kernel in kernels.KERNELS.values():
        built = "built" if _is_built(kernel) else "-"
        captured = "captured" if (capture.CORPUS / kernel.folder).is_dir() else "-"
        print(f"{kernel.name:24} {built:6} {captured:9} {kernel.flavour.why}")
    if options.scenarios:
        for scenario in SCENARIOS.values():
            print(f"{scenario.name}: {scenario.shows}")
    return DONE


def _install(options: argparse.Namespace) -> int:
    """Install the packages that the kernels, the shell and emulated programs need (as root)."""
    emulated = user_mode.needed(user_mode.MACHINES[name] for name in user_mode.REPEATED)
    others = (shell.BUSYBOX, user_mode_linux.KERNEL, *emulated)
    packages = tools.install(_chosen(options.kernels), others)
    print(f"installed: {' '.join(packages)}" if packages else "nothing was missing")
    return DONE


def _build(options: argparse.Namespace) -> int:
    """Build kernels, or print where they are."""
    for kernel in _chosen(options.kernels):
        image = build.ensure(kernel, jobs=options.jobs)
        size = image.image.stat().st_size
        print(f"{kernel.name}: {size} bytes, built in {image.facts['seconds']} s: {image.folder}")
    return DONE


def _capture(options: argparse.Namespace) -> int:
    """Boot kernels and write what they print into the corpus."""
    for kernel in _chosen(options.kernels):
        started = time.monotonic()
        taken = capture.take(build.ensure(kernel, jobs=options.jobs))
        folder = Path(options.into) / kernel.folder
        taken.write(folder)
        print(_summary(kernel, taken, started))
    return DONE


def _compare(options: argparse.Namespace) -> int:
    """Boot kernels and compare what they print with the corpus."""
    status = DONE
    for kernel in _chosen(options.kernels):
        started = time.monotonic()
        taken = capture.take(build.ensure(kernel, jobs=options.jobs))
        differences = capture.compare(capture.read(capture.CORPUS / kernel.folder), taken)
        for difference in differences:
            print(f"{kernel.name}: {difference}")
            status = FINDINGS
        print(f"{_summary(kernel, taken, started)}, {len(differences)} differences")
    return status


def _summary(kernel: Kernel, taken: capture.Capture, started: float) -> str:
    size = sum(map(len, taken.files.values()))
    seconds = time.monotonic() - started
    return f"{kernel.name}: {len(taken.files)} files, {size} bytes, {seconds:.1f} s"


def _shell(options: argparse.Namespace) -> int:
    """Open a prompt inside a kernel (x86_64)."""
    kernel = kernels.named(options.kernel)
    return shell.run(build.ensure(kernel, jobs=options.jobs))


def _python(options: argparse.Namespace) -> int:
    """Run Python with this project inside a kernel, with the given arguments."""
    kernel = kernels.named(options.kernel)
    with python.boot(build.ensure(kernel, jobs=options.jobs)) as guest:
        status, output = python.run(guest, *map(os.fsencode, options.arguments))
    sys.stdout.buffer.write(output)
    if status:
        print(f"{kernel.name}: {vm.describe_status(status)}", file=sys.stderr)
    return FINDINGS if status else DONE


def _boot(options: argparse.Namespace) -> int:
    """Measure how long each kernel takes to boot to a working agent."""
    for kernel in _chosen(options.kernels):
        image: Image = build.ensure(kernel, jobs=options.jobs)
        started = time.monotonic()
        with vm.boot(image):
            print(f"{kernel.name}: booted in {time.monotonic() - started:.2f} s")
    return DONE


def _ready(options: argparse.Namespace) -> int:
    """Exit with 0 if the kernels are built, else print the remedy."""
    for kernel in _chosen(options.kernels):
        try:
            found = build.find(kernel)
        except LabError as error:
            print(error)
            return FINDINGS
        if found is None:
            print(f"{kernel.name} is not built: run `make lab`")
            return FINDINGS
    return DONE


def _keep(
    options: argparse.Namespace,
    taken: capture.Capture,
    folder: Path,
    compare: Callable[[capture.Capture, capture.Capture], list[str]] = capture.compare,
) -> bool:
    """Write *taken* into *folder*, or compare the two; return whether they differ."""
    differences: list[str] = []
    if options.compare:
        differences = compare(capture.read(folder), taken)
    else:
        taken.write(folder)
    for difference in differences:
        print(f"{folder.name}: {difference}")
    print(f"{folder.name}: {len(taken.files)} files, {len(differences)} differences")
    return bool(differences)


def _emulate(options: argparse.Namespace) -> int:
    """Run programs under QEMU's user mode (as root): capture, or compare with the corpus."""
    status = DONE
    for name in options.machines or user_mode.MACHINES:
        machine = user_mode.machine(name)
        emulator = user_mode.emulator(machine, options.emulators)
        taken = user_mode.take(machine, emulator)
        folder = Path(options.into) / user_mode.name_of(machine, emulator)
        if _keep(options, taken, folder, user_mode.compare):
            status = FINDINGS
    return status


def _user_mode_linux(options: argparse.Namespace) -> int:
    """Boot User-mode Linux: capture what it prints, or compare it with the corpus."""
    taken = user_mode_linux.take()
    folder = Path(options.into)
    return FINDINGS if _keep(options, taken, folder, user_mode_linux.compare) else DONE


def _debian(options: argparse.Namespace) -> int:
    """Boot a kernel of Debian for amd64 or arm64: capture, or compare with the corpus."""
    status = DONE
    for name in options.machines or distribution.suiting(options.image):
        if name not in distribution.MACHINES:
            raise UnknownKernel(name, tuple(distribution.MACHINES))
        taken = distribution.take(options.image, distribution.MACHINES[name])
        folder = Path(options.into) / name
        if _keep(options, taken, folder):
            status = FINDINGS
    return status


def _beliefs(_: argparse.Namespace) -> int:
    """Print what the grammars of dialects claim, and which file shows it."""
    for belief in BELIEFS:
        evidence = (
            f"shown in {belief.shown_in}" if belief.shown_in else f"not shown: {belief.missing}"
        )
        print(f"{belief.grammar}: {belief.claim}\n  {evidence}")
    return DONE


def _all(options: argparse.Namespace) -> int:
    """Install, build and compare. `make lab` runs this."""
    for function in (_install, _build, _compare):
        status = function(options)
        if status:
            return status
    return DONE


# Commands for several kernels, with an example of each.
_COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], int], str]] = {
    "all": (_all, ""),
    "install": (_install, "6.12-arm64-named"),
    "build": (_build, "-j 2 6.12-x86_64-named"),
    "capture": (_capture, "--into /tmp/captures 6.12-x86_64-named"),
    "compare": (_compare, "6.1-x86_64-named"),
    "boot": (_boot, ""),
    "ready": (_ready, ""),
}


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-j",
        "--jobs",
        type=int,
        default=0,
        metavar="N",
        help="parallel jobs of make (default: all)",
    )


def _parser() -> argparse.ArgumentParser:
    parser = command.parser(
        _PROGRAM,
        "Build real kernels, boot them in QEMU, and compare what they print with the corpus.",
        "all",
        "list --scenarios",
        "shell 6.12-x86_64-named",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    listing = command.add_command(commands.add_parser, _PROGRAM, "list", _list, "", "--scenarios")
    listing.add_argument("--scenarios", action="store_true", help="list the scenarios, too")
    needed = ", ".join(kernel.name for kernel in kernels.NEEDED)
    for name, (function, example) in _COMMANDS.items():
        several = command.add_command(commands.add_parser, _PROGRAM, name, function, example)
        several.add_argument(
            "kernels", nargs="*", metavar="KERNEL", help=f"names from `list` (default: {needed})"
        )
        _add_jobs(several)
        if name == "capture":
            several.add_argument(
                "--into",
                default=str(capture.CORPUS),
                metavar="FOLDER",
                help="write there (default: corpus/captures)",
            )
    command.add_command(commands.add_parser, _PROGRAM, "beliefs", _beliefs, "")
    emulate = command.add_command(
        commands.add_parser, _PROGRAM, "emulate", _emulate, "--compare mips", "s390x"
    )
    emulate.add_argument("machines", nargs="*", metavar="MACHINE", help="default: all")
    emulate.add_argument(
        "--emulators", type=Path, metavar="FOLDER", help="another QEMU: qemu-CPU, linked statically"
    )
    uml = command.add_command(
        commands.add_parser, _PROGRAM, "user-mode-linux", _user_mode_linux, "--compare"
    )
    debian = command.add_command(
        commands.add_parser, _PROGRAM, "debian", _debian, "boot/vmlinuz-6.12.117+deb12-amd64"
    )
    debian.add_argument(
        "image", type=Path, metavar="IMAGE", help="of a package linux-image-*-unsigned"
    )
    debian.add_argument(
        "machines", nargs="*", metavar="MACHINE", help=", ".join(distribution.MACHINES)
    )
    for each, corpus in (
        (emulate, user_mode.CORPUS),
        (uml, user_mode_linux.CORPUS),
        (debian, distribution.CORPUS),
    ):
        each.add_argument(
            "--into", default=str(corpus), metavar="FOLDER", help="default: the corpus"
        )
        each.add_argument(
            "--compare", action="store_true", help="compare with the captures in the folder"
        )
    default = kernels.NEEDED[0].name
    prompt = command.add_command(commands.add_parser, _PROGRAM, "shell", _shell, "", default)
    prompt.add_argument(
        "kernel", nargs="?", default=default, metavar="KERNEL", help=f"default: {default}"
    )
    _add_jobs(prompt)
    inside = command.add_command(
        commands.add_parser, _PROGRAM, "python", _python, f"{default} -m procmaps show self"
    )
    inside.add_argument("kernel", metavar="KERNEL", help="a name from `list`")
    _add_jobs(inside)
    inside.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="ARGUMENT", help="arguments of Python"
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
