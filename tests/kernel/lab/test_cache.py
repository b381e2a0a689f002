"""The cache: entries are complete or absent, and named by a hash of their inputs."""

import os
from pathlib import Path

import pytest
from attrs import evolve

from kernel.lab import build, cache, tools
from kernel.lab.errors import BuildFailure, MissingTool
from kernel.lab.flavours import Edit
from kernel.lab.kconfig import Option
from kernel.lab.kernels import KERNELS, Kernel
from kernel.lab.releases import Release

KERNEL = KERNELS["6.12-x86_64-named"]


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_digest_depends_on_where_parts_end() -> None:
    assert cache.digest(["ab", "c"]) != cache.digest(["a", "bc"])
    assert cache.digest(["ab", "c"]) == cache.digest([b"ab", b"c"])


def test_the_variable_chooses_the_folder(own_cache: Path) -> None:
    assert cache.folder() == own_cache
    assert own_cache.is_dir()


@pytest.mark.parametrize(
    ("base", "folder"),
    [
        ("{tmp}/xdg", "{tmp}/xdg/procmaps/lab"),
        ("", "{tmp}/.cache/procmaps/lab"),
        ("relative", "{tmp}/.cache/procmaps/lab"),
    ],
)
def test_the_default_folder_belongs_to_the_user(
    base: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that all checkouts of one user share the built kernels."""
    monkeypatch.delenv(cache.VARIABLE, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", base.format(tmp=tmp_path))
    assert cache.folder() == Path(folder.format(tmp=tmp_path))
    assert cache.folder().is_dir()


def test_an_interrupted_build_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "thing"

    def interrupted() -> None:
        with cache.filling(target) as making:
            (making / "half").write_bytes(b"")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_the_first_finished_folder_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "thing"
    with cache.filling(target) as making:
        (making / "by").write_bytes(b"second")
        with cache.filling(target) as other:
            (other / "by").write_bytes(b"first")
    assert (target / "by").read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [target]


def test_replacing_swaps_the_whole_folder(tmp_path: Path) -> None:
    target = tmp_path / "thing"
    for name in ("old", "new"):
        with cache.replacing(target) as making:
            (making / name).write_bytes(b"")
    assert [path.name for path in target.iterdir()] == ["new"]


@pytest.fixture
def fixed_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "package_version", "{} 1".format)
    monkeypatch.setattr(tools, "version", str)


@pytest.mark.usefixtures("fixed_tools")
def test_each_input_changes_the_key() -> None:
    flavour = KERNEL.flavour
    others = [
        evolve(KERNEL, release=evolve(KERNEL.release, package="other")),
        evolve(KERNEL, architecture=evolve(KERNEL.architecture, triplet="other")),
        evolve(KERNEL, architecture=evolve(KERNEL.architecture, target="other")),
        evolve(KERNEL, flavour=evolve(flavour, options=(Option("OTHER", "."),))),
        evolve(KERNEL, flavour=evolve(flavour, edits=(Edit("file", "old", "new", "."),))),
        evolve(KERNEL, flavour=evolve(flavour, edits=(Edit("file", "old", "newer", "."),))),
    ]
    keys = [build.key(kernel) for kernel in (KERNEL, *others)]
    assert len(set(keys)) == len(keys)


@pytest.mark.usefixtures("fixed_tools")
def test_key_ignores_names_and_reasons() -> None:
    reasoned = tuple(evolve(o, why="another reason") for o in KERNEL.flavour.options)
    flavour = evolve(KERNEL.flavour, options=reasoned, why="another")
    assert build.key(evolve(KERNEL, flavour=flavour)) == build.key(KERNEL)


@pytest.mark.usefixtures("fixed_tools", "own_cache")
def test_finds_only_finished_builds() -> None:
    assert build.find(KERNEL) is None
    folder = cache.folder() / "kernels" / f"{KERNEL.name}-{build.key(KERNEL)}"
    with cache.filling(folder) as making:
        (making / "build.json").write_text('{"seconds": 1.5}')
        assert build.find(KERNEL) is None
    found = build.find(KERNEL)
    assert found is not None
    assert found.facts == {"seconds": 1.5}


@pytest.mark.usefixtures("own_cache")
def test_rejects_an_edit_whose_text_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "package_version", "1".format)
    release = Release("x", "package", ".")
    plain = cache.folder() / "sources" / "package_1"
    with cache.filling(plain) as making:
        (making / "file.h").write_text("one\ntwo\n")
    edited = build.source(release, (Edit("file.h", "two\n", "three\n", "."),))
    assert (edited / "file.h").read_text() == "one\nthree\n"
    assert (plain / "file.h").read_text() == "one\ntwo\n"
    with pytest.raises(BuildFailure) as caught:
        build.source(release, (Edit("file.h", "four", "five", "."),))
    assert str(caught.value) == "x: `edit file.h` failed:\n'four' occurs 0 times instead of once"
    assert len(list((cache.folder() / "sources").iterdir())) == 2


def test_a_missing_tool_names_its_package() -> None:
    with pytest.raises(MissingTool) as caught:
        tools.require([tools.Tool("sh", "dash"), tools.Tool("no-such-tool", "its-package")])
    assert str(caught.value) == ("no-such-tool is not installed: run `apt-get install its-package`")


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=lambda kernel: kernel.name)
def test_find_reports_a_missing_compiler(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Most machines have the compilers of some architectures only."""
    monkeypatch.setattr(tools, "package_version", "{} 1".format)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingTool) as caught:
        build.find(kernel)
    assert caught.value.what == kernel.architecture.compiler


def test_error_of_a_failed_command_escapes_its_output() -> None:
    with pytest.raises(BuildFailure) as caught:
        tools.run("thing", ("sh", "-c", r"printf '\033[31mred\n\377'; exit 1"))
    assert str(caught.value).endswith("\n\\x1b[31mred\n\\xff")


def test_error_of_a_failed_command_quotes_its_output() -> None:
    with pytest.raises(BuildFailure) as caught:
        tools.run("thing", ("sh", "-c", "echo said; exit 3"))
    assert str(caught.value) == "thing: `sh -c echo said; exit 3` failed:\nsaid\n"


def test_install_does_nothing_if_nothing_is_missing() -> None:
    assert tools.install([], (tools.Tool("sh", "dash"),)) == ()


def test_install_without_root_names_all_missing_packages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    missing = [tools.Tool("no-such-tool", "one"), tools.Tool("/no/such/file", "two")]
    with pytest.raises(MissingTool) as caught:
        tools.install([], missing)
    assert str(caught.value) == "one is not installed: run `apt-get install one two`"
