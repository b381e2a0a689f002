"""Errors: equality, copies, and texts that depend on the facts."""

from __future__ import annotations

import copy
import errno
import os
import pickle
from pathlib import Path

import pytest

from procmaps import errors
from procmaps.errors import ParseError, ProcmapsError

LONG = bytes(range(0x61, 0x7B)) * 8


def parse_error(source: bytes, column: int, hint: str = "") -> ParseError:
    return ParseError("no inode", source, 3, column, 17, "inode", hint)


ERRORS: tuple[ProcmapsError, ...] = (
    ProcmapsError("x"),
    parse_error(b"abc", 2),
    errors.UnknownDialect("x", ("linux",)),
    errors.InvalidLabel(b"x", "y"),
    errors.ResourceNotFound("x", (Path("/a"), Path("/b"))),
    errors.NoSuchProcess("process 7", "/proc/7/maps"),
    errors.AccessDenied("process 7", "/proc/7/maps", 1, 2),
    errors.ProcessGone("process 7", "/proc/7/maps", b"abc"),
    errors.ReadFailed("process 7", "/proc/7/maps", errno.EMFILE),
    errors.NamingError(0x1000, 4096, b"x", errno.EINVAL),
    errors.CannotRender("linux", 1, "name", "x"),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_are_equal_if_their_facts_are(error: ProcmapsError) -> None:
    for other in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 - made here
        assert other == error
        assert hash(other) == hash(error)
        assert str(other) == str(error)
    assert error not in [other for other in ERRORS if other is not error]
    assert error != error.args


def test_errors_with_other_facts_or_of_other_classes_differ() -> None:
    assert parse_error(b"abc", 2) != parse_error(b"abc", 3)
    assert errors.Zombie("p", "/x", "c") != errors.KernelThread("p", "/x", "c")
    assert ProcmapsError("x") != ProcmapsError("y")


@pytest.mark.parametrize(
    ("source", "column", "snippet"),
    [
        (b"abc", 1, "  abc\n  ^"),
        (b"abc", 4, "  abc\n     ^"),
        (b"a\tc", 3, "  a\\x09c\n       ^"),
        (LONG, 61, f"  {LONG[:120].decode()}…\n  {' ' * 60}^"),
        (LONG, 62, f"  …{LONG[1:121].decode()}…\n  {' ' * 61}^"),
        (LONG, 149, f"  …{LONG[88:].decode()}\n  {' ' * 61}^"),
        (LONG, 148, f"  …{LONG[87:207].decode()}…\n  {' ' * 61}^"),
    ],
)
def test_a_snippet_has_the_caret_below_the_failing_byte(
    source: bytes, column: int, snippet: str
) -> None:
    assert parse_error(source, column).snippet == snippet


def test_a_hint_comes_last() -> None:
    head = "line 3, column 2: no inode\n  abc\n   ^"
    assert str(parse_error(b"abc", 2)) == head
    assert str(parse_error(b"abc", 2, "Look.")) == f"{head}\nLook."


def test_live_errors_are_errors_of_the_system() -> None:
    for error, code in (
        (errors.NoSuchProcess("p", "/x"), errno.ESRCH),
        (errors.FileMissing("p", "/x"), errno.ENOENT),
        (errors.AccessDenied("p", "/x", None, 5), errno.EACCES),
        (errors.QueryUnsupported("p", "/x"), errno.ENOTTY),
        (errors.LiveError("p", "/x"), errno.EIO),
        (errors.ReadFailed("p", "/x", errno.ENFILE), errno.ENFILE),
    ):
        assert (error.errno, error.strerror, error.filename) == (code, os.strerror(code), "/x")
    naming = errors.NamingError(0x1000, 4096, None, errno.EBADF)
    assert (naming.errno, naming.strerror) == (errno.EBADF, os.strerror(errno.EBADF))


@pytest.mark.parametrize(
    ("owner", "user", "texts"),
    [
        (None, 5, ("user 5 may not inspect process 7", "Run as that user or as root")),
        (5, 5, ("user 5 may not inspect process 7", "Run as that user or as root")),
        (4, 5, ("belongs to user 4, but the caller is user 5", "Run as that user or as root")),
        (4, 0, ("belongs to user 4, but the caller is user 0", "Root needs CAP_SYS_PTRACE")),
    ],
)
def test_a_denial_names_its_cause_and_remedy(
    owner: int | None, user: int, texts: tuple[str, str]
) -> None:
    shown = str(errors.AccessDenied("process 7", "/x", owner, user))
    assert all(text in shown for text in texts)


def test_other_texts_depend_on_the_facts() -> None:
    assert "at /a or /b." in str(errors.ResourceNotFound("x", (Path("/a"), Path("/b"))))
    assert str(errors.InvalidRules(0, "is empty")) == "the file of rules is empty"
    assert str(errors.InvalidRules(2, "is empty")) == "rule 2 is empty"
    assert "The first 3 bytes" in str(errors.ProcessGone("p", "/x", b"abc"))
    assert errors.ProcessGone("p", "/x").partial == b""
    assert str(errors.InvalidRecord("", "is a list")).endswith("the record is a list")
    assert str(errors.InvalidRecord("name", "is a list")).endswith("name is a list")
    assert "ulimit -n" in str(errors.ReadFailed("p", "/x", errno.EMFILE))
    assert str(errors.ReadFailed("p", "/x", errno.EIO)).endswith(": Input/output error.")
    assert str(errors.NamingError(0x1000, 4096, b"a\n", errno.EINVAL)) == (
        r"cannot set the label 'a\x0a' on the 4096 bytes at 0x1000: Invalid argument (EINVAL)."
    )
    assert errors.NamingError(0x1000, 4096, None, errno.EINVAL).attempt == (
        "cannot remove the label from the 4096 bytes at 0x1000"
    )
