"""The wheel has an SBOM (PEP 770) that agrees with its metadata, and only files of one licence."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

DISTRIBUTION = metadata.distribution("procmaps-spec")


@pytest.fixture(scope="module")
def sbom() -> dict[str, Any]:
    """Return the one SBOM of the installed wheel."""
    files = [file for file in DISTRIBUTION.files or () if "sboms" in file.parts]
    (file,) = files
    assert file.parts[-3:-1] == (f"procmaps_spec-{DISTRIBUTION.version}.dist-info", "sboms")
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def test_names_the_package_its_version_and_its_licence(sbom: dict[str, Any]) -> None:
    assert (sbom["bomFormat"], sbom["specVersion"]) == ("CycloneDX", "1.6")
    component = sbom["metadata"]["component"]
    assert component["name"] == "procmaps-spec"
    assert component["version"] == DISTRIBUTION.version
    assert component["licenses"] == [{"expression": "MIT"}]
    assert component["purl"] == f"pkg:pypi/procmaps-spec@{DISTRIBUTION.version}"


def test_lists_every_requirement(sbom: dict[str, Any]) -> None:
    found = {each["properties"][0]["value"]: each["scope"] for each in sbom["components"]}
    assert {*found} == {*(DISTRIBUTION.requires or ())}
    required = {text for text, scope in found.items() if scope == "required"}
    assert required == {text for text in found if "extra ==" not in text}
    references = {each["bom-ref"] for each in sbom["components"]}
    (dependencies,) = sbom["dependencies"]
    assert {*dependencies["dependsOn"]} == references


def test_is_reproducible(sbom: dict[str, Any]) -> None:
    assert not {"serialNumber", "timestamp"} & {*sbom, *sbom["metadata"]}


def test_ships_its_licence_and_no_other() -> None:
    files = [Path(str(file)) for file in DISTRIBUTION.files or ()]
    assert [file.name for file in files if "licenses" in file.parts] == ["LICENSE"]
    names = ("COPYING", "NOTICE", "LICENCE", "LICENSE")
    assert sum(file.name.upper().startswith(names) for file in files) == 1
