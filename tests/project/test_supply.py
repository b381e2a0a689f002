"""What the project takes from others: the lock of its tools, and licences."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.checkout import ROOT

LOCK = (ROOT / ".ci" / "dev.lock").read_text()
ENTRY = re.compile(
    r"^(?P<name>[\w.-]+)(?:\[[\w,-]+\])?==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\\n"
    r"(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)",
    re.MULTILINE,
)
LOCKED = {entry["name"]: entry["version"] for entry in ENTRY.finditer(LOCK)}

LICENCES = re.compile(r"MIT|BSD|Apache|PSF|MPL|ISC|0BSD|public domain", re.IGNORECASE)
"""Licences whose libraries a program of any licence may use."""


def extras(*wanted: str) -> list[Requirement]:
    """Return the requirements of the package, with those of some extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = [*project["dependencies"]]
    for extra in wanted:
        texts += project["optional-dependencies"][extra]
    found = [Requirement(text) for text in texts]
    return [each for each in found if each.name != project["name"]]


def installed(requirements: list[Requirement]) -> set[str]:
    """Return the names of everything that these need and that is installed."""
    found: set[str] = set()
    waiting = [*requirements]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if name in found or not applies:
            continue
        found.add(name)
        waiting += map(Requirement, metadata.requires(requirement.name) or ())
    return found


def test_the_lock_names_no_host_and_every_line_belongs_to_an_entry() -> None:
    assert "://" not in LOCK
    rest = ENTRY.sub("", LOCK)
    assert [line for line in rest.splitlines() if not line.startswith("#")] == []
    assert len(LOCKED) > 40


def test_the_lock_has_the_pinned_versions() -> None:
    pinned = {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in extras("dev")
        if str(each.specifier).startswith("==")
    }
    assert {name: LOCKED.get(name) for name in pinned} == pinned


def test_the_lock_has_everything_that_is_installed_for_development() -> None:
    assert installed(extras("cli", "elf", "export", "test", "dev")) - {*LOCKED} == set()


@pytest.mark.parametrize("name", sorted(installed(extras("cli", "elf", "export", "test"))))
def test_requirements_have_a_licence_that_any_program_may_use(name: str) -> None:
    found = metadata.metadata(name)
    stated = [*(found.get_all("License-Expression") or ()), *(found.get_all("License") or ())]
    stated = [text.split("\n")[0] for text in stated]
    stated += [text for text in found.get_all("Classifier") or () if text.startswith("License ::")]
    assert any(map(LICENCES.search, stated)), stated


def test_every_file_of_the_project_has_its_licence() -> None:
    command = ["git", "grep", "-hoIE", "SPDX-License-Identifier: *[A-Za-z0-9.+-]+", "--", ":!tests"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split()[-1] for line in found.splitlines()} == {"MIT"}
