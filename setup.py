"""What pyproject.toml cannot say: which packages there are and where their data lies.

The wheel carries the top-level folders `grammar/` and `corpus/` as the data of `procmaps`, at
`procmaps/_data/grammar` and `procmaps/_data/corpus`; `procmaps._resources` finds them there, and
in a checkout where they stand. (Not by a symbolic link: setuptools leaves a linked folder out
without a word.)

The native scanner is optional: without a compiler, or where it fails, the package is complete but
slower (`procmaps.engines.selection`). It keeps to the limited API, so one wheel serves every later
Python.
"""

from pathlib import Path

from setuptools import Extension, find_packages, setup

# A folder of data and the files of it that a wheel carries. What kernels printed (`captures/`) and
# what other parsers answer (`peers/`) are for work on the project, and stay in the checkout.
DATA = {
    "grammar": ["**/*.lark", "**/*.md"],
    "corpus": ["cases/**/*", "schema/**/*"],
}
present = {name: patterns for name, patterns in DATA.items() if Path(name).is_dir()}

setup(
    packages=[*find_packages(include=["procmaps", "procmaps.*"])]
    + [f"procmaps._data.{name}" for name in present],
    package_dir={f"procmaps._data.{name}": name for name in present},
    package_data={
        "procmaps": ["py.typed", "*.pyi"],
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
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
    exclude_package_data={"*": ["*.pyc", "**/__pycache__/**", "**/*.pyc"]},
)
