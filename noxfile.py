"""The parts of `make test`. `nox --list` names them; `nox -s unit` runs one.

For a person nothing is installed: a part that this machine cannot run is skipped, and the summary
says why and what to do. The slow parts run with `make test-all`. With CI=true every part runs: its
prerequisites are installed first, as root, and a part that still cannot run fails, except where the
kernel refuses what it needs.
"""

import itertools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import nox

CI = os.environ.get("CI") == "true"
ALL = CI or "TEST_ALL" in os.environ

# Everything runs in .venv, which the Makefile sets up.
nox.options.default_venv_backend = "none"
BIN = Path(__file__).parent / ".venv" / "bin"
PYTHON = str(BIN / "python")
PYTEST = (PYTHON, "-m", "pytest")
# Two workers, for the two processors of the smallest machine that CI runs on.
WORKERS = ("-n", os.environ.get("WORKERS", "2"))

# Folders of tests/ with needs of their own, by the part that runs them; `unit` runs all others.
FOLDERS = {
    "laboratory": ("tests/kernel/lab/booted", "tests/kernel/model/booted", "tests/kernel/source"),
    "peers": ("tests/corpus/peers",),
    "tools": ("tests/usage/tools",),
    "viewers": ("tests/exports/viewers",),
    "i386": ("tests/engines/i386",),
    "profiler": ("tests/live/programs/test_against_perf.py",),
    "filesystems": ("tests/live/filesystems",),
    "programs": ("tests/live/programs", "tests/search/symbolizers"),
    "wheel": ("tests/wheel",),
    "collisions": ("tests/grammar/collisions",),
}

# Lark compares all terminals of a grammar if this package is installed. That takes longer than
# parsing, in every process that parses, so it is installed for one part only.
INTEREGULAR = "interegular==0.3.3"

# What the programs are built and run with that modules are compared for.
TOOLCHAINS = {
    "gcc": "gcc",
    "go": "golang-go",
    "rustc": "rustc",
    "java": "default-jre-headless",
    "readelf": "binutils",
    "gdb": "gdb",
}

# A symbolizer that Debian does not have.
BLAZECLI = "blazecli@0.1.14"

# Mounting a Btrfs takes the kernel's driver and a loop device.
MOUNT = 'mount -o loop "$0" /mnt'


def slow(session: nox.Session) -> None:
    """Skip a slow part, unless every part was asked for."""
    if not ALL:
        session.skip("slow: run `make test-all`")


def need(session: nox.Session, **packages: str) -> None:
    """Skip the session where a program is missing; with CI=true install its Debian package."""
    missing = {name: debian for name, debian in packages.items() if not shutil.which(name)}
    if missing and CI:
        # An index can be missing while its mirror is updated. If it is needed, the next command
        # fails.
        session.run("apt-get", "update", "-qq", success_codes=[0, 100])
        install = ("apt-get", "install", "-y", "-qq", "--no-install-recommends")
        session.run(*install, *missing.values(), env={"DEBIAN_FRONTEND": "noninteractive"})
    elif missing:
        programs, debian = " and ".join(missing), " ".join(missing.values())
        session.skip(f"no {programs}: run `apt-get install {debian}`")


def ready(session: nox.Session, *command: str) -> None:
    """Skip the session where *command* fails; its last line of output is the reason."""
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    if asked.returncode and not CI:
        said = (asked.stdout + asked.stderr).strip()
        session.skip(said.rpartition("\n")[2] or f"{' '.join(command)} exited {asked.returncode}")


def crate(session: nox.Session, name: str) -> Path:
    """Return the folder of a crate's programs; with CI=true install them in .cache first."""
    root = Path(__file__).parent / ".cache" / name
    programs = root / "bin"
    install = ("cargo", "install", "--quiet", "--debug", "--locked", "--root", str(root), name)
    if not programs.exists() and CI:
        session.run(*install, env={"CARGO_PROFILE_DEV_DEBUG": "0"})
    elif not programs.exists():
        session.skip(f"no {name}: run `{' '.join(install)}`")
    return programs


def allowed(session: nox.Session, *command: str) -> None:
    """Skip the session, in CI too, where the kernel refuses *command*: no package changes that."""
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    if asked.returncode:
        session.skip(f"not on this kernel: {asked.stderr.strip() or ' '.join(command)}")


@nox.session
def check(session: nox.Session) -> None:
    """Check format, lint, layers, types, prose and commit subjects."""
    session.run("make", "check")


