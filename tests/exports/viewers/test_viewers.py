"""Real viewers open what we export: pprof, speedscope. Perfetto's needs a download at run time."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

import procmaps
from procmaps.exports import Reading, to_html, to_pprof, to_speedscope
from procmaps.usage import Account, account
from tests.support.checkout import ROOT
from tests.support.chromium import dom
from tests.support.dumps import SMAPS_AFTER, SMAPS_BEFORE

HOSTILE = (
    b"8000-9000 rw-p 00000000 00:00 0 [anon:<script>document.title='owned'</script>\x1b]\n"
    b"Rss: 4 kB\nPss: 4 kB\n"
)
SPEEDSCOPE = "speedscope@1.25.0"


def one(text: bytes) -> list[tuple[str, Account]]:
    return [("server", account(procmaps.loads(text), ("kind", "group")))]


def pprof(*arguments: str | Path) -> str:
    """Return what ``go tool pprof`` prints."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("no go; run apt-get install golang-go")
    done = subprocess.run(
        [go, "tool", "pprof", *map(str, arguments)],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    return done.stdout


def rows(report: str) -> dict[str, list[str]]:
    """Return the numbers of each line of a report, by the name at its end."""
    lines = report.splitlines()
    (first,) = (number for number, line in enumerate(lines) if "flat%" in line)
    parts = [line.split(maxsplit=5) for line in lines[first + 1 :]]
    return {line[5]: line[:5] for line in parts}


def test_pprof_shows_each_label_with_its_sums(tmp_path: Path) -> None:
    file = tmp_path / "before.pb.gz"
    file.write_bytes(to_pprof(one(SMAPS_BEFORE + HOSTILE)))
    found = rows(pprof("-top", "-nodefraction=0", "-unit=kb", file))
    assert (found["session cache"][0], found["glibc"][3]) == ("2048kB", "2176kB")
    assert found["/usr/lib/libc.so.6"][0] == "75kB"
    assert r"<script>document.title='owned'<>script>\x1b" not in found
    rss = rows(pprof("-top", "-nodefraction=0", "-unit=kb", "-sample_index=rss", file))
    assert rss["/usr/lib/libc.so.6"][0] == "1500kB"
    assert "server: pss is up to 2048 bytes too small" in pprof("-comments", file)


def test_pprof_subtracts_one_dump_from_another(tmp_path: Path) -> None:
    for name, text in (("before", SMAPS_BEFORE), ("after", SMAPS_AFTER)):
        (tmp_path / name).write_bytes(to_pprof(one(text)))
    report = pprof(
        "-top", "-nodefraction=0", "-unit=kb", "-sample_index=rss",
        "-diff_base", tmp_path / "before", tmp_path / "after",
    )  # fmt: skip
    found = rows(report)
    assert (found["session cache"][0], found["malloc arena"][0]) == ("7680kB", "-1024kB")


@pytest.fixture(scope="module")
def speedscope() -> Path:
    """The release of speedscope, unpacked from its package."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm; run apt-get install npm")
    folder = ROOT / ".cache" / SPEEDSCOPE
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / "package.json").write_text("{}")
        command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", SPEEDSCOPE]
        subprocess.run(command, cwd=folder, check=True, timeout=300, stdout=subprocess.DEVNULL)
    return folder / "node_modules" / "speedscope" / "dist" / "release"


def test_speedscope_keeps_to_the_schema(speedscope: Path) -> None:
    schema = json.loads((speedscope / "file-format-schema.json").read_text())
    jsonschema.validate(json.loads(to_speedscope(one(SMAPS_BEFORE + HOSTILE))), schema)


def test_speedscope_opens_the_file(speedscope: Path, tmp_path: Path) -> None:
    content = base64.b64encode(to_speedscope(one(SMAPS_BEFORE + HOSTILE))).decode()
    script = tmp_path / "memory.js"
    script.write_text(f"speedscope.loadFileFromBase64('memory.json', '{content}')")
    page = f"{(speedscope / 'index.html').as_uri()}#localProfilePath={script}"
    found = dom(page, tmp_path, "--allow-file-access-from-files")
    assert "<title>server - speedscope</title>" in found
    assert "<span>pss <span" in found
    # 7771 kB, the sum of pss, and 4 kB of the hostile one.
    assert ">7.59 MB<" in found


@pytest.mark.parametrize(
    ("scheme", "ground"), [("1", "rgb(255, 255, 255)"), ("0", "rgb(22, 24, 28)")]
)
def test_a_browser_draws_the_page_in_both_schemes(tmp_path: Path, scheme: str, ground: str) -> None:
    readings = [Reading(name, account(procmaps.loads(text), ("kind", "group")))
                for name, text in (("a", SMAPS_BEFORE), ("b", SMAPS_AFTER + HOSTILE))]  # fmt: skip
    # The page itself may run nothing, so that the test must allow its own script.
    page = to_html(readings).replace("default-src 'none'", "script-src 'unsafe-inline'")
    script = """<script>
    const box = document.querySelectorAll('svg')[1].querySelector('.tile').getBoundingClientRect();
    const outside = [...document.querySelectorAll('.tile')].filter(tile => {
      const own = tile.getBoundingClientRect();
      const all = tile.closest('body > svg').getBoundingClientRect();
      return own.left < all.left - 1 || own.right > all.right + 1 || own.bottom > all.bottom + 1;
    });
    document.body.dataset.ground = getComputedStyle(document.body).backgroundColor;
    document.body.dataset.outside = outside.length;
    document.body.dataset.wide = document.documentElement.scrollWidth - innerWidth;
    document.body.dataset.drawn = box.width > 100;
    </script></body>"""
    file = tmp_path / "page.html"
    file.write_text(page.replace("</body>", script))
    found = dom(file.as_uri(), tmp_path, f"--blink-settings=preferredColorScheme={scheme}")
    assert f'data-ground="{ground}"' in found
    assert 'data-outside="0"' in found
    assert 'data-drawn="true"' in found
    assert 'data-wide="0"' in found or 'data-wide="-' in found
    assert "<title>procmaps plot: b</title>" in found
