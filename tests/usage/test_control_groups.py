"""`why_cgroup`: both versions of the interface, and a rest that is stated."""

from __future__ import annotations

import json
import os
from itertools import groupby
from pathlib import Path

import pytest

from procmaps import AccessDenied
from procmaps.usage import Why, why_cgroup
from procmaps.usage.cgroup_charges import Charges, charges
from tests.cli.conftest import Run, run
from tests.live.children import AsNobody

__all__ = ["run"]

MIB = 2**20

V2 = {
    "memory.current": "104857600\n",
    "memory.swap.current": "4096\n",
    "memory.stat": (
        "anon 41943040\nfile 52428800\nkernel 4194304\nkernel_stack 1048576\npagetables 524288\n"
        "sock 8192\nshmem 10485760\ninactive_file 20971520\nslab 1572864\nslab_reclaimable 1\n"
    ),
}
"""A group of Linux 6.12: memory.stat has more words, which are not used."""

OLD_V2 = {
    **V2,
    "memory.stat": (
        "anon 41943040\nfile 52428800\nkernel_stack 1048576\nslab 2097152\npercpu 4096\n"
        "sock 0\nshmem 10485760\n"
    ),
}
"""Before 5.18: ``kernel`` is missing, and before 5.11 ``pagetables``, too."""

V1 = {
    "memory.usage_in_bytes": "104857600\n",
    "memory.kmem.usage_in_bytes": "4194304\n",
    "memory.stat": (
        "cache 1\nrss 1\nshmem 1\ntotal_cache 52428800\ntotal_rss 41943040\n"
        "total_shmem 10485760\ntotal_swap 4096\ntotal_inactive_file 20971520\n"
    ),
}


def group(folder: Path, files: dict[str, str]) -> Path:
    """Write the files of a control group whose only process is this one."""
    for name, text in files.items():
        (folder / name).write_text(text)
    (folder / "cgroup.procs").write_text(f"{os.getpid()}\n")
    return folder


COMMON = {"total": 100 * MIB, "anon": 40 * MIB, "file": 40 * MIB, "shmem": 10 * MIB}
PARTS = {"kernel stacks": MIB, "page tables": MIB // 2, "slab": 3 * MIB // 2}
EXPECTED = {
    "2": (V2, Charges(**COMMON, kernel={**PARTS, "other kernel memory": MIB}, sock=8192,
                      swap=4096, idle=20 * MIB)),
    "2, old": (OLD_V2, Charges(**COMMON, kernel={"kernel stacks": MIB, "slab": 2 * MIB,
                                                 "other kernel memory": 4096},
                               sock=0, swap=4096, idle=None)),
    "1": (V1, Charges(**COMMON, kernel={"other kernel memory": 4 * MIB}, sock=None, swap=4096,
                      idle=20 * MIB)),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), EXPECTED.values(), ids=EXPECTED)
def test_reads_both_versions(tmp_path: Path, files: dict[str, str], expected: Charges) -> None:
    assert charges(group(tmp_path, files)) == expected


def check_chain(found: Why) -> None:
    """Check that every figure and the steps after it are the next figure."""
    value = 0
    terms = [term for term in found.terms if term.kind != "apart"]
    for kind, part in groupby(terms, key=lambda term: term.kind):
        values = [term.value for term in part if term.value is not None]
        if kind == "step":
            value += sum(values)
        else:
            assert value in (0, values[0])
            value = values[0]


@pytest.mark.parametrize("files", [V2, OLD_V2, V1])
def test_figures_and_steps_add_up(tmp_path: Path, files: dict[str, str]) -> None:
    found = why_cgroup(group(tmp_path, files))
    check_chain(found)
    figures = [term for term in found.terms if term.kind == "figure"]
    assert [term.value for term in figures[2:]] == [90 * MIB, 100 * MIB]
    assert (figures[0].value or 0) >= (figures[1].value or 0) > 0
    assert found.error is None
    by_meaning = {term.meaning: term.value for term in found.terms}
    assert by_meaning["in swap"] == 4096


def test_a_refused_process_leaves_steps_out(as_nobody: AsNobody, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root has processes that a child without rights may not read")
    folder = group(tmp_path, V2)
    for each in (folder, *folder.parents):
        each.chmod(each.stat().st_mode | 0o055)
    found = as_nobody(lambda: why_cgroup(folder))
    assert isinstance(found.error, AccessDenied)
    values = {term.meaning: term.value for term in found.terms if term.kind == "figure"}
    assert values["proportional, summed over processes"] is None
    assert values["charged to the control group"] == 100 * MIB


def test_a_folder_without_the_controller_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "cgroup.procs").write_text("")
    with pytest.raises(FileNotFoundError) as caught:
        why_cgroup(tmp_path)
    assert str(caught.value.filename) == str(tmp_path / "memory.current")


def test_the_command_explains_a_group(run: Run, tmp_path: Path) -> None:
    folder = group(tmp_path, V2)
    lines = run("why", "--cgroup", str(folder)).stdout.splitlines()
    assert lines[0] == f"control group {folder}  kB"
    assert any(line.endswith("page tables") and " +512 " in line for line in lines)
    assert any("charged to the control group" in line and "102400 " in line for line in lines)
    found = json.loads(run("why", "--json", "--cgroup", str(folder)).stdout)
    assert found["cgroup"] == str(folder)
    result = run("why", "--cgroup", str(tmp_path / "x"))
    assert f"cannot read {tmp_path}/x/cgroup.procs: No such file" in result.stderr
    for arguments in (("why",), ("why", "1", "--cgroup", str(folder))):
        result = run(*arguments)
        assert "name a process, or a control group by --cgroup" in result.stderr
        assert result.exit_code == 2
