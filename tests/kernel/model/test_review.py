"""docs/generated/review.md agrees with its figures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kernel import review
from kernel.experiments import measuring
from kernel.model.subjects import ARCHITECTURES


def test_page_is_up_to_date() -> None:
    assert review.page() == review.PAGE.read_text(), "run `make review`"


def test_a_changed_figure_changes_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = review.page().splitlines()
    folder = tmp_path / "results"
    shutil.copytree(measuring.RESULTS, folder)
    monkeypatch.setattr(measuring, "RESULTS", folder)
    figures = measuring.kept("merging")
    figures["limit"]["labels_until_refused"] = 12345
    (folder / "merging.json").write_text(json.dumps(figures))
    after = review.page().splitlines()
    changed = [line for line in after if line not in before]
    assert changed == ["| labels that the kernel accepted | 12,345 |"]
    assert len(after) == len(before)


def test_figures_name_their_command() -> None:
    for name in ("fork", "merging", "cost"):
        assert measuring.kept(name)["command"] == f"python -m kernel.experiments {name}"


def test_soaks_name_their_command_and_were_long_enough() -> None:
    kernels = measuring.kept("soak")["kernels"]
    assert {name.split("-")[1] for name in kernels} == {*ARCHITECTURES}
    for name, row in kernels.items():
        _, architecture, flavour = name.split("-")
        words = row["command"].split()
        assert words[:5] == ["python", "-m", "kernel.model", "soak", "--record"]
        options = dict(zip(words[5::2], words[6::2], strict=True))
        assert options.get("--architecture", ARCHITECTURES[0]) == architecture
        assert options["--flavour"] == flavour
        assert int(options["--seed"]) == row["seed"]
        assert 10_000 <= int(options["--operations"]) <= row["calls"]
        assert row["differences"] == 0


def test_fork_is_cheaper_with_shared_labels_than_with_copies() -> None:
    """The patch changed from copies to references for this reason."""
    kernels = measuring.kept("fork")["kernels"]
    shared, copied = kernels["6.12-x86_64-named"], kernels["6.12-x86_64-strdup"]
    assert shared["fork_ratio"] < copied["fork_ratio"]
    child = "slab_bytes_per_mapping_of_the_child"
    assert shared["labelled"][child] == pytest.approx(shared["unlabelled"][child], abs=1)
    label = copied["labelled"]["slab_bytes_per_label"]
    assert copied["labelled"][child] - copied["unlabelled"][child] == pytest.approx(label, abs=1)


def test_rounds_to_three_digits() -> None:
    assert [review.three_digits(number) for number in (7, 999, 1234, 6_433_868)] == [
        "7",
        "999",
        "1,230",
        "6,430,000",
    ]
