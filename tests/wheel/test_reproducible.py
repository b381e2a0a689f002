"""The wheel and the sdist have the same bytes wherever, whenever and by whomever they are built."""

import os
import subprocess
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

WHEEL = Path(os.environ["PROCMAPS_WHEEL"])
SDIST = Path(os.environ["PROCMAPS_SDIST"])
BUILD_PYTHON = os.environ["PROCMAPS_BUILD_PYTHON"]
OTHER_TIME = 1_000_000_000
"""A date of September 2001 for the sources, which no checkout has."""


def environment_in(home: Path) -> dict[str, str]:
    """Return another environment than that of the first build."""
    kept = {name: os.environ[name] for name in ("PATH", "CC") if name in os.environ}
    return {**kept, "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "HOME": str(home)}


def build(folder: Path, environment: dict[str, str], what: str = "wheel") -> Path:
    """Build from the sdist, unpacked in *folder* with another date and other modes."""
    source = folder / "a folder with another name"
    with tarfile.open(SDIST) as archive:
        archive.extractall(folder, filter="data")
    next(folder.iterdir()).rename(source)
    for path in source.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
        os.utime(path, (OTHER_TIME, OTHER_TIME))
    command = (BUILD_PYTHON, "-m", "build", f"--{what}", "--no-isolation", "--outdir", "out", ".")
    subprocess.run(
        command, cwd=source, env=environment, umask=0o077, check=True, capture_output=True
    )
    (built,) = (source / "out").iterdir()
    return built


@pytest.mark.parametrize("epoch", [None, "1700000000"])
def test_the_wheel_is_the_same_elsewhere(epoch: str | None, tmp_path: Path) -> None:
    environment = environment_in(tmp_path)
    if epoch:
        environment["SOURCE_DATE_EPOCH"] = epoch
    other = build(tmp_path, environment)
    assert other.name == WHEEL.name
    with ZipFile(WHEEL) as one, ZipFile(other) as two:
        differing = {
            entry.filename
            for entry in one.infolist()
            if one.read(entry) != two.read(entry.filename)
        }
        assert differing == set()
    assert other.read_bytes() == WHEEL.read_bytes()


def test_the_sdist_is_the_same_elsewhere(tmp_path: Path) -> None:
    other = build(tmp_path, environment_in(tmp_path), "sdist")
    assert other.name == SDIST.name
    with tarfile.open(SDIST) as one, tarfile.open(other) as two:
        assert one.getnames() == two.getnames()
    assert other.read_bytes() == SDIST.read_bytes()
