"""The locator finds data in an installed package and in a checkout, and nowhere else."""

import re
from pathlib import Path

import pytest

from procmaps import _resources


def lay(root: Path, name: str, content: bytes) -> Path:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand an empty `procmaps` package in an empty folder, and have the locator believe in it."""
    package = tmp_path / "procmaps"
    package.mkdir()
    monkeypatch.setattr(_resources, "_PACKAGE", package)
    return package


def test_an_installed_file_is_found_inside_the_package(package: Path) -> None:
    file = lay(package, "_data/grammar/a.lark", b"installed\n")
    assert _resources.path("grammar/a.lark") == file
    assert _resources.read("grammar/a.lark") == b"installed\n"


def test_a_checkout_serves_what_is_not_installed(package: Path) -> None:
    lay(package.parent, "pyproject.toml", b"")
    file = lay(package.parent, "grammar/dialects/a.lark", b"checkout\n")
    assert _resources.path("grammar/dialects/a.lark") == file
    assert _resources.path("grammar/dialects") == file.parent


def test_the_installed_file_goes_before_the_checkouts(package: Path) -> None:
    lay(package.parent, "pyproject.toml", b"")
    lay(package.parent, "corpus/a", b"checkout")
    lay(package, "_data/corpus/a", b"installed")
    assert _resources.read("corpus/a") == b"installed"


def test_a_foreign_folder_in_site_packages_is_not_taken_for_ours(package: Path) -> None:
    lay(package.parent, "grammar/a.lark", b"somebody else's\n")
    with pytest.raises(_resources.ResourceNotFound) as caught:
        _resources.path("grammar/a.lark")
    assert str(caught.value) == (
        f"no data file 'grammar/a.lark': it is not at {package}/_data/grammar/a.lark; if the name "
        "is right, the installation of procmaps-spec is incomplete: install it anew, or run from "
        "a whole checkout"
    )


def test_the_error_names_every_place_that_was_looked_at(package: Path) -> None:
    lay(package.parent, "pyproject.toml", b"")
    places = f"{package}/_data/grammar/a.lark or {package.parent}/grammar/a.lark;"
    with pytest.raises(_resources.ResourceNotFound, match=re.escape(places)):
        _resources.read("grammar/a.lark")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "..", "grammar/../../secret"])
def test_a_name_outside_the_project_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a data file") as caught:
        _resources.path(name)
    assert str(caught.value) == (
        f"not the name of a data file: {name!r}; give it relative to the project, "
        "such as 'grammar/header.lark'"
    )
