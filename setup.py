"""The parts of the build that pyproject.toml cannot express: data folders and the C extensions.

The wheel contains the top-level folders `grammar/`, `corpus/` and `docs/` as data of `procmaps`, at
`procmaps/_data/grammar` and so on. `procmaps._resources` finds them there, and in a checkout at the
top. (Symbolic links do not work: setuptools silently omits a linked folder.)

The tables compiled from the grammar are written by `procmaps.grammar.write_tables`, into the wheel,
or into the checkout for an editable install.

The C extensions are optional. Without a compiler, or if compiling fails, the package is complete
but slower, and the wheel has the tag of a pure Python package. They use the limited API, so one
wheel works with every later Python.

A wheel has the same bytes wherever, whenever and by whomever it is built (with the same compiler):
its entries have one date and one mode, and the extensions have no debug sections, which would
contain the path of the build. An sdist has, too: its entries have one date and no owner.
"""

import gzip
import json
import os
import subprocess
import sys
import sysconfig
import tarfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import ClassVar
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from packaging.requirements import Requirement
from setuptools import Command, Extension, find_packages, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build import build
from setuptools.command.sdist import sdist

# Data folders and their files in the wheel. The output of kernels (`captures/`) and other parsers
# (`peers/`) is for work on the project and stays in the checkout.
DATA = {
    "grammar": ["**/*.lark", "**/*.md"],
    "corpus": ["cases/**/*", "schema/**/*"],
    # The pages that `procmaps help` prints.
    "docs": ["*.md"],
}
present = {name: patterns for name, patterns in DATA.items() if Path(name).is_dir()}


# A free-threaded Python has no limited API before 3.15, so its wheel is for that release alone.
LIMITED_API = not sysconfig.get_config_var("Py_GIL_DISABLED")

# `-g` is among the flags that most interpreters pass on. MSVC makes no debug information unasked.
NO_DEBUG_SECTIONS = [] if os.name == "nt" else ["-g0"]


class BuildTables(Command):
    """The part of the build that writes the tables compiled from the grammar."""

    description = "compile the grammar to tables"
    editable_mode = False
    """Set by setuptools for an editable install."""

    def initialize_options(self) -> None:
        """Set no option yet, as every command does."""
        self.build_lib: str | None = None

    def finalize_options(self) -> None:
        """Write to the folder that the Python modules are built in."""
        self.set_undefined_options("build", ("build_lib", "build_lib"))

    def run(self) -> None:
        """Write the tables, with the package of this checkout."""
        written = "procmaps/grammar/written"
        folder = Path(written if self.editable_mode else f"{self.build_lib}/{written}")
        command = [sys.executable, "-m", "procmaps.grammar.write_tables", str(folder.absolute())]
        subprocess.run(command, check=True)  # noqa: S603 - the project's own program

    def get_source_files(self) -> list[str]:
        """Return no file for the sdist: the grammar files are in it already."""
        return []

    def get_outputs(self) -> list[str]:
        """Return no file: a wheel takes everything in the folder of the build."""
        return []

    def get_output_mapping(self) -> dict[str, str]:
        """Return no file that is linked by an editable install."""
        return {}


class Build(build):
    """The build, with the tables after the modules."""

    sub_commands: ClassVar = [*build.sub_commands, ("build_tables", None)]


def repack(wheel: Path) -> None:
    """Write the archive *wheel* again, without the dates and modes of the files it was made from.

    ZipInfo's own date is the first of 1980, so the wheel is never younger than SOURCE_DATE_EPOCH.
    """
    draft = wheel.with_suffix(".draft")
    wheel.rename(draft)
    with ZipFile(draft) as old, ZipFile(wheel, "w") as new:
        for name in old.namelist():
            entry = ZipInfo(name)
            entry.compress_type = ZIP_DEFLATED
            entry.create_system = 3  # Unix, so that the mode is read
            entry.external_attr = 0o100644 << 16
            new.writestr(entry, old.read(name))
    draft.unlink()


