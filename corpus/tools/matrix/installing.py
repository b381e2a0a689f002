"""Installing the peers into ``.cache/peers``: unmodified, by name and version.

What is written here are the manifests that each language's own tool wants; where the registries are
is those tools' settings. A peer whose recipe has not changed is not installed again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from corpus.tools.matrix.peers import SDK, Peer

ROOT: Final = Path(__file__).parents[3]
CACHE: Final = ROOT / ".cache" / "peers"

# What the shared part of the Rust adapters needs beside the peers.
_SDK_CRATES: Final = {"serde_json": "1", "base64": "0.22"}
_COMPILED: Final = frozenset({".rs", ".go", ".java"})
_NOT_ALLOWED: Final = 77
"""Exit status of overlay.py where the machine does not let it work."""


@attrs.frozen
class NotInstalled(Exception):
    """A peer that is not here, and why."""

    reason: str

    def __str__(self) -> str:
        return self.reason


# --- asking ---------------------------------------------------------------------------------------


def command(peer: Peer) -> tuple[str, ...]:
    """How to start a peer's adapter, in its batch form.

    Raises `NotInstalled`, which says what is missing.
    """
    if peer.reason:
        raise NotInstalled(peer.reason)
    if not _stamp(peer).is_file() or _stamp(peer).read_text() != _recipe(peer):
        raise NotInstalled(f"not installed; run python -m corpus.tools.matrix install {peer.name}")
    arguments, paths = _START[_kind(peer)](peer)
    if peer.overlay:
        decoy = ["--decoy", arguments[0]] if peer.decoy == "self" else []
        arguments = [sys.executable, "-S", str(SDK / "overlay.py"), *decoy, *arguments]
    # What `env` sets here is all that an adapter is told of where it runs.
    settings = ["LC_ALL=C.UTF-8", f"PYTHONPATH={os.pathsep.join(paths)}"]
    return ("env", *settings, *arguments)


def overlay_allowed() -> str:
    """Why decoys cannot be made on this machine; empty where they can."""
    tried = subprocess.run(
        [sys.executable, "-S", str(SDK / "overlay.py"), "true"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return tried.stderr.strip() if tried.returncode == _NOT_ALLOWED else ""


def present_version(peer: Peer) -> str:
    """The version of a Debian package that is installed here; for the others what is pinned."""
    if peer.source != "Debian":
        return peer.version
    asked = ["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", peer.package]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""
    status, _, version = told.partition(" ")
    return version if status == "installed" else ""


def _kind(peer: Peer) -> str:
    return peer.adapter.suffix


def _place(peer: Peer) -> Path:
    return CACHE / peer.name


def _stamp(peer: Peer) -> Path:
    return _place(peer) / "installed"


def _recipe(peer: Peer) -> str:
    """What the installation came from: a change of any of it installs anew."""
    digest = hashlib.sha256(repr((peer.source, peer.package, peer.version, peer.crates)).encode())
    if _kind(peer) in _COMPILED:
        for file in (peer.adapter, *sorted(SDK.glob(f"*{_kind(peer)}"))):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _start_python(peer: Peer) -> tuple[list[str], list[str]]:
    # Without site-packages: an installed `procmaps` of another kind must not be found.
    interpreter = [peer.python] if peer.python else [sys.executable, "-S"]
    return [*interpreter, str(peer.adapter)], [str(SDK), str(_place(peer) / "site")]


def _start_perl(peer: Peer) -> tuple[list[str], list[str]]:
    return ["perl", "-I", str(SDK), str(peer.adapter)], []


def _start_program(peer: Peer) -> tuple[list[str], list[str]]:
    return [str(_place(peer) / "adapter")], []


def _start_java(peer: Peer) -> tuple[list[str], list[str]]:
    place = _place(peer)
    # Its own heap is small, and must not compete with the other runs.
    return ["java", "-Xmx128m", "-cp", f"{place / 'classes'}:{place / 'jars'}/*", "Adapter"], []


_START: Final[dict[str, Callable[[Peer], tuple[list[str], list[str]]]]] = {
    ".py": _start_python,
    ".pl": _start_perl,
    ".rs": _start_program,
    ".go": _start_program,
    ".java": _start_java,
}


# --- installing -----------------------------------------------------------------------------------


def install(peers: Iterable[Peer], say: Callable[[str], None]) -> None:
    """Install those that are missing or whose recipe changed; what fails is told, and missing."""
    due = [peer for peer in peers if not peer.reason and _needs(peer)]
    for source, work in _INSTALLERS.items():
        chosen = [peer for peer in due if peer.source == source]
        if not chosen:
            continue
        say(f"{source}: {', '.join(peer.package for peer in chosen)}")
        try:
            work(chosen)
        except (subprocess.CalledProcessError, OSError) as error:
            say(f"{source}: {_told(error)}")
            continue
        for peer in chosen:
            _place(peer).mkdir(parents=True, exist_ok=True)
            _stamp(peer).write_text(_recipe(peer))


def _needs(peer: Peer) -> bool:
    try:
        command(peer)
    except NotInstalled:
        return True
    return peer.source == "Debian" and not present_version(peer)


def _told(error: subprocess.CalledProcessError | OSError) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return f"{' '.join(error.cmd)} exited {error.returncode}:\n{error.stderr}"
    return str(error)


def _run(
    arguments: Sequence[str], folder: Path | None = None, settings: Mapping[str, str] | None = None
) -> None:
    subprocess.run(
        arguments, cwd=folder, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        env={**os.environ, **(settings or {})},
    )  # fmt: skip


def _debian(peers: Sequence[Peer]) -> None:
    missing = sorted({peer.package for peer in peers if not present_version(peer)})
    if missing:
        _run(["apt-get", "update", "-qq"])
        _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing])


def _pypi(peers: Sequence[Peer]) -> None:
    for peer in peers:
        site = _fresh(_place(peer) / "site")
        pinned = f"{peer.package}=={peer.version}"
        _run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(site), pinned])


def _crates(peers: Sequence[Peer]) -> None:
    """One package for all, with a program for each: what they share is compiled once."""
    folder = CACHE / "rust"
    sources = _fresh(folder / "src")
    for shared in SDK.glob("*.rs"):
        shutil.copy(shared, sources)
    (sources / "bin").mkdir()
    crates = dict(_SDK_CRATES)
    for peer in peers:
        shutil.copy(peer.adapter, sources / "bin" / f"{peer.name}.rs")
        crates |= {peer.package: f"={peer.version}"}
        crates |= {name: f"={version}" for name, version in peer.crates.items()}
    lines = [f'{name} = "{version}"' for name, version in sorted(crates.items())]
    (folder / "Cargo.toml").write_text(
        '[package]\nname = "peers"\nversion = "0.0.0"\nedition = "2021"\n\n[dependencies]\n'
        + "\n".join(lines)
        # Checked as a release build, which is what people run; compiled fast, since nobody waits
        # for what the adapters compute.
        + "\n\n[profile.dev]\ndebug = false\ndebug-assertions = false\noverflow-checks = false\n"
        + "\n[workspace]\n"
    )
    _run(["cargo", "build", "--quiet"], folder)
    for peer in peers:
        _copy_program(folder / "target" / "debug" / peer.name, peer)


def _modules(peers: Sequence[Peer]) -> None:
    """One module for all, with a program for each: what they share is compiled once."""
    folder = _fresh(CACHE / "go")
    (folder / "protocol").mkdir()
    shutil.copy(SDK / "protocol.go", folder / "protocol")
    for peer in peers:
        (folder / peer.name).mkdir()
        shutil.copy(peer.adapter, folder / peer.name / "main.go")
    _run(["go", "mod", "init", "peers"], folder)
    unlisted = ",".join(sorted({peer.package for peer in peers if peer.unlisted}))
    settings = {"GONOSUMDB": unlisted} if unlisted else {}
    for pinned in sorted({f"{peer.package}@{peer.version}" for peer in peers}):
        _run(["go", "get", pinned], folder, settings)
    _run(["go", "mod", "tidy"], folder, settings)
    _run(["go", "build", "-o", "bin/", *(f"./{peer.name}" for peer in peers)], folder)
    for peer in peers:
        _copy_program(folder / "bin" / peer.name, peer)


def _maven(peers: Sequence[Peer]) -> None:
    for peer in peers:
        jars, classes = _fresh(_place(peer) / "jars"), _fresh(_place(peer) / "classes")
        artifact = f"-Dartifact={peer.package}:{peer.version}"
        to = f"-DoutputDirectory={jars}"
        _run(["mvn", "--quiet", "--batch-mode", "dependency:copy", artifact, to])
        sources = [str(SDK / "Protocol.java"), str(peer.adapter)]
        _run(["javac", "-d", str(classes), "-cp", f"{jars}/*", *sources])


_INSTALLERS: Final[dict[str, Callable[[Sequence[Peer]], None]]] = {
    "Debian": _debian,
    "PyPI": _pypi,
    "crates.io": _crates,
    "Go modules": _modules,
    "Maven": _maven,
}


def _copy_program(built: Path, peer: Peer) -> None:
    _place(peer).mkdir(parents=True, exist_ok=True)
    # Beside it and then over it: a program that is running cannot be written to.
    fresh = _place(peer) / "adapter.new"
    shutil.copy(built, fresh)
    fresh.replace(_place(peer) / "adapter")


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
