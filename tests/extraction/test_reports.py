"""Texts as reporters paste them: each container of mappings, and of mappings with fields."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Sequence

import pytest

from procmaps.extraction import Extract, extract

MAPPINGS = (
    "5581c0a00000-5581c0a0b000 r-xp 00000000 08:01 1447                       /usr/bin/cat",
    "5581c1c8a000-5581c1cab000 rw-p 00000000 00:00 0                          [heap]",
    "7f3c10000000-7f3c10021000 rw-p 00000000 00:00 0 ",
    "7f3c18c00000-7f3c18c01000 rw-s 00000000 00:05 77                         /memfd:a b (deleted)",
)
NAMES = [b"/usr/bin/cat", b"[heap]", b"", b"/memfd:a b (deleted)"]
STARTS = [0x5581C0A00000, 0x5581C1C8A000, 0x7F3C10000000, 0x7F3C18C00000]
FIELDS = (
    "Size:                 44 kB",
    "Rss:                   8 kB",
    "VmFlags: rd ex mr mw me dw ",
)
SMAPS = tuple(line for mapping in MAPPINGS for line in (mapping, *FIELDS))
DAMAGED = "7f3c17000000-7f3c17001000 rw-q 00000000 00:00 0 "

Wrap = Callable[[Sequence[str]], str]


def rows(before: str, after: str = "", escape: Callable[[str], str] = str) -> Wrap:
    """Return a function that puts two texts around each line; ``{i}`` is its number."""

    def wrap(lines: Sequence[str]) -> str:
        return "".join(
            before.replace("{i}", f"{i:02d}") + escape(line) + after + "\n"
            for i, line in enumerate(lines)
        )

    return wrap


def padded(mark: str) -> Wrap:
    return lambda lines: "".join(f" {line.ljust(100)}{mark}\n" for line in lines)


def whole(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def var_dump(lines: Sequence[str]) -> str:
    items = (f'  [{i}]=>\n  string({len(e)}) "{e}"\n' for i, e in enumerate(lines))
    return f"array({len(lines)}) {{\n{''.join(items)}}}\n"


WRAPS: dict[str, Wrap] = {
    "GitHub Actions": rows("2024-05-01T10:00:{i}.1234567Z \x1b[36;1m", "\x1b[0m"),
    "GitLab": rows("2024-05-01T10:00:{i}.123456Z 01O "),
    "kubectl": rows("[pod/web-7c5ddbdf54-abcde/app] 2024-05-01T10:00:{i}.123456789Z "),
    "CRI": rows("2024-05-01T10:00:{i}.123456789Z stdout F "),
    "Compose": rows("\x1b[36mweb_1  |\x1b[0m "),
    "slog": rows('time=2024-05-01T10:00:{i}.000Z level=INFO msg="', '" pid=815'),
    "zap": lambda lines: whole([json.dumps({"msg": line, "ts": 1.5}) for line in lines]),
    "Spring": rows("2024-05-01 10:00:{i}.123 ERROR 815 --- [     main] c.e.Dump        : "),
    "Ansible": lambda lines: f'    "stdout_lines": {json.dumps(list(lines), indent=8)}\n',
    "grep -Hn": rows("/proc/815/maps:{i}:"),
    "cat -A": rows("", "$"),
    "bat": rows("  {i}   │ "),
    "psql": padded("+"),
    "PowerShell": padded(""),
    "table with line numbers": rows("| {i} | ", " |"),
    "cells with line numbers": rows('<tr><td class="n">{i}</td><td>', "</td></tr>", html.escape),
    "cells of code": rows("| `", "` |"),
    "divisions": lambda lines: "".join(f"<div>{html.escape(e)}</div>" for e in lines) + "\n",
    "breaks": lambda lines: "<p>" + "<br>".join(map(html.escape, lines)) + "</p>\n",
    "inner tags": rows("<span>", "</span>", lambda e: f"{e[:12]}<i>{html.escape(e[12:])}</i>"),
    "Erlang": lambda lines: '    "' + '~n"\n    "'.join(lines) + '~n"\n',
    "var_dump": var_dump,
    "Java": lambda lines: 'String s = "' + '\\n" +\n    "'.join(lines) + '\\n";\n',
    "test table": rows('{name: "x", in: "', '", want: 1},'),
    "shell": rows("echo '", "' >> f"),
    "JSON in JSON list": lambda lines: json.dumps({"a": json.dumps({"b": list(lines)})}) + "\n",
    "unicode escapes": lambda lines: (
        '{"m":"' + whole(lines).replace("\n", "\\u000a").replace("[", "\\u005b") + '"}\n'
    ),
    "YAML block": lambda lines: "maps: |\n" + rows("  ")(lines) + "pid: 7\n",
    "INI": lambda lines: "[proc]\nmaps = " + rows("       ")(lines).lstrip(),
    "CR": lambda lines: "\r".join(lines) + "\r",
    "CR CR LF": rows("", "\r\r"),
}
"""The text around each line of a dump, or around all of them."""


def texts(dump: Extract) -> tuple[list[int], list[bytes]]:
    return [m.start for m in dump.mappings], [m.name for m in dump.mappings]


@pytest.mark.parametrize("name", WRAPS)
def test_mappings_come_back(name: str) -> None:
    (dump,) = extract(WRAPS[name](MAPPINGS))
    assert texts(dump) == (STARTS, NAMES)
    assert not dump.doubts


@pytest.mark.parametrize("name", WRAPS)
def test_fields_come_back(name: str) -> None:
    (dump,) = extract(WRAPS[name](SMAPS))
    assert texts(dump) == (STARTS, NAMES)
    usages = [m.usage and (m.usage.size, m.usage.rss) for m in dump.snapshot]
    assert usages == [(44 << 10, 8 << 10)] * len(MAPPINGS)


@pytest.mark.parametrize("name", WRAPS)
def test_a_damaged_line_does_not_vanish(name: str) -> None:
    (dump,) = extract(WRAPS[name]((*MAPPINGS[:2], DAMAGED, *MAPPINGS[2:])))
    assert texts(dump) == (STARTS, NAMES)
    assert any(b"rw-q" in skipped.raw or b"w-q" in skipped.raw for skipped in dump.skipped)


def test_lines_of_a_quoted_scalar_have_blank_lines_between() -> None:
    """YAML writes a newline inside quotation marks as an empty line."""
    (dump,) = extract("maps: '" + "\n\n  ".join(MAPPINGS) + "\n\n  '\n")
    assert texts(dump) == (STARTS, NAMES)


def test_a_cell_is_not_reported_with_its_mapping() -> None:
    (dump,) = extract(WRAPS["cells with line numbers"](MAPPINGS))
    assert not dump.skipped


def test_one_carriage_return_inside_a_name_ends_no_line() -> None:
    name = "/opt/\r5581c1c8a000-5581c1cab000 rw-p 00000000 00:00 0"
    (dump,) = extract(MAPPINGS[0].replace("/usr/bin/cat", name) + "\n" + MAPPINGS[3] + "\n")
    assert texts(dump)[1] == [name.encode(), NAMES[3]]


def test_equal_widths_alone_pad_nothing() -> None:
    """A name may end in blanks: only memory that cannot have them shows padding."""
    lines = [MAPPINGS[0] + "  ", MAPPINGS[0].replace("c0a", "c0c") + "  "]
    lines.append(lines[0].replace("c0a", "c0e"))
    (dump,) = extract(whole(lines))
    assert texts(dump)[1] == [b"/usr/bin/cat  "] * 3


def test_rows_of_two_processes_are_two_dumps() -> None:
    row = "%s %d 4.5: PERF_RECORD_MMAP2 %d/%d: [0x%x(0x1000) @ 0 fe:00 7 0]: r-xp /bin/%s\n"
    text = "".join(
        row % (name, pid, pid, pid, start, name)
        for name, pid, start in (
            ("a", 815, 0x400000), ("b", 816, 0x500000), ("a", 815, 0x600000), ("b", 816, 0x700000),
        )
    )  # fmt: skip
    found = [([m.start for m in dump.mappings], dump.mappings[0].process) for dump in extract(text)]
    assert found == [([0x400000, 0x600000], 815), ([0x500000, 0x700000], 816)]


def test_breaks_at_the_ends_of_all_rows_are_markup() -> None:
    """No other text shows that this is a page."""
    row = "%016x      4 r---- %016x 0fe:00000 %s<br/>\n"
    names = ("demo", "a b", "&#91; anon &rsqb;")
    text = "".join(row % (0x400000 + 4096 * i, 0, name) for i, name in enumerate(names))
    (dump,) = extract(text)
    assert [m.name for m in dump.mappings] == [b"demo", b"a b", b""]


def test_an_asterisk_at_the_end_of_a_name_in_a_comment_is_of_the_name() -> None:
    (dump,) = extract(rows(" * ")([line.replace("/cat", "/c*") for line in MAPPINGS]))
    assert texts(dump)[1] == [b"/usr/bin/c*", *NAMES[1:]]
