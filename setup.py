"""The parts of the build that pyproject.toml cannot express: data folders and the C extension.

The wheel contains the top-level folders `grammar/`, `corpus/` and `docs/` as data of `procmaps`, at
`procmaps/_data/grammar` and so on. `procmaps._resources` finds them there, and in a checkout at the
top. (Symbolic links do not work: setuptools silently omits a linked folder.)

The C extension is optional. Without a compiler, or if compiling fails, the package is complete but
slower, and the wheel has the tag of a pure Python package. The extension uses the limited API, so
one wheel works with every later Python.
"""

from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.bdist_wheel import bdist_wheel

# Data folders and their files in the wheel. The output of kernels (`captures/`) and other parsers
# (`peers/`) is for work on the project and stays in the checkout.
DATA = {
    "grammar": ["**/*.lark", "**/*.md"],
    "corpus": ["cases/**/*", "schema/**/*"],
    # The pages that `procmaps help` prints.
    "docs": ["*.md"],
}
present = {name: patterns for name, patterns in DATA.items() if Path(name).is_dir()}


class TaggedWheel(bdist_wheel):
    """A wheel whose tag says whether it contains the extension.

    setuptools derives the tag from the extensions declared, whether they were built or not.
    """

    def run(self) -> None:
        """Build first, and tag the wheel as pure Python if there is no extension."""
        self.run_command("build")
        outputs = self.get_finalized_command("build_ext").get_outputs()
        if not all(Path(output).exists() for output in outputs):
            self.distribution.ext_modules = []
            self.root_is_pure = True
        super().run()


setup(
    packages=[*find_packages(include=["procmaps", "procmaps.*"])]
    + [f"procmaps._data.{name}" for name in present],
    package_dir={f"procmaps._data.{name}": name for name in present},
    package_data={
        "procmaps": ["py.typed", "*.pyi"],
        "procmaps.check": ["*.jinja"],
        **{f"procmaps._data.{name}": patterns for name, patterns in present.items()},
    },
    ext_modules=[
        Extension(
            "procmaps.engines._scanner",
            sorted(map(str, Path("procmaps/engines/_c").glob("*/*.c"))),
            depends=sorted(map(str, Path("procmaps/engines/_c").glob("*/*.h"))),
            include_dirs=["procmaps/engines/_c/core"],
            define_macros=[("Py_LIMITED_API", "0x030B0000")],
            py_limited_api=True,
            optional=True,
        )
    ],
    cmdclass={"bdist_wheel": TaggedWheel},
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
    exclude_package_data={"*": ["*.pyc", "**/__pycache__/**", "**/*.pyc"]},
)