def repack_sdist(archive: Path) -> None:
    """Write the sdist again: entries by name, without owners, and of modes only the execute bit.

    Their date is the first of 1980, as in the wheel. The ``setup.cfg`` that setuptools adds is left
    out: it sets what is set anyway, and an sdist of the sdist would list it.
    """
    draft = archive.with_suffix(".draft")
    archive.rename(draft)
    with (
        tarfile.open(draft) as old,
        archive.open("wb") as file,
        # Without the name and the date that gzip's header can have.
        gzip.GzipFile("", "wb", 9, file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(old.getmembers(), key=lambda member: member.name):
            if member.name.partition("/")[2] == "setup.cfg":
                continue
            entry = tarfile.TarInfo(member.name)
            entry.type, entry.linkname, entry.size = member.type, member.linkname, member.size
            entry.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            entry.mtime = 315532800
            new.addfile(entry, old.extractfile(member) if member.isreg() else None)
    draft.unlink()


class Sdist(sdist):
    """A reproducible sdist."""

    def run(self) -> None:
        """Make the archive, and repack it."""
        super().run()
        # setuptools has no types for it.
        archives: list[str] = self.archive_files
        for archive in archives:
            repack_sdist(Path(archive))


def bill_of_materials(metadata: Message) -> dict[str, object]:
    """Return the SBOM of a wheel with this METADATA, in the form of CycloneDX 1.6.

    The wheel contains nothing of others, so it has one component, whose list of contents is
    complete. What it requires is listed with the range of versions that it accepts, because another
    program installs it.
    """
    name, version = metadata["Name"], metadata["Version"]
    reference = f"pkg:pypi/{name}@{version}"
    required: list[dict[str, object]] = []
    for text in sorted(metadata.get_all("Requires-Dist", [])):
        package = Requirement(text)
        extra = package.marker is not None and "extra" in str(package.marker)
        required.append(
            {
                "type": "library",
                "bom-ref": text,
                "name": package.name,
                "purl": f"pkg:pypi/{package.name.lower()}",
                "scope": "optional" if extra else "required",
                "properties": [{"name": "procmaps:requires-dist", "value": text}],
            }
        )
    licenses = [{"expression": metadata["License-Expression"]}]
    component = {"type": "library", "bom-ref": reference, "name": name, "version": version}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**component, "purl": reference, "licenses": licenses}},
        "components": required,
        "dependencies": [
            {"ref": reference, "dependsOn": [package["bom-ref"] for package in required]}
        ],
        "compositions": [{"aggregate": "complete", "assemblies": [reference]}],
    }


class TaggedWheel(bdist_wheel):
    """A reproducible wheel whose tag says whether it contains the extensions, with an SBOM.

    setuptools derives the tag from the extensions declared, whether they were built or not.
    """

    def run(self) -> None:
        """Build first, tag the wheel as pure Python if an extension is missing, and repack it."""
        self.run_command("build")
        outputs = self.get_finalized_command("build_ext").get_outputs()
        if not all(Path(output).exists() for output in outputs):
            self.distribution.ext_modules = []
            self.root_is_pure = True
        super().run()
        _, _, wheel = self.distribution.dist_files[-1]
        repack(Path(wheel))

    def egg2dist(self, egginfo_path: str, distinfo_path: str) -> None:
        """Make the folder ``.dist-info``, and the SBOM in it (PEP 770)."""
        super().egg2dist(egginfo_path, distinfo_path)
        folder = Path(distinfo_path)
        metadata = message_from_bytes((folder / "METADATA").read_bytes())
        (folder / "sboms").mkdir()
        text = json.dumps(bill_of_materials(metadata), indent=1) + "\n"
        (folder / "sboms" / "procmaps-spec.cdx.json").write_text(text)


def extension(name: str, folder: str, subfolders: str = "") -> Extension:
    """Return the extension *name*, made of the C files in *folder*."""
    sources = Path(folder)
    return Extension(
        name,
        sorted(map(str, sources.glob(f"{subfolders}*.c"))),
        depends=sorted(map(str, sources.glob(f"{subfolders}*.h"))),
        include_dirs=[str(sources / "core")],
        define_macros=[("Py_LIMITED_API", "0x030B0000")] if LIMITED_API else [],
        extra_compile_args=NO_DEBUG_SECTIONS,
        py_limited_api=LIMITED_API,
        optional=True,
    )


setup(
    packages=[*find_packages(include=["procmaps", "procmaps.*"])]
    + [f"procmaps._data.{name}" for name in present],
    package_dir={f"procmaps._data.{name}": name for name in present},
    package_data={
        "procmaps": ["py.typed", "*.pyi"],
        "procmaps.check": ["*.jinja"],
        "procmaps.exports.charts": ["*.jinja"],
        "procmaps.usage": ["*.toml"],
        **{f"procmaps._data.{name}": patterns for name, patterns in present.items()},
    },
    ext_modules=[
        extension("procmaps.engines._scanner", "procmaps/engines/_c", "*/"),
        extension("procmaps.records._storage", "procmaps/records/_c"),
    ],
    cmdclass={
        "build": Build,
        "build_tables": BuildTables,
        "bdist_wheel": TaggedWheel,
        "sdist": Sdist,
    },
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if LIMITED_API else {},
    exclude_package_data={"*": ["*.pyc", "**/__pycache__/**", "**/*.pyc"]},
)
