"""Every path on the page about internals exists."""

from __future__ import annotations

import re

import pytest

from tests.support.checkout import ROOT

PAGE = (ROOT / "docs" / "internals.md").read_text("utf-8")
FOLDERS = "grammar|procmaps|tests"
PATHS = sorted({*re.findall(rf"`((?:{FOLDERS})/[^`\s]*)`", PAGE)})


def test_page_has_paths() -> None:
    assert len(PATHS) > 40


@pytest.mark.parametrize("path", PATHS)
def test_path_exists(path: str) -> None:
    assert (ROOT / path).is_dir() if path.endswith("/") else (ROOT / path).is_file()
