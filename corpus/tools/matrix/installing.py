"""Install the peers, unmodified, by name and version.

This module writes the manifests for each language's own package tool. The addresses of registries
are settings of those tools. An installation is kept in the user's cache folder, under a hash of its
inputs, so all checkouts of one user share it.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from corpus.tools.matrix.read_peers import SDK, Peer
from kernel.lab.cache import digest, filling, user_folder
from procmaps.errors import escape_bytes

ROOT: Final = Path(__file__).parents[3]
WORK: Final = ROOT / ".cache" / "peers"
"""Build folders of the compiled adapters. The finished programs are copied to `folder_of`."""

VARIABLE: Final = "PROCMAPS_PEERS_CACHE"
"""Environment variable that overrides the cache folder of the installed peers."""

# Crates that the shared part of the Rust adapters needs.
_SDK_CRATES: Final = {"serde_json": "1", "base64": "0.22"}
_COMPILED: Final = frozenset({".rs", ".go", ".java"})
_NOT_ALLOWED: Final = 77
"""Exit status of overlay.py if the machine does not allow it to mount."""


@attrs.frozen
class NotInstalled(Exception):
    """A peer is not installed, or cannot run here."""

    reason: str

    def __str__(self) -> str:
        return self.reason


# --- queries --------------------------------------------------------------------------------------


def command(peer: Peer) -> tuple[str, ...]:
    """Return the command that starts a peer's adapter in its batch form.

    Raises `NotInstalled`, which says what is missing.
    """
    if peer.reason:
        raise NotInstalled(peer.reason)
    if not folder_of(peer).is_dir():
        raise NotInstalled(f"not installed; run python -m corpus.tools.matrix install {peer.name}")
    arguments, paths = _START[_kind(peer)](peer)
    if peer.overlay:
        decoy = ["--decoy", arguments[0]] if peer.decoy == "self" else []
        arguments = [sys.executable, "-S", str(SDK / "overlay.py"), *decoy, *arguments]
    # `env` sets all that an adapter knows of its surroundings.
    settings = ["LC_ALL=C.UTF-8", f"PYTHONPATH={os.pathsep.join(paths)}"]
    return ("env", *settings, *arguments)


def overlay_allowed() -> str:
    """Return why this machine cannot make decoy processes, or an empty string."""
    tried = subprocess.run(
        [sys.executable, "-S", str(SDK / "overlay.py"), "true"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return tried.stderr.strip() if tried.returncode == _NOT_ALLOWED else ""


def present_version(peer: Peer) -> str:
    """Return the installed version of a Debian package, or the pinned version of any other peer."""
    if peer.source != "Debian":
        return peer.version
    asked = ["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", peer.package]
    try:
        output = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""
    status, _, version = output.partition(" ")
    return version if status == "installed" else ""


def _kind(peer: Peer) -> str:
    return peer.adapter.suffix


def folder_of(peer: Peer) -> Path:
    """Return the folder of an installed peer, whether or not it exists.

    Its name has a hash of everything that the installation depends on.
    """
    inputs: list[str | bytes] = [
        peer.source, peer.package, peer.version, repr(sorted(peer.crates.items())),
        platform.machine(), sys.implementation.cache_tag or "",
    ]  # fmt: skip
    if _kind(peer) in _COMPILED:
        files = (peer.adapter, *sorted(SDK.glob(f"*{_kind(peer)}")))
        inputs += [file.read_bytes() for file in files]
    return user_folder("peers", VARIABLE) / f"{peer.name}-{digest(inputs)}"


def _start_python(peer: Peer) -> tuple[list[str], list[str]]:
    # -S hides site-packages, because an installed `procmaps` of another project must not be found.
    interpreter = [peer.python] if peer.python else [sys.executable, "-S"]
    return [*interpreter, str(peer.adapter)], [str(SDK), str(folder_of(peer) / "site")]


def _start_perl(peer: Peer) -> tuple[list[str], list[str]]:
    return ["perl", "-I", str(SDK), str(peer.adapter)], []


def _start_program(peer: Peer) -> tuple[list[str], list[str]]:
    return [str(folder_of(peer) / "adapter")], []


def _start_java(peer: Peer) -> tuple[list[str], list[str]]:
    folder = folder_of(peer)
    # A small heap leaves memory to the other runs.
    classpath = f"{folder / 'classes'}:{folder / 'jars'}/*"
    return ["java", "-Xmx128m", "-cp", classpath, "Adapter"], []


_START: Final[dict[str, Callable[[Peer], tuple[list[str], list[str]]]]] = {
    ".py": _start_python,
    ".pl": _start_perl,
    ".rs": _start_program,
    ".go": _start_program,
    ".java": _start_java,
}


# --- installing -----------------------------------------------------------------------------------


def install(peers: Iterable[Peer], report: Callable[[str], None]) -> None:
    """Install the peers that are missing. A failure is reported, and its peers stay missing."""
    due = [peer for peer in peers if not peer.reason and _is_missing(peer)]
    for source, work in _INSTALLERS.items():
        chosen = [peer for peer in due if peer.source == source]
        if not chosen:
            continue
        report(f"{source}: {', '.join(peer.package for peer in chosen)}")
        try:
            work(chosen)
        except (subprocess.CalledProcessError, OSError) as error:
            report(f"{source}: {_message(error)}")


def _is_missing(peer: Peer) -> bool:
    try:
        command(peer)
    except NotInstalled:
        return True
    return peer.source == "Debian" and not present_version(peer)


def _message(error: subprocess.CalledProcessError | OSError) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        lines = str(error.stderr).splitlines()
        printed = "".join(f"\n  {escape_bytes(line.encode())}" for line in lines)
        return f"{shlex.join(error.cmd)} exited with {error.returncode}:{printed}"
    return escape_bytes(str(error).encode())


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
    for peer in peers:
        # apt has installed the parser itself; the empty folder marks the peer as installed.
        folder_of(peer).mkdir(parents=True, exist_ok=True)


def _pypi(peers: Sequence[Peer]) -> None:
    for peer in peers:
        pinned = f"{peer.package}=={peer.version}"
        with filling(folder_of(peer)) as folder:
            site = str(folder / "site")
            _run([sys.executable, "-m", "pip", "install", "--quiet", "--target", site, pinned])


def _crates(peers: Sequence[Peer]) -> None:
    """Build one package with a program for each peer, so that shared crates compile once."""
    folder = WORK / "rust"
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
        # No checks, as in the release builds that people run. Not optimised, to compile fast.
        + "\n\n[profile.dev]\ndebug = false\ndebug-assertions = false\noverflow-checks = false\n"
        + "\n[workspace]\n"
    )
    _run(["cargo", "build", "--quiet"], folder)
    for peer in peers:
        _keep_program(folder / "target" / "debug" / peer.name, peer)


def _modules(peers: Sequence[Peer]) -> None:
    """Build one module with a program for each peer, so that shared code compiles once."""
    folder = _fresh(WORK / "go")
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
        _keep_program(folder / "bin" / peer.name, peer)


def _maven(peers: Sequence[Peer]) -> None:
    for peer in peers:
        artifact = f"-Dartifact={peer.package}:{peer.version}"
        sources = [str(SDK / "Protocol.java"), str(peer.adapter)]
        with filling(folder_of(peer)) as folder:
            jars, classes = _fresh(folder / "jars"), _fresh(folder / "classes")
            to = f"-DoutputDirectory={jars}"
            _run(["mvn", "--quiet", "--batch-mode", "dependency:copy", artifact, to])
            _run(["javac", "-d", str(classes), "-cp", f"{jars}/*", *sources])


_INSTALLERS: Final[dict[str, Callable[[Sequence[Peer]], None]]] = {
    "Debian": _debian,
    "PyPI": _pypi,
    "crates.io": _crates,
    "Go modules": _modules,
    "Maven": _maven,
}


def _keep_program(built: Path, peer: Peer) -> None:
    with filling(folder_of(peer)) as folder:
        shutil.copy(built, folder / "adapter")


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
