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

from corpus.tools.matrix.read_peers import AUDITS, SDK, Peer
from kernel.lab.cache import digest, filling, user_folder
from procmaps.printable import escape_bytes

ROOT: Final = Path(__file__).parents[3]
WORK: Final = ROOT / ".cache" / "peers"
"""Build folders of the compiled adapters. The finished programs are copied to `folder_of`."""

VARIABLE: Final = "PROCMAPS_PEERS_CACHE"
"""Environment variable that overrides the cache folder of the installed peers."""

# Crates that the shared part of the Rust adapters needs.
_SDK_CRATES: Final = {"serde_json": "1", "base64": "0.22"}
_COMPILED: Final = frozenset({".rs", ".go", ".java"})
_COMPILERS: Final = {".c": "gcc", ".cpp": "g++"}
_JAVA: Final = ("java", "-Xmx128m", "-XX:-OmitStackTraceInFastThrow")
"""A small heap leaves memory to the other runs. After many exceptions a JVM leaves out their words
and where they come from, so that the same refusal would look like another one."""
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
        decoy = {"": [], "self": ["--decoy", arguments[0]], "own": ["--own"]}[peer.decoy]
        arguments = [sys.executable, "-S", str(SDK / "overlay.py"), *decoy, *arguments]
    return (*_settings(peer, paths), *arguments)


def audit_command(peer: Peer) -> tuple[str, ...]:
    """Return the command of a peer's audit, without its arguments: dump, root, PID, addresses.

    It shares nothing with the adapter but the installed parser, and the decoy process, whose PID
    replaces the one that is given; with other audits what is in `AUDITS`. Raises `NotInstalled`.
    """
    source = peer.audit
    if source is None:
        raise NotInstalled("it has no audit.*, the second call that the audit compares with")
    folder = folder_of(peer)
    if not folder.is_dir():
        raise NotInstalled(f"not installed; run python -m corpus.tools.matrix install {peer.name}")
    interpreter = [peer.python] if peer.python else [sys.executable, "-S"]
    classpath = f"{folder / 'classes'}:{folder / 'jars'}/*"
    program = {
        ".py": [*interpreter, str(source)],
        ".pl": ["perl", str(source)],
        ".java": [*_JAVA, "-cp", classpath, "Audit"],
    }.get(source.suffix, [str(folder / "audit")])
    settings = _settings(peer, [str(AUDITS), str(folder / "site")])
    if not peer.overlay:
        return (*settings, *program)
    decoy = {"": [], "self": ["--decoy", str(folder / "adapter")], "own": ["--own"]}[peer.decoy]
    overlay = [sys.executable, "-S", str(SDK / "overlay.py"), *decoy]
    return (*settings, *overlay, "sh", "-c", _ON_DECOY % shlex.join(program), "sh")


def places_program(peer: Peer) -> Path:
    """Return the program that is compiled of `Peer.places`. Raises `NotInstalled`."""
    program = folder_of(peer) / "places"
    if not program.exists():
        raise NotInstalled(f"not installed; run python -m corpus.tools.matrix install {peer.name}")
    return program


_ON_DECOY: Final = """\
cat "$1" > "$PROCMAPS_DECOY_FILES/${1##*/}"
path=$1 root=$2
shift 3
exec %s "$path" "$root" "$PROCMAPS_DECOY_PID" "$@"
"""
"""Script of sh that shows a dump, named after its kind, on the decoy, and audits the decoy."""


def _settings(peer: Peer, paths: Sequence[str]) -> tuple[str, ...]:
    """Return the command that sets all that a program knows of its surroundings."""
    settings = [
        "LC_ALL=C.UTF-8",
        "RUST_BACKTRACE=0",
        f"PYTHONPATH={os.pathsep.join(paths)}",
        f"PROCMAPS_PEER={folder_of(peer)}",
    ]
    if peer.helper is not None:
        settings.append(f"PROCMAPS_HELPER={_runnable(peer, peer.helper)}")
    return ("env", *settings)


