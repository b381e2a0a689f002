"""`procmaps._resources` finds data files in an installed package and in a checkout only."""

import re
from pathlib import Path

import pytest

from procmaps import ResourceNotFound, _resources


def write(root: Path, name: str, content: bytes) -> Path:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create an empty `procmaps` package in an empty folder and point the locator at it."""
    package = tmp_path / "procmaps"
    package.mkdir()
    monkeypatch.setattr(_resources, "_PACKAGE", package)
    return package


def test_finds_an_installed_file_inside_the_package(package: Path) -> None:
    file = write(package, "_data/grammar/a.lark", b"installed\n")
    assert _resources.path("grammar/a.lark") == file
    assert _resources.read("grammar/a.lark") == b"installed\n"


def test_finds_a_file_of_the_checkout_that_is_not_installed(package: Path) -> None:
    write(package.parent, "pyproject.toml", b"")
    file = write(package.parent, "grammar/dialects/a.lark", b"checkout\n")
    assert _resources.path("grammar/dialects/a.lark") == file
    assert _resources.path("grammar/dialects") == file.parent


def test_prefers_the_installed_file_to_the_checkouts(package: Path) -> None:
    write(package.parent, "pyproject.toml", b"")
    write(package.parent, "corpus/a", b"checkout")
    write(package, "_data/corpus/a", b"installed")
    assert _resources.read("corpus/a") == b"installed"


def test_ignores_a_folder_of_the_same_name_in_site_packages(package: Path) -> None:
    write(package.parent, "grammar/a.lark", b"somebody else's\n")
    with pytest.raises(ResourceNotFound) as caught:
        _resources.path("grammar/a.lark")
    assert str(caught.value) == (
        f"no data file 'grammar/a.lark': it is not at {package}/_data/grammar/a.lark. If the name "
        "is right, this installation of procmaps-spec is incomplete: reinstall it, or use a "
        "complete checkout."
    )


def test_error_lists_every_path_that_was_tried(package: Path) -> None:
    write(package.parent, "pyproject.toml", b"")
    paths = f"{package}/_data/grammar/a.lark or {package.parent}/grammar/a.lark."
    with pytest.raises(ResourceNotFound, match=re.escape(paths)):
        _resources.read("grammar/a.lark")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "..", "grammar/../../secret"])
def test_rejects_a_name_outside_the_project(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a data file") as caught:
        _resources.path(name)
    assert str(caught.value) == (
        f"not the name of a data file: {name!r}; expected a path relative to the project, "
        "such as 'grammar/header.lark'"
    )
