"""`make test` runs each part or says why not; in CI what was not run has failed."""

import sys
from pathlib import Path

import pytest

from tests import parts

PART = parts.Part(name="laboratory", about="real kernels", run="true")


def write(folder: Path, text: str) -> Path:
    table = folder / "parts.toml"
    table.write_text(text)
    return table


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand a table of three parts: one passes, one fails, one cannot run."""
    table = write(
        tmp_path,
        f"""
[good]
about = "passes"
run = "touch {tmp_path}/good"

[bad]
about = "fails"
run = "exit 3"

[absent]
about = "cannot run"
run = "touch {tmp_path}/absent"
ready = "echo no cached kernels; echo 'no cached kernels; run make lab'; exit 1"
""",
    )
    monkeypatch.setattr(parts, "TABLE", table)
    return tmp_path


def test_the_projects_own_table_is_read_in_order() -> None:
    assert [part.name for part in parts.load(parts.TABLE)][:3] == ["check", "unit", "wheel"]


def test_a_field_that_no_part_has_is_refused(tmp_path: Path) -> None:
    table = write(tmp_path, '[a]\nabout = "x"\nrun = "true"\nneds = {}\n')
    with pytest.raises(TypeError, match="neds"):
        parts.load(table)


@pytest.mark.parametrize(("ci", "verdict"), [(False, "NOT RUN"), (True, "FAILED")])
def test_a_part_that_cannot_run_says_why(*, ci: bool, verdict: str) -> None:
    part = parts.Part(name="lab", about="x", run="true", needs={"/no/kernel": "qemu", "sh": "dash"})
    outcome = parts.run(part, ci=ci)
    assert str(outcome) == f"  {verdict:<8} lab          (no /no/kernel; run apt-get install qemu)"


def test_a_need_is_a_program_on_path_or_a_file() -> None:
    part = parts.Part(
        name="p", about="", run="", needs={"sh": "a", "no-such-program": "b", sys.executable: "c"}
    )
    assert parts.missing(part) == {"no-such-program": "b"}


def test_an_unready_part_that_is_silent_is_reported_by_its_exit_code() -> None:
    part = parts.Part(name="p", about="", run="", ready="exit 7")
    assert parts.why_not(part) == "`exit 7` exited 7 without a word"


def test_the_time_of_a_part_is_told() -> None:
    ticks = iter([10.0, 12.34])
    outcome = parts.run(PART, ci=False, clock=lambda: next(ticks))
    assert str(outcome) == "  passed   laboratory   2.3 s"


def test_all_parts_run_whatever_fails_and_the_summary_counts_them(
    three: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert parts.main([], ci=False) == 1
    assert (three / "good").exists()
    assert not (three / "absent").exists()
    text = capsys.readouterr().out
    assert "  NOT RUN  absent       (no cached kernels; run make lab)\n" in text
    assert text.endswith("\nparts: 1 passed, 1 failed, 1 skipped\n")


@pytest.mark.usefixtures("three")
def test_ci_counts_what_was_not_run_as_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.main(["good", "absent"], ci=True) == 1
    assert capsys.readouterr().out.endswith("\nparts: 1 passed, 1 failed, 0 skipped\n")


@pytest.mark.usefixtures("three")
def test_a_person_without_the_prerequisites_still_passes() -> None:
    assert parts.main(["good", "absent"], ci=False) == 0


@pytest.mark.usefixtures("three")
def test_running_nothing_is_no_success() -> None:
    assert parts.main(["absent"], ci=False) == 1


@pytest.mark.usefixtures("three")
def test_an_unknown_part_is_named_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.main(["good", "labratory"], ci=False) == 2
    assert capsys.readouterr().out == "no such part: labratory; there are: good, bad, absent\n"


def test_ci_prepares_a_part_before_it_asks_whether_it_is_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = tmp_path / "kernel"
    monkeypatch.setattr(
        parts,
        "TABLE",
        write(
            tmp_path,
            f"""
[lab]
about = "boots"
prepare = "touch {kernel}"
ready = "test -e {kernel}"
run = "rm {kernel}"
""",
        ),
    )
    assert parts.main([], ci=False) == 1
    assert parts.main([], ci=True) == 0
    assert not kernel.exists()


def test_ci_installs_the_debian_packages_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def record(line: str) -> bool:
        asked.append(line)
        return True

    monkeypatch.setattr(parts, "command", record)
    needs = {"/no/such/b": "b-dev", "/no/such/a": "a", "/no/such/a2": "a", "sh": "dash"}
    parts.install([parts.Part(name="p", about="", run="true", needs=needs)])
    assert asked == [
        "apt-get update -qq",
        "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends a b-dev",
    ]
