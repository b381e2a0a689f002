"""Building a kernel from its description.

A build is out of tree (``make O=``). The finished kernel is named by a hash of its inputs: the
source package's version, the configuration, the edits, and the compiler. Its folder appears in one
step. The objects of an interrupted build are kept, and the next attempt continues from there.
"""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from attrs import frozen

from kernel.lab import cache, kconfig, tools
from kernel.lab.errors import BuildFailure, ConfigurationRefused
from kernel.lab.flavours import Edit
from kernel.lab.kernels import Kernel
from kernel.lab.progress import Progress
from kernel.lab.releases import Release
from procmaps.printable import escape_bytes

# The kernel prints these in /proc/version. They are fixed so that builds are reproducible.
REPRODUCIBLE = {
    "KBUILD_BUILD_TIMESTAMP": "Thu Jan  1 00:00:00 UTC 1970",
    "KBUILD_BUILD_USER": "procmaps",
    "KBUILD_BUILD_HOST": "lab",
    "KBUILD_BUILD_VERSION": "1",
}


@frozen
class Image:
    """A built kernel. ``folder`` contains ``image``, ``config``, ``vmlinux`` and ``build.json``."""

    kernel: Kernel
    folder: Path

    @property
    def image(self) -> Path:
        """The file that the emulator loads."""
        return self.folder / "image"

    @property
    def vmlinux(self) -> Path:
        """The linked kernel, with symbols and without debug information."""
        return self.folder / "vmlinux"

    @property
    def config(self) -> Path:
        """The complete configuration."""
        return self.folder / "config"

    @property
    def facts(self) -> dict[str, str | float]:
        """Package version, compiler, configuration hash, and the build time in seconds."""
        facts: dict[str, str | float] = json.loads((self.folder / "build.json").read_bytes())
        return facts


def key(kernel: Kernel) -> str:
    """Return the hash of the inputs of a build.

    Raises ``MissingTool`` if the source package or the compiler is not installed.
    """
    return cache.digest(
        (
            tools.package_version(kernel.release.package),
            tools.version(tools.compiler(kernel.architecture)),
            *sorted(kconfig.lines(kernel.options)),
            kernel.architecture.target,
            *(part for e in kernel.flavour.edits for part in (e.file, e.old, e.new)),
            *(part for item in sorted(REPRODUCIBLE.items()) for part in item),
        )
    )


def find(kernel: Kernel) -> Image | None:
    """Return the finished build of this kernel, or None. Builds nothing.

    Raises ``MissingTool`` as `key` does, because another compiler makes another kernel.
    """
    folder = cache.folder() / "kernels" / f"{kernel.name}-{key(kernel)}"
    return Image(kernel, folder) if folder.is_dir() else None


def ensure(kernel: Kernel, *, jobs: int = 0) -> Image:
    """Return the finished build of this kernel, built now if necessary.

    *jobs* is make's ``-j`` (0: one for each processor). Raises ``MissingTool``,
    ``ConfigurationRefused`` or ``BuildFailure``.
    """
    tools.require(tools.needed(kernel))
    with cache.lock(kernel.name):
        return find(kernel) or _build(kernel, jobs or os.cpu_count() or 1)


def source(release: Release, edits: tuple[Edit, ...] = ()) -> Path:
    """Return the source tree with these edits, unpacked now if necessary.

    An edited tree shares the unedited files with the plain tree, by hard links.
    """
    version = tools.package_version(release.package)
    plain = cache.folder() / "sources" / f"{release.package}_{version}"
    with cache.lock(f"source-{release.name}"):
        if not plain.is_dir():
            with cache.filling(plain) as making:
                command = ("tar", "-xf", str(release.archive), "--strip-components=1")
                tools.run(release.package, command, cwd=making)
        if not edits:
            return plain
        parts = (part for e in edits for part in (e.file, e.old, e.new))
        edited = plain.with_name(f"{plain.name}+{cache.digest(parts)}")
        if not edited.is_dir():
            with cache.filling(edited) as making:
                tools.run(release.package, ("cp", "-al", f"{plain}/.", str(making)))
                for edit in edits:
                    _apply(release, making, edit)
        return edited


def _apply(release: Release, tree: Path, edit: Edit) -> None:
    path = tree / edit.file
    text = path.read_text()
    if text.count(edit.old) != 1:
        reason = f"{edit.old!r} occurs {text.count(edit.old)} times instead of once"
        raise BuildFailure(release.name, ("edit", edit.file), reason.encode())
    path.unlink()  # it is a hard link to the plain tree's file: never write through it
    path.write_text(text.replace(edit.old, edit.new))


def make_command(kernel: Kernel, objects: Path) -> tuple[str, ...]:
    """Return the start of a make command that builds this kernel into the folder *objects*."""
    tree = source(kernel.release, kernel.flavour.edits)
    arch = kernel.architecture
    return (
        "make",
        f"-C{tree}",
        f"O={objects}",
        f"ARCH={arch.kernel_arch}",
        f"CROSS_COMPILE={arch.triplet}-",
    )


def _build(kernel: Kernel, jobs: int) -> Image:
    arch = kernel.architecture
    build_key = key(kernel)
    name = f"{kernel.name}-{build_key}"
    objects = cache.folder() / "objects" / name
    objects.mkdir(parents=True, exist_ok=True)
    make = make_command(kernel, objects)
    started = time.monotonic()
    fragment = objects / "fragment"
    if not (objects / ".config").exists():
        fragment.write_text(kernel.fragment)
        tools.run(kernel.name, (*make, f"KCONFIG_ALLCONFIG={fragment}", "allnoconfig"))
    config = (objects / ".config").read_text()
    refused = kconfig.refused(kernel.options, config)
    if refused:
        shutil.rmtree(objects)
        raise ConfigurationRefused(kernel.name, refused)
    _compile(kernel, (*make, f"-j{jobs}", arch.target))
    facts = {
        "kernel": kernel.name,
        "package": kernel.release.package,
        "package_version": tools.package_version(kernel.release.package),
        "compiler": tools.version(tools.compiler(arch)),
        "key": build_key,
        "config_hash": cache.digest((config,)),
        "seconds": round(time.monotonic() - started, 1),
    }
    folder = cache.folder() / "kernels" / name
    with cache.filling(folder) as making:
        shutil.copyfile(objects / arch.image, making / "image")
        shutil.copyfile(objects / "vmlinux", making / "vmlinux")
        shutil.copyfile(objects / ".config", making / "config")
        (making / "build.json").write_text(json.dumps(facts, indent=1) + "\n")
    shutil.rmtree(objects)
    return Image(kernel, folder)


def _compile(kernel: Kernel, command: tuple[str, ...]) -> None:
    """Run make and show its progress. Its output goes to a log beside the objects."""
    log = cache.folder() / "objects" / f"{kernel.name}.log"
    environment = {**os.environ, **REPRODUCIBLE}
    with (
        Progress(kernel.name) as progress,
        log.open("wb") as record,
        subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as make,
    ):
        if make.stdout is None:
            raise AssertionError("Popen() was asked for a pipe")
        for line in make.stdout:
            record.write(line)
            progress.step(escape_bytes(line.strip()))
        status = make.wait()
    if status:
        raise BuildFailure(kernel.name, command, log.read_bytes())