def _runnable(peer: Peer, source: Path) -> Path:
    """Return the helper that a peer's adapter runs: compiled, or the script itself."""
    return folder_of(peer) / "helper" if source.suffix in _COMPILERS else source


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
        files = [peer.adapter, *sorted(SDK.glob(f"*{_kind(peer)}"))]
        if peer.audit is not None and peer.audit.suffix == _kind(peer):
            files += [peer.audit, *sorted(AUDITS.glob(f"*{_kind(peer)}"))]
        files += [peer.places] if peer.places is not None else []
        inputs += [file.read_bytes() for file in files]
    if peer.modules or peer.artifacts:
        inputs += [repr(sorted(peer.modules.items())), repr(peer.artifacts)]
    if peer.helper is not None and peer.helper.suffix in _COMPILERS:
        inputs += [repr(peer.flags), peer.helper.read_bytes()]
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
    classpath = f"{folder / 'classes'}:{folder / 'jars'}/*"
    return [*_JAVA, "-cp", classpath, "Adapter"], []


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
        # An index can be missing while its mirror is updated. If it is needed, the next command
        # fails.
        update = ["apt-get", "update", "-qq"]
        subprocess.run(update, check=False, stdin=subprocess.DEVNULL)
        _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing])
    for peer in peers:
        # apt has installed the parser itself; the folder marks the peer as installed.
        with filling(folder_of(peer)) as folder:
            _compile(peer, folder)


def _compile(peer: Peer, folder: Path) -> None:
    """Compile the helper that the adapter runs, if it is in C or C++."""
    source = peer.helper
    if source is not None and (compiler := _COMPILERS.get(source.suffix)) is not None:
        # The flags come last, because libraries must follow the files that need them.
        _run([compiler, "-O1", "-o", str(folder / "helper"), str(source), *peer.flags])


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
    (sources / "audits").mkdir()
    for shared in AUDITS.glob("*.rs"):
        shutil.copy(shared, sources / "audits")
    crates = dict(_SDK_CRATES)
    for peer in peers:
        for name, source in _programs(peer).items():
            shutil.copy(source, sources / "bin" / f"{peer.name}-{name}.rs")
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
        _keep_programs(folder / "target" / "debug", peer)


def _modules(peers: Sequence[Peer]) -> None:
    """Build one module with a program for each peer, so that shared code compiles once."""
    folder = _fresh(WORK / "go")
    (folder / "protocol").mkdir()
    shutil.copy(SDK / "protocol.go", folder / "protocol")
    for peer in peers:
        for name, source in _programs(peer).items():
            (folder / f"{peer.name}-{name}").mkdir()
            shutil.copy(source, folder / f"{peer.name}-{name}" / "main.go")
    _run(["go", "mod", "init", "peers"], folder)
    unlisted = ",".join(sorted({peer.package for peer in peers if peer.unlisted}))
    settings = {"GONOSUMDB": unlisted} if unlisted else {}
    modules = {peer.package: peer.version for peer in peers if peer.source == "Go modules"}
    for peer in peers:
        modules |= peer.modules
    for pinned in sorted(f"{module}@{version}" for module, version in modules.items()):
        _run(["go", "get", pinned], folder, settings)
    _run(["go", "mod", "tidy"], folder, settings)
    _run(["go", "build", "-o", "bin/", "./..."], folder)
    for peer in peers:
        _keep_programs(folder / "bin", peer)


def _maven(peers: Sequence[Peer]) -> None:
    for peer in peers:
        artifacts = (f"{peer.package}:{peer.version}", *peer.artifacts)
        sources = [str(SDK / "Protocol.java"), *map(str, _programs(peer).values())]
        with filling(folder_of(peer)) as folder:
            jars, classes = _fresh(folder / "jars"), _fresh(folder / "classes")
            to = f"-DoutputDirectory={jars}"
            for artifact in artifacts:
                copy = ["dependency:copy", f"-Dartifact={artifact}", to]
                _run(["mvn", "--quiet", "--batch-mode", *copy])
            _run(["javac", "-d", str(classes), "-cp", f"{jars}/*", *sources])


def _npm(peers: Sequence[Peer]) -> None:
    for peer in peers:
        pinned = f"{peer.package}@{peer.version}"
        with filling(folder_of(peer)) as folder:
            # The packages are data to an adapter, so none of their scripts is run.
            options = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
            _run(["npm", "install", *options, "--prefix", str(folder), pinned])


_INSTALLERS: Final[dict[str, Callable[[Sequence[Peer]], None]]] = {
    "Debian": _debian,
    "PyPI": _pypi,
    "crates.io": _crates,
    "Go modules": _modules,
    "Go toolchain": _modules,
    "Maven": _maven,
    "npm": _npm,
}


def _programs(peer: Peer) -> dict[str, Path]:
    """Return the sources of the programs of a compiled peer: adapter, audit and places."""
    programs = {"adapter": peer.adapter}
    if peer.audit is not None and peer.audit.suffix == _kind(peer):
        programs["audit"] = peer.audit
    if peer.places is not None:
        programs["places"] = peer.places
    return programs


def _keep_programs(built: Path, peer: Peer) -> None:
    with filling(folder_of(peer)) as folder:
        for name in _programs(peer):
            shutil.copy(built / f"{peer.name}-{name}", folder / name)


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
