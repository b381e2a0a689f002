"""``python -m kernel.lab.torn_reads``: tear reads of maps and smaps on purpose."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from kernel import command
from kernel.command import DONE, FAILURE, FINDINGS
from kernel.lab import build, distribution, kernels, native, tools, vm
from kernel.lab.architectures import ARCHITECTURES
from kernel.lab.errors import LabError
from kernel.lab.torn_reads import page, record

_PROGRAM = "kernel.lab.torn_reads"
_HOST = "host"
_KERNELS = ("6.1-x86_64-named", "6.12-x86_64-named")


def take(name: str) -> tuple[str, record.Record]:
    """Return the name and the record of a kernel that is booted, or of this machine's."""
    if name == _HOST:
        return _take_here()
    if (file := Path(name)).name.startswith("vmlinuz-"):
        return _take_debian(file)
    kernel = kernels.named(name)
    image = build.ensure(kernel)
    with vm.boot(image) as guest:
        found = record.take(guest)
    facts = {
        "kernel": kernel.name,
        "package": image.facts["package"],
        "package_version": image.facts["package_version"],
        "emulator": tools.version(tools.emulator(kernel.architecture)),
        "repeat_with": f"python -m {_PROGRAM} capture {kernel.name}",
    }
    return kernel.name, {**facts, **record.frame(), **found}


def _take_debian(file: Path) -> tuple[str, record.Record]:
    release = ".".join(file.name.removeprefix("vmlinuz-").split(".")[:2])
    with distribution.start(file, ARCHITECTURES["x86_64"]) as guest:
        found = record.take(guest)
    facts = {
        "kernel": file.name.removeprefix("vmlinuz-"),
        "emulator": tools.version(tools.emulator(ARCHITECTURES["x86_64"])),
        "repeat_with": f"python -m {_PROGRAM} capture boot/{file.name}",
    }
    return f"{release}-x86_64-debian", {**facts, **record.frame(), **found}


def _take_here() -> tuple[str, record.Record]:
    system = os.uname()
    release = ".".join(system.release.split(".")[:2])
    with native.start(isolated=True) as host:
        found = record.take(host)
    facts = {"kernel": system.release, "repeat_with": f"python -m {_PROGRAM} capture {_HOST}"}
    return f"{release}-{system.machine}-{_HOST}", {**facts, **record.frame(), **found}


def _capture(options: argparse.Namespace) -> int:
    """Tear reads on kernels, and write what they print into the corpus."""
    for name in options.kernels or _KERNELS:
        kernel, found = take(name)
        record.write(kernel, found)
        print(_summary(kernel, found), flush=True)
    return DONE


def _compare(options: argparse.Namespace) -> int:
    """Tear reads on kernels, and compare what they print with the corpus."""
    status = DONE
    for name in options.kernels or _KERNELS:
        kernel, found = take(name)
        differences = record.compare(_kept(kernel), found)
        for difference in differences:
            print(f"{kernel}: {difference}")
            status = FINDINGS
        print(f"{_summary(kernel, found)}, {len(differences)} differences", flush=True)
    return status


def _kept(kernel: str) -> record.Record:
    """Return the record of a kernel, or of Debian's kernel of the same release."""
    own = record.path(kernel).exists()
    return record.read(kernel if own else f"{kernel.partition('-')[0]}-x86_64-debian")


def _summary(kernel: str, found: record.Record) -> str:
    changes = len(found["changes"])
    return f"{kernel}: {changes} changes, continues at the {found['continues_at']}"


def _page(_: argparse.Namespace) -> int:
    """Write docs/generated/torn-reads.md from the records."""
    page.PAGE.write_text(page.render())
    return DONE


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "capture": _capture,
    "compare": _compare,
    "page": _page,
}


def _parser() -> argparse.ArgumentParser:
    parser = command.parser(
        _PROGRAM,
        "Change memory between two reads of /proc/PID/maps and smaps; record what is printed.",
        f"compare {_KERNELS[0]}",
        f"capture {_HOST}",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, function in _COMMANDS.items():
        one = command.add_command(
            commands.add_parser, _PROGRAM, name, function, "" if name == "page" else _KERNELS[1]
        )
        if name != "page":
            one.add_argument(
                "kernels",
                nargs="*",
                metavar="KERNEL",
                help=f"names from `kernel.lab list`, a file vmlinuz-* of Debian, or {_HOST} "
                f"(default: {', '.join(_KERNELS)})",
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
