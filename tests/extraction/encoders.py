"""Put a dump into other text: one encoder for each container, independent of the package.

An encoder takes the lines of a dump (bytes without newlines) and returns a text that contains them.
"""

from __future__ import annotations

import base64
import html as entities
import json
import quopri
import re
from collections.abc import Callable, Sequence

Encoder = Callable[[Sequence[bytes]], bytes]


def whole(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def prefixed(prefix: bytes) -> Encoder:
    return lambda lines: b"Hello,\n\n" + whole([prefix + line for line in lines]) + b"\nRegards\n"


def trimmed_quote(lines: Sequence[bytes]) -> bytes:
    """Quote as a mail program that drops blanks at the ends of lines."""
    return whole([b"> " + line for line in lines]).replace(b" \n", b"\n")


def crlf(lines: Sequence[bytes]) -> bytes:
    return b"Map:\r\n\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n-- \r\n"


def hs_err(lines: Sequence[bytes]) -> bytes:
    count = b"Total number of mappings: %d" % len(lines)
    return whole([b"Heap:", b"", b"Dynamic libraries:", *lines, count, b"", b"VM Arguments:"])


def mapped_libraries(lines: Sequence[bytes]) -> bytes:
    return b"heap profile: 1: 8 [1: 8] @ heapprofile\n\nMAPPED_LIBRARIES:\n" + whole(lines)


def coredump(lines: Sequence[bytes]) -> bytes:
    return b"COREDUMP_PID=7\nCOREDUMP_PROC_MAPS=" + whole(lines) + b"COREDUMP_COMM=cat\n"


def fence(lines: Sequence[bytes]) -> bytes:
    return whole([b"```", b"# cat /proc/7/maps", *lines, b"```", b"Thanks!"])


def indented(lines: Sequence[bytes]) -> bytes:
    return b"It prints:\n\n" + whole([b"    " + line for line in lines]) + b"\nand so on.\n"


def logcat(lines: Sequence[bytes]) -> bytes:
    head = b"06-01 12:00:%02d.%03d  1234  1234 F DEBUG   : "
    return whole([head % (i // 1000 % 60, i % 1000) + line for i, line in enumerate(lines)])


def dmesg(lines: Sequence[bytes]) -> bytes:
    return whole([b"[ %4d.%06d] " % (i // 9, i) + line for i, line in enumerate(lines)])


def journal(lines: Sequence[bytes]) -> bytes:
    head = b"Nov 24 01:%02d:%02d box crash[815]: "
    return whole([head % (i // 60 % 60, i % 60) + line for i, line in enumerate(lines)])


def interrupted(lines: Sequence[bytes]) -> bytes:
    """Write a log with messages of another writer between the lines."""
    text: list[bytes] = []
    for i, line in enumerate(lines):
        text.append(b"[%5d.%03d] maps: " % (i, i % 1000) + line)
        if i % 3 == 1:
            text.append(b"[%5d.%03d] usb 1-1: new device found" % (i, i % 1000))
    return whole(text)


def c_source(lines: Sequence[bytes]) -> bytes:
    quoted = [re.sub(rb'([\\"])', rb"\\\1", line) for line in lines]
    body = whole([b'    "' + line + b'\\n"' for line in quoted])
    return b"static const char dump[] =\n" + body + b"    ;\n"


def c_macro(lines: Sequence[bytes]) -> bytes:
    quoted = [re.sub(rb'([\\"])', rb"\\\1", line) for line in lines]
    return b"#define DUMP \\\n" + whole([b'  "' + line + b'\\n" \\' for line in quoted]) + b'  ""\n'


def raw_string(lines: Sequence[bytes]) -> bytes:
    return b'auto dump = R"(' + b"\n".join(lines) + b')";\n'


def triple_quotes(lines: Sequence[bytes]) -> bytes:
    return b'DUMP = b"""\\\n' + b"\n".join(lines) + b'"""\n\nassert DUMP\n'


def python_list(lines: Sequence[bytes]) -> bytes:
    return b"dump = [" + b", ".join(repr(line).encode() for line in lines) + b"]\n"


def rust_raw(lines: Sequence[bytes]) -> bytes:
    return b'const MAPS: &str = r##"' + b"\n".join(lines) + b'"##;\nfn main() {}\n'


def template(lines: Sequence[bytes]) -> bytes:
    return b"const maps = `\n" + b"\n".join(lines) + b"`.trim();\n"


def continued(lines: Sequence[bytes]) -> bytes:
    """Write a string of C or Rust that continues after each backslash."""
    quoted = [re.sub(rb'([\\"])', rb"\\\1", line) for line in lines]
    return b'const char *maps = "\\\n' + b"".join(line + b"\\n\\\n" for line in quoted) + b'";\n'


def java_source(lines: Sequence[bytes]) -> bytes:
    quoted = [re.sub(rb'([\\"])', rb"\\\1", line) for line in lines]
    return b'String s = ""\n' + whole([b'    + "' + line.rstrip() + b'\\n"' for line in quoted])


def char_data(lines: Sequence[bytes]) -> bytes:
    return b"<report><![CDATA[" + b"\n".join(lines) + b"]]></report>\n"


def docker(lines: Sequence[bytes]) -> bytes:
    texts = [line.decode("utf-8", "replace") + "\n" for line in lines]
    return whole([json.dumps({"log": text, "stream": "stderr"}).encode() for text in texts])


def base64_mail(lines: Sequence[bytes]) -> bytes:
    head = b"Subject: maps\nContent-Transfer-Encoding: base64\nMIME-Version: 1.0\n\n"
    text = whole([b"Hello,", b"", *lines, b"", b"Regards"]).replace(b"\n", b"\r\n")
    return head + base64.encodebytes(text) + b"\n--bound--\n"


def utf16(lines: Sequence[bytes]) -> bytes:
    return whole(lines).replace(b"\n", b"\r\n").decode("utf-8", "replace").encode("utf-16")


def coloured(lines: Sequence[bytes]) -> bytes:
    """Record a terminal: a prompt, and the addresses in yellow."""
    painted = [re.sub(rb"^(\S+)", b"\x1b[33m\\1\x1b[0m", line) + b"\x1b[K" for line in lines]
    return whole([b"\x1b[1m$\x1b[0m cat maps", *painted])


def html_list(lines: Sequence[bytes]) -> bytes:
    items = [entities.escape(line.decode("utf-8", "replace")).encode() for line in lines]
    return b"<ul>" + b"\n".join(b'<li class="m">' + item + b"</li>" for item in items) + b"</ul>\n"


def troff(lines: Sequence[bytes]) -> bytes:
    return whole([b".EX", *(line.replace(b"-", rb"\-") for line in lines), b".EE"])


def capitals(lines: Sequence[bytes]) -> bytes:
    return whole([re.sub(rb"^\S+", lambda found: found[0].upper(), line) for line in lines])


def cells(before: bytes, between: bytes, after: bytes) -> Encoder:
    """Return an encoder for a table with marks at both ends of a row and between cells."""

    def encode(lines: Sequence[bytes]) -> bytes:
        rows = [line.split(None, 5) + [b""] * (len(line.split(None, 5)) == 5) for line in lines]
        return whole([before + between.join(row) + after for row in rows])

    return encode


def one_cell(before: bytes, after: tuple[bytes, ...]) -> Encoder:
    """Return an encoder for a table with the whole line in a cell, and other cells after it."""
    return lambda lines: whole(
        [before + line + after[i % len(after)] for i, line in enumerate(lines)]
    )


def more_columns(lines: Sequence[bytes]) -> bytes:
    """Write a table of Markdown with two columns after the name."""
    texts = (b"code | 1", b"| 22", b"data of it |")
    rows = [line.split(None, 5) + [b""] * (len(line.split(None, 5)) == 5) for line in lines]
    rule = b"|---|---|---|---|---|---|---|---|"
    head = b"| range | perms | offset | dev | inode | name | what | n |"
    body = [b"| " + b" | ".join((*row, texts[i % 3])) + b" |" for i, row in enumerate(rows)]
    return whole([head, rule, *body])


def boxed(bar: str, *, by_column: bool) -> Encoder:
    """Return an encoder for a table in a box: each column or the whole line is a cell."""

    def encode(lines: Sequence[bytes]) -> bytes:
        split = [line.split(None, 5) if by_column else [line] for line in lines]
        rows = [[*row, b""] if by_column and len(row) == 5 else row for row in split]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        between = f" {bar} ".encode()
        body = [
            between.join((b"", *(cell.ljust(n) for cell, n in zip(row, widths, strict=True)), b""))
            for row in rows
        ]
        edge = "─" * (sum(widths) + 3 * len(widths))
        return whole([f"┌{edge}┐".encode(), *(row.strip() for row in body), f"└{edge}┘".encode()])

    return encode


def html_columns(lines: Sequence[bytes]) -> bytes:
    """Write a table of HTML with a column after the name."""
    texts = (b"code", b"", b"data of it")
    rows = [line.split(None, 5) + [b""] * (len(line.split(None, 5)) == 5) for line in lines]
    body = [
        b"<tr><td>" + b"</td><td>".join((*row, texts[i % 3])) + b"</td></tr>"
        for i, row in enumerate(rows)
    ]
    return whole([b"<table>", *body, b"</table>"])


def csv_columns(lines: Sequence[bytes]) -> bytes:
    """Write CSV with each address in a column, quoted names, and a column after them."""
    rows = [line.replace(b"-", b" ", 1).split(None, 6) for line in lines]
    texts = (b"code", b"", b"data, of it")
    body = [
        b",".join(row[:6]) + b',"' + b"".join(row[6:]) + b'","' + texts[i % 3] + b'"'
        for i, row in enumerate(rows)
    ]
    return whole([b"start,end,perms,offset,dev,inode,name,what", *body])


def fields_in_cells(lines: Sequence[bytes]) -> bytes:
    """Write the columns of fields as cells, as pages do that make a table of each colon."""
    return whole([re.sub(rb"^([A-Z]\w*:)\s*(.*)", rb"\1 | \2 |", line) for line in lines])


def logged(newline: bytes, tab: bytes) -> Encoder:
    """Return an encoder for one message of a logger that spells control characters."""

    def encode(lines: Sequence[bytes]) -> bytes:
        text = whole(lines).replace(b"\t", tab).replace(b"\n", newline)
        return b"Nov 24 01:00:00 box crash[815]: maps:" + newline + text + b"\nNov 24 01: bye\n"

    return encode


def joined(count: int, before: bytes, between: bytes) -> Encoder:
    """Return an encoder that writes *count* lines of the dump in each line of the text."""

    def encode(lines: Sequence[bytes]) -> bytes:
        rows = [lines[i : i + count] for i in range(0, len(lines), count)]
        return whole([b"It prints:", *(before + between.join(row) for row in rows), b"Thanks"])

    return encode


def escaped(line: bytes) -> bytes:
    """Return a line of a page: entities for the characters that a wiki escapes, too."""
    text = entities.escape(line.decode("utf-8", "surrogateescape"))
    return text.replace("[", "&#91;").replace("]", "&rsqb;").encode("utf-8", "surrogateescape")


def marked(opened: bytes, closed: bytes, end: bytes, escape: Callable[[bytes], bytes]) -> Encoder:
    """Return an encoder that puts marks around each name, and *end* after each line."""

    def encode(lines: Sequence[bytes]) -> bytes:
        rows: list[bytes] = []
        for line in lines:
            columns = re.match(rb"(?:[0-9a-f]+-\S+ \S+ \S+ \S+ [0-9]+ *)?", line)
            size = columns.end() if columns else 0
            name = escape(line[size:])
            rows.append(line[:size] + (opened + name + closed if size and name else name) + end)
        return whole(rows)

    return encode


def every_third(opened: bytes, closed: bytes) -> Encoder:
    """Return an encoder that puts marks around some of the lines, to show them to a reader."""
    return lambda lines: whole(
        [opened + line + closed if i % 3 == 1 else line for i, line in enumerate(lines)]
    )


def annotated(*texts: bytes) -> Encoder:
    """Return an encoder that writes a text after each line, one after the other."""
    return lambda lines: whole([line + texts[i % len(texts)] for i, line in enumerate(lines)])


def repeated_columns(lines: Sequence[bytes]) -> bytes:
    """Write device and inode again after each line, as a program for debugging did."""
    rows: list[bytes] = []
    for line in lines:
        device, inode = line.split()[3:5]
        major, minor = (int(number, 16) for number in device.split(b":"))
        rows.append(line + b"  (d:0x%x i:%b)" % (major << 8 | minor, inode))
    return whole(rows)


def json_string(lines: Sequence[bytes]) -> bytes:
    text = whole(lines).decode("utf-8", "replace")
    return json.dumps({"pid": 7, "maps": text, "comm": "cat"}, ensure_ascii=False).encode()


def json_list(lines: Sequence[bytes]) -> bytes:
    texts = [line.decode("utf-8", "replace") for line in lines]
    return json.dumps({"maps": texts}, ensure_ascii=False, indent=1).encode()


def json_in_json(lines: Sequence[bytes]) -> bytes:
    return json.dumps({"message": json_string(lines).decode()}, ensure_ascii=False).encode()


def quoted_printable(lines: Sequence[bytes]) -> bytes:
    head = b"Subject: maps\nContent-Transfer-Encoding: quoted-printable\n\n"
    return head + quopri.encodestring(whole(lines))


def html(lines: Sequence[bytes]) -> bytes:
    escaped = [
        line.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;") for line in lines
    ]
    return b"<html><body>\n<pre>" + b"\n".join(escaped) + b"</pre>\n</body></html>\n"


def nbsp(space: bytes) -> Encoder:
    """Return an encoder that replaces the first of two spaces by *space*, as web mail does."""
    return lambda lines: whole([b"> " + line.replace(b"  ", space + b" ") for line in lines])


def tabs(lines: Sequence[bytes]) -> bytes:
    return whole([b"\t" + re.sub(b" {8}", b"\t", line) for line in lines])


def collapsed(lines: Sequence[bytes]) -> bytes:
    """Reduce runs of spaces in the padding to one, as HTML shows them."""
    return whole([re.sub(rb"^((?:\S+ ){5}) *", rb"\1", line) for line in lines])


def wrapped(width: int, prefix: bytes = b"> ", later: bytes | None = None) -> Encoder:
    """Return an encoder that breaks lines at *width* columns after *prefix* (RFC 3676).

    The rest of a line has the prefix *later*: fewer quotation marks, if a later mail broke it.
    """
    rest = prefix if later is None else later

    def encode(lines: Sequence[bytes]) -> bytes:
        parts = [broken(line, width) for line in lines]
        return whole([row for first, *others in parts for row in (
            prefix + first, *(rest + other for other in others))])  # fmt: skip

    return encode


def sanitizer_lines(lines: Sequence[bytes]) -> list[bytes]:
    """Return the dump as a sanitizer prints it (DumpProcessMap)."""
    rows: list[bytes] = []
    for line in lines:
        start, end = (int(number, 16) for number in line.split(b" ")[0].split(b"-"))
        rows.append(b"\t0x%012x-0x%012x\t%b" % (start, end, line[73:]))
    return [b"==7==Process memory map follows:", *rows, b"==7==End of process memory map."]


def tombstone_lines(lines: Sequence[bytes]) -> list[bytes]:
    """Return the dump as debuggerd prints it, with build IDs after the names of files."""
    rows: list[bytes] = []
    for line in lines:
        start, end = (int(number, 16) for number in line.split(b" ")[0].split(b"-"))
        name = line[73:] + b" (BuildId: 0badcafe12) (load bias 0x1000)" * (line[73:74] == b"/")
        columns = b"    %08x'%08x-%08x'%08x %b %9x %9x  " % (
            start >> 32, start & 0xFFFFFFFF, end - 1 >> 32, end - 1 & 0xFFFFFFFF,
            line.split(b" ")[1][:3], 0, end - start,
        )  # fmt: skip
        rows.append((columns + name).rstrip(b" "))
    return [b"memory map (%d entries):" % len(rows), *rows]


def folded(width: int, prefix: bytes = b"", *, is_cut: bool = False, objects: int = 0) -> Encoder:
    """Return an encoder for a literal that is broken at blanks, or cut at a width.

    It is one of Python, or a member of so many JSON objects, each a string in the next.
    """

    def encode(lines: Sequence[bytes]) -> bytes:
        bare = [line.rstrip(b" ") for line in lines]
        text = b"dump = '" + b"".join(line.replace(b"'", rb"\'") + b"\\n" for line in bare) + b"'"
        inner = whole(bare).decode()
        for depth in range(objects):
            inner = json.dumps({"depth": depth, "maps": inner, "comm": "cat"}, ensure_ascii=False)
            text = inner.encode()
        cuts = range(0, len(text), width)
        parts = [text[at : at + width] for at in cuts] if is_cut else broken(text, width)
        return whole([prefix + part for part in parts])

    return encode


REPORTS: dict[str, Callable[[Sequence[bytes]], list[bytes]]] = {
    "maps": list,
    "sanitizer": sanitizer_lines,
    "tombstone": tombstone_lines,
}
"""The lines that a report prints for the lines of a dump."""

QUOTES = {"plain": (b"", b""), "quoted": (b"> ", b"> "), "twice": (b"> > ", b"> > "),
          "less": (b"> > > ", b"> "), "not again": (b"> ", b""), "bars": (b"| | ", b"| "),
          "in HTML": (b"&gt; &gt; ", b"&gt; ")}  # fmt: skip
"""The prefixes of a quoted line, and of what a mail program has broken off it."""


def broken(line: bytes, width: int) -> list[bytes]:
    parts: list[bytes] = []
    line = line.rstrip(b" ")
    while len(line) > width:
        at = line.rfind(b" ", 1, width + 1)
        if at < 0:
            at = line.find(b" ")
        if at < 0:
            break
        parts.append(line[:at].rstrip(b" "))
        line = line[at:].lstrip(b" ")
    return [*parts, line]


PLAIN: dict[str, Encoder] = {
    "as it is": whole,
    "crlf": crlf,
    "hs_err": hs_err,
    "gperftools": mapped_libraries,
    "coredump": coredump,
    "fence": fence,
    "indented": indented,
    "> ": prefixed(b"> "),
    "trimmed": trimmed_quote,
    ">>> ": prefixed(b">>> "),
    "> > ": prefixed(b"> > "),
    "| ": prefixed(b"| "),
    "// ": prefixed(b"// "),
    "# ": prefixed(b"# "),
    " * ": prefixed(b" * "),
    "logcat": logcat,
    "old logcat": prefixed(b"F/DEBUG   (  123): "),
    "dmesg": dmesg,
    "journal": journal,
    "interrupted": interrupted,
    "C": c_source,
    "C macro": c_macro,
    "C++ raw": raw_string,
    "Python": triple_quotes,
    "Python list": python_list,
    "Rust": rust_raw,
    "template": template,
    "continued": continued,
    "Java": java_source,
    "CDATA": char_data,
    "Docker": docker,
    "base64": base64_mail,
    "UTF-16": utf16,
    "colours": coloured,
    "HTML list": html_list,
    "troff": troff,
    "capitals": capitals,
    "0x": lambda lines: whole([b"0x" + line.replace(b"-", b"-0x", 1) for line in lines]),
    "diff": lambda lines: whole([b" +"[i % 2 :][:1] + line for i, line in enumerate(lines)]),
    "JSON": json_string,
    "JSON list": json_list,
    "JSON in JSON": json_in_json,
    "quoted-printable": quoted_printable,
    "HTML": html,
    "rsyslog": logged(b"#012", b"#011"),
    "sysklogd": logged(b"^J", b"^I"),
    "nginx": logged(b"\\x0A", b"\\x09"),
    "workflow command": logged(b"%0A", b"%09"),
    "Jira page": marked(b'<span class="error">', b"</span>", b"<br/>", escaped),
    "bold names": marked(b"<b>", b"</b>", b"", escaped),
    "links": marked(b'<a href="/source?f=a&amp;g">', b"</a>", b"", escaped),
    "tags before": marked(b"</font><i>", b"</i>", b"", escaped),
    "Markdown names": marked(b"**", b"**", b"", bytes),
    "code names": marked(b"`", b"`", b"", bytes),
    "Jira names": marked(b"{{", b"}}", b"", bytes),
    "BBCode names": marked(b"[b][color=red]", b"[/color][/b]", b"", bytes),
    "cell": one_cell(b"| ", (b" |",)),
    "cell of HTML": one_cell(b"<tr><td>", (b"</td><td>code</td></tr>", b"</td><td></td></tr>")),
    "cell of several": one_cell(b"|", (b"| code |", b"| |", b"| of the heap |")),
    "> &gt; ": lambda lines: b"<p>Hello</p>\n" + whole([b"&gt; " + line for line in lines]),
}
"""Encoders that leave every byte recoverable, if the line is UTF-8 and contains no markup."""

LOSSY: dict[str, Encoder] = {
    "nbsp": nbsp(b"\xc2\xa0"),
    "nbsp, Latin-1": nbsp(b"\xa0"),
    "nbsp, twice": nbsp(b"\xc3\x82\xc2\xa0"),
    "nbsp, HTML": nbsp(b"&nbsp;"),
    "tabs": tabs,
    "collapsed": collapsed,
    "Markdown table": cells(b"| ", b" | ", b" |"),
    "Jira table": cells(b"|", b"|", b"|"),
    "box": boxed("│", by_column=False),
    "box of columns": boxed("┃", by_column=True),
    "CSV": cells(b'7,"', b'","', b'"'),
    "more columns": more_columns,
    "HTML columns": html_columns,
    "CSV columns": csv_columns,
    "fields in cells": fields_in_cells,
    "HTML table": cells(b"<tr><td>", b"</td><td>", b"</td></tr>"),
    "Markdown lines": every_third(b"**", b"**"),
    "BBCode lines": every_third(b"[b]", b"[/b]"),
    "coloured lines": every_third(b"{color:red}", b"{color}"),
    "wide spaces": lambda lines: whole([line.replace(b"  ", b"\xe3\x80\x80") for line in lines]),
    "long dashes": lambda lines: whole([line.replace(b"-", b"\xe2\x80\x93", 1) for line in lines]),
    "wrapped at 72": wrapped(72),
    "wrapped at 64": wrapped(64, b"> > > "),
    "wrapped at 40": wrapped(40, b""),
}
"""Encoders that change the padding before a name; tested with names without runs of spaces."""

REMARKS: dict[str, Encoder] = {
    "columns": repeated_columns,
    "arrows": annotated(b"   <-- code", b" <- this one", b"\t\t<---- missing"),
    "comments": annotated(b"  # text", b" # 12 pages", b"   # the heap?"),
    "C comments": annotated(b" // code", b"  // not here", b"   // 0x12"),
    "semicolons": annotated(b" ; code", b" ; 8k"),
    "parentheses": annotated(b" (4 kB)", b"  (12 kB)", b" (the heap)"),
    "tabs": annotated(b"\tcode of it", b"\t12 pages", b"\tis missing"),
    "build IDs": annotated(b" (BuildId: 0badcafe)", b" (BuildId: 12) (load base 0x1000)"),
}
"""Encoders that write text after the lines, different in each."""

JOINED: dict[str, Encoder] = {
    "all": joined(1 << 20, b"", b" "),
    "two": joined(2, b"", b" "),
    "three": joined(3, b"maps: ", b"  "),
    "four with bars": joined(4, b"| ", b" | "),
    "three, quoted": joined(3, b"> ", b" > "),
    "five, quoted twice": joined(5, b"> > ", b" > > "),
    "semicolons": joined(3, b"", b"; "),
    "every newline": lambda lines: b"".join(line + b" " for line in lines),
}
"""Encoders that lose newlines."""
