"""The command ``python -m kernel.model``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kernel.lab.build import Image
from kernel.model import calls
from kernel.model.__main__ import main
from kernel.model.calls import Break, Trial
from kernel.model.soak import CASES

ONE = ("--release", "6.12", "--flavour", "named")


def test_replay_reports_agreement(newest: Image, capsys: pytest.CaptureFixture[str]) -> None:
    case = str(CASES / "mremap-length-wraps.json")
    assert main(["replay", *ONE, case]) == 0
    assert capsys.readouterr().out == f"{case}: {newest.kernel.name} and the model agree\n"


def test_soak_reports_its_figures(newest: Image, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["soak", *ONE, "--operations", "100", "--seed", "5"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"{newest.kernel.name}: ")
    assert "trials from seed 5, all results and all lines of maps equal" in out
    assert f"{newest.kernel.name}: 100/100 calls in 100 trials" in err


def test_rejects_a_release_unknown_to_the_model(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["soak", "--release", "5.17"])
    assert caught.value.code == 2
    assert "argument --release: invalid choice: '5.17'" in capsys.readouterr().err


def test_replay_rejects_a_file_without_a_trial(
    newest: Image, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = calls.to_json(Trial((Break(0),)))
    plain["calls"][0]["call"] = "Brake"
    path = tmp_path / "case.json"
    path.write_text(json.dumps(plain))
    assert newest.image.is_file()
    assert main(["replay", *ONE, str(path)]) == 2
    assert capsys.readouterr().err == (
        f"{path} contains no trial: unknown call 'Brake'; known are: Map, Unmap, Protect, "
        "Advise, SetName, Remap, Break, Touch, Seal, Register, Unregister, Fork\n"
    )