@nox.session
def unit(session: nox.Session) -> None:
    """Run the tests in the checkout; with `make test-all` also the slow ones."""
    if CI:
        need(session, zsh="zsh", fish="fish")
    elsewhere = itertools.chain.from_iterable(FOLDERS.values())
    ignored = (f"--ignore={folder}" for folder in elsewhere)
    scope = () if ALL else ("-m", "not slow")
    session.run(*PYTEST, *WORKERS, *ignored, *scope, *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the sdist and the wheel, and test the installed wheel outside the checkout."""
    session.run("make", "wheel-test")


@nox.session
def speed(session: nox.Session) -> None:
    """Count instructions and compare them with the recorded counts."""
    slow(session)
    need(session, valgrind="valgrind", gcc="gcc")
    session.run("make", "counts")


@nox.session
def collisions(session: nox.Session) -> None:
    """Check that no two terminals of a grammar match the same text."""
    slow(session)
    folder = str(Path(__file__).parent / ".cache" / INTEREGULAR)
    session.run(PYTHON, "-m", "pip", "install", "-q", "--upgrade", "--target", folder, INTEREGULAR)
    session.run(*PYTEST, *FOLDERS["collisions"], env={"PYTHONPATH": folder})


@nox.session
def i386(session: nox.Session) -> None:
    """Run the C extension on a 32-bit Python."""
    slow(session)
    need(session, **{"i686-linux-gnu-gcc": "gcc-i686-linux-gnu"})
    if CI:
        session.run(PYTHON, "-m", "tests.support.python_i386")
    ready(session, PYTHON, "-m", "tests.support.python_i386", "ready")
    session.run(*PYTEST, *FOLDERS["i386"])


@nox.session
def programs(session: nox.Session) -> None:
    """Compare modules of programs of several toolchains with debuggers and readelf."""
    slow(session)
    need(session, **TOOLCHAINS, **{"lldb-14": "lldb-14"})
    symbolizers = {"eu-addr2line": "elfutils", "llvm-symbolizer": "llvm"}
    need(session, addr2line="binutils", **symbolizers)
    ignored = (f"--ignore={file}" for file in FOLDERS["profiler"])
    session.run(*PYTEST, *ignored, "-k", "not blazecli", *FOLDERS["programs"])


@nox.session
def crates(session: nox.Session) -> None:
    """Let a symbolizer in Rust name what `addr` prints for it. Cargo is not installed here."""
    slow(session)
    need(session, gcc="gcc")
    path = f"{crate(session, BLAZECLI)}:{os.environ['PATH']}"
    session.run(*PYTEST, "-k", "blazecli", "tests/search/symbolizers", env={"PATH": path})


@nox.session
def profiler(session: nox.Session) -> None:
    """Compare modules of programs with perf, where the kernel lets it record."""
    slow(session)
    need(session, perf="linux-perf", **TOOLCHAINS)
    session.run("perf", "--version")
    allowed(session, "perf", "record", "--output", "/dev/null", "-e", "dummy", "true")
    session.run(*PYTEST, *FOLDERS["profiler"])


@nox.session
def filesystems(session: nox.Session) -> None:
    """Reach mapped files on a file system of their own."""
    slow(session)
    if os.geteuid() and not CI:
        session.skip("mounting takes root")
    need(session, **{"mkfs.btrfs": "btrfs-progs"})
    with tempfile.TemporaryDirectory() as folder:
        image = f"{folder}/image"
        session.run("truncate", "--size", "256M", image)
        session.run("mkfs.btrfs", "--quiet", image)
        allowed(session, "unshare", "--mount", "sh", "-c", MOUNT, image)
    session.run(*PYTEST, *FOLDERS["filesystems"])


@nox.session
def laboratory(session: nox.Session) -> None:
    """Boot real kernels: compare captures and the model of naming with them."""
    slow(session)
    if CI:
        session.run(PYTHON, "-m", "kernel.lab", "install")
        session.run(PYTHON, "-m", "kernel.lab", "build")
    ready(session, PYTHON, "-m", "kernel.lab", "ready")
    session.run(*PYTEST, *FOLDERS["laboratory"])


@nox.session
def peers(session: nox.Session) -> None:
    """Run other parsers over every case and compare with the published matrix."""
    slow(session)
    need(session, chromium="chromium")
    if CI:
        session.run(PYTHON, "-m", "corpus.tools.matrix", "install")
    session.run(*PYTEST, *WORKERS, *FOLDERS["peers"])


@nox.session
def viewers(session: nox.Session) -> None:
    """Open what `usage --export` and `plot` write in the programs that people have."""
    slow(session)
    need(session, go="golang-go", npm="npm", chromium="chromium")
    session.run(*PYTEST, *FOLDERS["viewers"])


@nox.session
def tools(session: nox.Session) -> None:
    """Reproduce where other tools that show memory are wrong."""
    slow(session)
    need(session, smem="smem", htop="htop", pmap="procps")
    session.run(*PYTEST, *FOLDERS["tools"])
