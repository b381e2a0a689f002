"""Rules of English that a program can check: a few words, and commit subjects."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.support.checkout import ROOT

PLAIN = {
    "anew": "again",
    "bears": "has",
    "behind": "after",
    "besides": "also",
    "mend": "fix",
    "mended": "fixed",
    "mends": "fixes",
    "stand": "be",
    "stands": "is",
    "stood": "was",
    "tells": "reports",
    "told": "reported",
}
"""Words that made this project's prose hard to read, each with a plain one."""

WORD = re.compile(rf"\b({'|'.join(PLAIN)})\b", re.IGNORECASE)
"""Also in names: `told` is no better as a variable."""

SUFFIXES = (".py", ".pyi", ".md", ".c", ".h", ".lark", ".toml", ".html")
ALLOWED = ("mapped anew", "name-line-behind")
"""Text in captures and names of cases: data that stays as it is."""

EXCEPT = re.compile(
    r"CHANGELOG\.md|corpus/(captures|cases)/|docs/generated/|tests/project/test_english\.py"
)
"""History, data, pages that other files are the source of, and the list itself."""

SUBJECT = re.compile(r"[a-z][a-z0-9_.,/ -]*: \S.*")
"""``area: imperative summary``"""

FIRST_CHECKED = "layout: move every file to its layer and rename across layers"
"""The subject of the commit from which on subjects are checked."""


def git(*arguments: str) -> str:
    """Return the output of git in the checkout; skip the test where it is no clone."""
    ran = subprocess.run(
        ["git", *arguments],  # noqa: S607 - git is found on PATH as a person's is
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode:
        pytest.skip(f"not a git clone: {ran.stderr.strip()}")
    return ran.stdout


def test_prose_uses_plain_words() -> None:
    found: list[str] = []
    for name in git("ls-files", "-z").split("\0"):
        if not name.endswith(SUFFIXES) or EXCEPT.search(name):
            continue
        for number, line in enumerate((ROOT / name).read_text("utf-8").split("\n"), 1):
            found += (
                f"{name}:{number}: {word}: write {PLAIN[word.lower()]}"
                for word in WORD.findall(line)
                if not any(text in line for text in ALLOWED)
            )
    assert not found, "\n".join(found)


def test_a_word_of_the_list_is_found() -> None:
    assert WORD.findall("Nothing stands behind it; # told") == ["stands", "behind", "told"]
    assert WORD.findall("understands, toldest, standing") == []


def test_commit_subjects_are_short_and_name_their_area() -> None:
    subjects = git("log", "--no-merges", "--format=%s").splitlines()
    if FIRST_CHECKED not in subjects:
        pytest.skip("a shallow clone: the first commit to check is not in it")
    checked = subjects[: subjects.index(FIRST_CHECKED) + 1]
    assert [s for s in checked if len(s) > 72 or not SUBJECT.fullmatch(s)] == []
