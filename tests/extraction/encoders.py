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


def wrapped(width: int, prefix: bytes = b"> ") -> Encoder:
    """Return an encoder that breaks lines at *width* columns after *prefix* (RFC 3676)."""

    def encode(lines: Sequence[bytes]) -> bytes:
        return whole([prefix + part for line in lines for part in broken(line, width)])

    return encode


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
    "CSV": cells(b'7,"', b'","', b'"'),
    "HTML table": cells(b"<tr><td>", b"</td><td>", b"</td></tr>"),
    "wide spaces": lambda lines: whole([line.replace(b"  ", b"\xe3\x80\x80") for line in lines]),
    "long dashes": lambda lines: whole([line.replace(b"-", b"\xe2\x80\x93", 1) for line in lines]),
    "wrapped at 72": wrapped(72),
    "wrapped at 64": wrapped(64, b"> > > "),
    "wrapped at 40": wrapped(40, b""),
}
"""Encoders that change the padding before a name; tested with names without runs of spaces."""
