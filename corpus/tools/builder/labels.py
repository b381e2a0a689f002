# ruff: noqa: E501 - rows of tables are read across
"""Labels of anonymous memory: ``prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME)``, printed as ``[anon:…]``."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from corpus.tools.builder import printer
from corpus.tools.builder.evidence import together
from corpus.tools.builder.making import BASE, LABEL, LIBRARY, make, pair, shared
from corpus.tools.builder.model import NONE, PAGE, STACK, Case, Column, Vma, anon, shmem

ANON = '9a10064f5625 ("mm: add a field to store names for private anonymous memory") (in v5.17)'
SHMEM = 'd09e8ca6cb93 ("mm: anonymous shared memory naming") (in v6.2)'
RULE = "is_valid_name_char(), kernel/sys.c of the 6.1 and 6.12 trees"

FORBIDDEN = rb"\`$[]"
WORDS = {"digits": "digits", "upper": "upper-case letters", "lower": "lower-case letters"}
PUNCTUATION = {
    0x21: "exclamation-mark", 0x22: "quotation-mark", 0x23: "number-sign", 0x25: "percent",
    0x26: "ampersand", 0x27: "apostrophe", 0x28: "left-parenthesis", 0x29: "right-parenthesis",
    0x2A: "asterisk", 0x2B: "plus", 0x2C: "comma", 0x2D: "hyphen", 0x2E: "full-stop", 0x2F: "slash",
    0x3A: "colon", 0x3B: "semicolon", 0x3C: "less-than", 0x3D: "equals", 0x3E: "greater-than",
    0x3F: "question-mark", 0x40: "at-sign", 0x5E: "circumflex", 0x5F: "underscore",
    0x7B: "left-brace", 0x7C: "vertical-bar", 0x7D: "right-brace", 0x7E: "tilde",
}  # fmt: skip

SPACES = (
    ("space-one", b"main arena", "A label with one space."),
    ("space-two", b"main  arena", "A label with two spaces in a row."),
    ("space-many", b"a b c d e f g h i j k l m", "A label of thirteen words."),
    ("space-leading", b" glibc: malloc", "A label that starts with a space."),
    ("space-leading-two", b"  x", "A label that starts with two spaces."),
    ("space-trailing", b"x ", "A label that ends with a space, before the bracket."),
    ("space-trailing-two", b"x  ", "A label that ends with two spaces."),
    ("space-both-ends", b" x ", "A label with a space at each end."),
    ("space-only", b" ", "A label of one space."),
    ("space-only-longest", b" " * 79, "A label of 79 spaces, the maximum length."),
    ("space-before-colon", b"x :y", "A label with a space before a colon."),
)

LOOKALIKES = (
    ("like-header", b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0", "a complete header line"),
    ("like-header-named", b"1000-2000 r-xp 0 fd:01 42 /bin/x", "a header line with a path"),
    ("like-range", b"7f0000000000-7f0000001000", "an address range"),
    ("like-perms", b"rw-p", "permissions"),
    ("like-device", b"fd:01 787324", "a device and an inode"),
    ("like-field", b"Rss:                  16 kB", "a field of smaps with its unit"),
    ("like-size-field", b"Size: 4 kB", "the first field of smaps"),
    ("like-vmflags", b"VmFlags: rd wr mr", "the last field of smaps"),
    ("like-key", b"Rss:", "the key of a field"),
    ("like-unit", b"16 kB", "the end of a field: its last word is kB"),
    ("like-number", b"4096", "a number"),
    ("like-hexadecimal", b"7f2a4c000000", "an address"),
    ("like-path", b"/usr/lib/libc.so.6", "an absolute path"),
    ("like-path-spaced", b"x /usr/lib/libc.so.6", "a word and an absolute path"),
    ("like-url", b"file:///etc/passwd", "a URL"),
    ("like-deleted", b"x (deleted)", "an unlinked file: it ends in (deleted)"),
    ("like-deleted-only", b"(deleted)", "the mark of an unlinked file, (deleted)"),
    ("like-heap", b"heap", "the heap: [anon:heap] is not [heap]"),
    ("like-stack", b"stack", "the stack: [anon:stack] is not [stack]"),
    ("like-thread-stack", b"stack:1234", "the former name of thread stacks"),
    ("like-vdso", b"vdso", "the vdso"),
    ("like-anon", b"anon:x", "[anon:…] itself"),
    ("like-shmem", b"anon_shmem:x", "[anon_shmem:…]"),
    ("like-memfd", b"/memfd:x (deleted)", "a memfd"),
    ("like-sysv", b"/SYSV00000000 (deleted)", "a System V segment"),
    ("like-option", b"--help", "a command-line option"),
    ("like-comment", b"# not a comment", "a comment"),
    ("like-format", b"%s%n%x%99999d", "conversions of printf()"),
    ("like-html", b"<b onload=x>&amp;</b>", "HTML markup"),
    ("like-json", b'{"name": null}', "JSON"),
    ("like-csv", b'a,"b",c;d', "CSV, with commas, quotes and semicolons"),
    ("like-shell", b"x; rm -rf ~ & true", "shell code"),
    ("like-null", b"null", "the null value of several languages"),
)

SEEN = (
    ("seen-bionic", b"libc_malloc", "The label of Android's allocator."),
    ("seen-bss", b".bss", "A loader's label for the zeroed data of a library."),
    ("seen-dalvik", b"dalvik-main space (region space)", "The label of the Android runtime's heap."),
    ("seen-glibc", b" glibc: malloc arena", "glibc's label for its arenas, with a leading space."),
    ("seen-glibc-stack", b" glibc: pthread stack: 4242", "glibc's label for the stack of a thread."),
    ("seen-scudo", b"scudo:primary", "The label of an allocator's regions."),
    ("seen-guard", b"GWP-ASan Guard Page", "The label of a guard page."),
    ("seen-tls", b"stack_and_tls:main", "The label of Android's stacks."),
    ("seen-arc4random", b"arc4random data", "The label of a random generator's pool."),
)  # fmt: skip

INTERPRETED = (
    ("format-string", b"%s", "a conversion of printf()"),
    ("format-write", b"%n%n%n", "conversions of printf() that write to memory"),
    ("format-percent", b"100%", "a percent sign at the end, where printf() expects a conversion"),
    ("format-python", b"%(name)s", "a conversion of Python's % operator"),
    ("braces", b"{}", "an empty field of format()"),
    ("braces-number", b"{0}", "a numbered field of format()"),
    ("braces-attribute", b"{0.__class__}", "a field of format() that reads an attribute"),
    ("brace-open", b"{", "an opening brace, which format() refuses"),
    ("braces-double", b"{{x}}", "a template's variable"),
    ("braces-block", b"{% x %}", "a template's statement"),
    ("tilde", b"~", "the home directory"),
    ("tilde-user", b"~root/x", "the home directory of a user"),
    ("glob-star", b"*", "a glob for everything"),
    ("glob-question", b"lib?.so", "a glob with a question mark"),
    ("expression-any", b".*", "a regular expression for everything"),
    ("expression-group", b"(x", "an unmatched parenthesis, which regular expressions refuse"),
    ("expression-plus", b"+x", "a plus sign, which repeats nothing"),
    ("url-percent", b"a%20b", "a space as in a URL"),
    ("entity", b"&lt;", "a character reference of HTML"),
    ("formula", b"=1+1", "a formula of a spreadsheet"),
    ("sql", b"x'; DROP TABLE maps; --", "a statement of SQL"),
    ("shell-redirect", b"x > y", "a redirection of a shell"),
    ("option-short", b"-x", "an option of a command"),
    ("response-file", b"@x", "a file of arguments"),
    ("boolean", b"true", "a boolean"),
    ("exponent", b"1e5", "a number with an exponent"),
    ("not-a-number", b"NaN", "what is not a number"),
)

LENGTHS = (0, 1, 2, 7, 8, 15, 16, 31, 32, 47, 48, 63, 64, 77, 78, 79)


def cases() -> Iterator[Case]:
    """Yield private labels, shared labels, then adjacent mappings."""
    for code, word in PUNCTUATION.items():
        label = b"a%cb" % code
        yield _private(
            "label", f"char-{code:02x}-{word}", label,
            f"A label with the character {chr(code)!r}.", RULE,
        )  # fmt: skip
    for name, first, last in (("digits", 48, 57), ("upper", 65, 90), ("lower", 97, 122)):
        label = bytes(range(first, last + 1))
        yield _private("label", f"char-{name}", label, f"A label of all ASCII {WORDS[name]}.", RULE)
    yield _all_characters()
    for name, label, shows in SPACES:
        yield _private("label-space", name, label, shows)
    for name, label, model in LOOKALIKES:
        yield _private("label-look-alike", name, label, f"A label that looks like {model}.")
    for name, label, model in INTERPRETED:
        yield _private(
            "label-interpreted", f"interpreted-{name}", label,
            f"A label that a later stage may take for code: {model}.",
        )  # fmt: skip
    for name, label, shows in SEEN:
        yield _private("label-seen", name, label, shows)
    for length in LENGTHS:
        label = (b"0123456789" * 8)[:length]
        shows = f"A label of {length} bytes{', the maximum' if length == max(LENGTHS) else ''}."
        if not length:
            shows = 'The empty label, [anon:]: "" is a label, not a missing one.'
        yield _private("label", f"length-{length:02d}", label, shows, "ANON_VMA_NAME_MAX_LEN 80")
    yield _every_length()
    yield from _shared()
    yield from _side_by_side()


CONTROLS: dict[str, Column] = {
    "label": NONE,
    "label-seen": NONE,
    "label-space": LABEL,
    "label-look-alike": LABEL,
    "label-interpreted": LABEL,
    "label-shared": LIBRARY,
    "label-shared-space": shmem(b"frames"),
    "label-shared-look-alike": shmem(b"frames"),
}
"""The name of the same mapping without the feature."""


def _private(feature: str, name: str, label: bytes, shows: str, source: str = ANON) -> Case:
    return make(
        "labels", name, shows, pair(anon(label)), source=source, since="5.17", tags=("label",),
        feature=feature, control=pair(CONTROLS[feature]),
    )  # fmt: skip


def _many(name: str, shows: str, labels: list[bytes], source: str, feature: str) -> Case:
    mappings = [
        Vma(BASE + n * PAGE, BASE + (n + 1) * PAGE, name=anon(label))
        for n, label in enumerate(labels)
    ]
    control = [attrs.evolve(vma, name=CONTROLS[feature]) for vma in mappings]
    return make(
        "labels", name, shows, mappings, source=source, since="5.17", tags=("label",),
        feature=feature, control=control, kinds=("maps",) if len(labels) > 2 else ("maps", "smaps"),  # noqa: PLR2004 - a short dump
    )  # fmt: skip


def _every_length() -> Case:
    alphabet = bytes(code for code in range(0x21, 0x7F) if code not in FORBIDDEN)
    labels = [alphabet[:n] for n in range(max(LENGTHS) + 1)]
    shows = "Labels of every length, from 0 to 79 bytes."
    return _many("length-every", shows, labels, "ANON_VMA_NAME_MAX_LEN 80", "label")


def _all_characters() -> Case:
    every = bytes(code for code in range(0x21, 0x7F) if code not in FORBIDDEN)
    shows = "All characters that a label may have but the space, in two labels."
    return _many("char-all", shows, [every[:45], every[45:]], RULE, "label")


def _shared() -> Iterator[Case]:
    rows = (
        ("label-shared", "shared", b"frames", "Shared memory with a label."),
        ("label-shared", "shared-empty", b"", "Shared memory with the empty label."),
        ("label-shared-space", "shared-leading-space", b" x", "Shared memory with a label that starts with a space."),
        ("label-shared-space", "shared-trailing-space", b"x ", "Shared memory with a label that ends with a space."),
        ("label-shared-space", "shared-spaces", b"a  b", "Shared memory with a label that has two spaces in a row."),
        ("label-shared", "shared-longest", b"x" * 79, "Shared memory with a label of 79 bytes, the maximum."),
        ("label-shared-look-alike", "shared-like-deleted", b"x (deleted)",
         "Shared memory with a label that ends in (deleted)."),
        ("label-shared-look-alike", "shared-like-header", b"1000-2000 r-xp 0 fd:01 42 /bin/x",
         "Shared memory with a label that looks like a header line."),
        ("label-shared-look-alike", "shared-like-unit", b"16 kB",
         "Shared memory with a label whose last word is kB, as in a field."),
    )  # fmt: skip
    for feature, name, label, shows in rows:
        sentence = (
            f"{shows} The label replaces the path. Device, inode and offset are those of the file."
        )
        yield make(
            "labels",
            name,
            sentence,
            shared(shmem(label)),
            source=SHMEM,
            since="6.2",
            tags=("label", "shmem"),
            feature=feature,
            control=shared(CONTROLS[feature]),
        )


def _side_by_side() -> Iterator[Case]:
    one, two, three = (BASE + PAGE * n for n in (1, 2, 3))
    file = Vma(one, two, "rw-s", 0, 0, 1, 2058, shmem(b"x"))
    rows: dict[str, tuple[str, list[Vma], list[Vma]]] = {
        "same-twice": (
            "One label on two mappings that are not merged, because their permissions differ.",
            [Vma(BASE, one, name=anon(b"x")), Vma(one, two, "r--p", name=anon(b"x"))],
            [Vma(BASE, one, name=anon(b"x")), Vma(one, two, "r--p", name=anon(b"y"))],
        ),
        "split": (
            "A label in the middle of a mapping splits it into three (anon_vma_name_eq()).",
            [Vma(BASE, one), Vma(one, two, name=anon(b"x")), Vma(two, three)],
            [Vma(BASE, one), Vma(two, three, name=anon(b"x")), Vma(three + PAGE, three + 2 * PAGE)],
        ),
        "case-differs": (
            "Two labels that differ only in case.",
            [Vma(BASE, one, name=anon(b"pool")), Vma(one, two, name=anon(b"POOL"))],
            [Vma(BASE, one, name=anon(b"pool")), Vma(one, two, name=anon(b"heap"))],
        ),
        "space-differs": (
            "Two labels that differ only in a trailing space.",
            [Vma(BASE, one, name=anon(b"pool")), Vma(one, two, name=anon(b"pool "))],
            [Vma(BASE, one, name=anon(b"heap")), Vma(one, two, name=anon(b"pool "))],
        ),
        "empty-beside-none": (
            "A mapping with the empty label next to one without a label.",
            [Vma(BASE, one, name=anon(b"")), Vma(one, two)],
            [Vma(BASE, one, name=anon(b"")), Vma(two, three)],
        ),
        "private-beside-shared": (
            "The same label on private and on shared memory.",
            [Vma(BASE, one, name=anon(b"x")), file],
            [Vma(BASE, one, name=anon(b"y")), file],
        ),
    }  # fmt: skip
    for name, (shows, mappings, control) in rows.items():
        yield make(
            "labels",
            name,
            shows,
            mappings,
            source=ANON,
            since="6.2" if "shared" in name else "5.17",
            tags=("label",),
            feature="label-adjacent",
            control=control,
            shown_by=together(*mappings),
        )
    thirty_two = [
        Vma(0xB6F00000, 0xB6F01000, name=LABEL),
        Vma(0xBEFDF000, 0xBF000000, name=STACK),
    ]
    yield make(
        "labels",
        "32-bit",
        "A label on a 32-bit kernel, where names start at column 49.",
        thirty_two,
        source=ANON,
        since="5.17",
        tags=("label", "32-bit"),
        header=printer.linux32,
        feature="label",
        control=[attrs.evolve(thirty_two[0], name=NONE), thirty_two[1]],
    )
