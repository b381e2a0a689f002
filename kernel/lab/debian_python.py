"""Python as Debian packages it for another machine, unpacked into a folder. Nothing is installed.

``python -m kernel.lab.debian_python MACHINE...`` downloads it with apt-get, from the sources of
this machine.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from kernel import command
from kernel.lab import cache, tools
from kernel.lab.errors import LabError
from kernel.lab.machines import Machine

VERSION = ".".join(map(str, sys.version_info[:2]))
"""The release of this Python. Another one has other bytecode."""

# The last one has the headers for extensions.
PACKAGES = ("python3-minimal", "libpython3-stdlib", "libpython3-dev")
DEBIAN = {"arm64": "arm64", "arm": "armhf", "i386": "i386", "s390x": "s390x", "ppc64le": "ppc64el"}
"""Debian's name of each machine whose Python can be had."""


@frozen
class Unpacked:
    """The folder of a machine's Python."""

    debian: str
    folder: Path

    @classmethod
    def of(cls, machine: Machine) -> Unpacked:
        """Return the folder for a machine, which need not exist. Raises ``LabError``."""
        if machine.name not in DEBIAN:
            known = ", ".join(DEBIAN)
            raise LabError(f"no Python is known for {machine.name}, only for {known}")
        debian = DEBIAN[machine.name]
        return cls(debian, cache.folder() / "pythons" / f"{debian}-{VERSION}")

    @property
    def program(self) -> Path:
        """The interpreter."""
        return self.folder / "usr" / "bin" / f"python{VERSION}"

    @property
    def includes(self) -> Path:
        """The folder of its headers."""
        return self.folder / "usr" / "include" / f"python{VERSION}"

    def ensure(self) -> None:
        """Download and unpack it if that was not done. Raises ``LabError``."""
        with cache.lock(f"python-{self.debian}"):
            if self.folder.is_dir():
                return
            with cache.filling(self.folder) as making:
                apt = making / "apt"
                download(self.debian, apt)
                for package in sorted(apt.glob("cache/archives/*.deb")):
                    tools.run(package.name, ("dpkg", "--extract", str(package), str(making)))
                tools.run("apt", ("rm", "-r", str(apt)))
                if not (making / self.program.relative_to(self.folder)).exists():
                    raise LabError(f"Debian's Python for {self.debian} is not {VERSION}")


def download(debian: str, apt: Path) -> None:
    """Download the packages for an architecture of Debian into ``cache/archives`` of *apt*.

    They come with all that they depend on. Raises ``BuildFailure``.
    """
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (apt / folder).mkdir(parents=True, exist_ok=True)
    status = apt / "status"
    status.touch()
    options = {
        "APT::Architecture": debian,
        "APT::Architectures::": debian,
        "APT::Sandbox::User": "root",
        "Dir::State": str(apt / "state"),
        "Dir::State::status": str(status),
        "Dir::Cache": str(apt / "cache"),
    }
    apt_get = ["apt-get", "--quiet=2", "--assume-yes"]
    apt_get += [f"--option={key}={value}" for key, value in options.items()]
    # An index can be missing while its mirror is updated. If it is needed, the next command fails.
    subprocess.run([*apt_get, "update"], check=False)
    install = ("install", "--download-only", "--no-install-recommends")
    tools.run(f"Python for {debian}", (*apt_get, *install, *PACKAGES))


def main(arguments: Sequence[str] | None = None) -> int:
    """Download the Pythons of machines; return 0, or 2 with the reason."""
    from kernel.lab.architectures import ARCHITECTURES  # noqa: PLC0415 - tools imports it, too

    parser = command.parser(
        "kernel.lab.debian_python", "Download Debian's Python for other machines.", "s390x arm64"
    )
    parser.add_argument(
        "machines", nargs="+", choices=DEBIAN, metavar="MACHINE", help=", ".join(DEBIAN)
    )
    try:
        for name in parser.parse_args(arguments).machines:
            unpacked = Unpacked.of(ARCHITECTURES[name])
            unpacked.ensure()
            print(f"{name}: {unpacked.program}")
    except LabError as error:
        print(error, file=sys.stderr)
        return command.FAILURE
    return command.DONE


if __name__ == "__main__":
    command.run(main)
