# ruff: noqa: E501 - rows of tables are read across
r"""File names: all classes of bytes, `` (deleted)``, ``\012``, look-alikes, and long lines."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from corpus.tools.builder.making import LIBRARY, make, pair, shared
from corpus.tools.builder.model import DELETED as DELETED_MARK
from corpus.tools.builder.model import (
    Case,
    Column,
    Likely,
    anon_inode,
    kernel_file,
    labelled,
    memfd,
    path,
    socket,
    sysv,
    unknown,
)

D_PATH = "d_path(), fs/d_path.c"
MANGLE = 'mangle_path(s, p, "\\n"), fs/seq_file.c: only the newline is escaped'
NOTE = 'd_path(): "Note that this is ambiguous", fs/d_path.c'

BYTES = (
    ("tab", b"/opt/a\tb", "A tab."),
    ("tab-leading", b"/\tx", "A tab at the start of a component."),
    ("tab-trailing", b"/opt/x\t", "A tab at the end of the line."),
    ("cr", b"/opt/a\rb", "A carriage return in the middle."),
    ("cr-trailing", b"/opt/x\r", "A carriage return at the end: only this line ends in CR LF."),
    ("vertical-tab", b"/opt/a\x0bb", "A vertical tab."),
    ("form-feed", b"/opt/a\x0cb", "A form feed."),
    ("file-separator", b"/opt/a\x1cb", "0x1c, at which str.splitlines() splits."),
    ("unit-separator", b"/opt/a\x1fb", "0x1f, at which str.split() splits."),
    ("controls", b"/opt/" + bytes(range(1, 9)), "Control characters 0x01 to 0x08."),
    ("escape", b"/opt/\x1b]0;title\x07", "An escape sequence that terminals obey."),
    ("delete", b"/opt/a\x7fb", "DEL, 0x7f."),
    ("next-line", b"/opt/a\xc2\x85b", "U+0085 in UTF-8, a line end in Unicode."),
    ("next-line-latin1", b"/opt/a\x85b", "0x85, a line end in Latin-1."),
    ("line-separator", b"/opt/a\xe2\x80\xa8b", "U+2028 in UTF-8, a line end in Unicode."),
    ("no-break-space", b"/opt/a\xc2\xa0b", "U+00A0 in UTF-8, a space in Unicode."),
    ("no-break-space-trailing", b"/opt/x\xc2\xa0", "U+00A0 at the end, which str.strip() removes."),
    ("ideographic-space", "/opt/　x".encode(), "U+3000 in UTF-8, a space in Unicode."),
    ("byte-order-mark", b"/opt/\xef\xbb\xbfx", "U+FEFF in UTF-8."),
    ("utf8-umlaut", "/opt/größe".encode(), "UTF-8 with two bytes per character."),
    ("utf8-cjk", "/opt/記憶".encode(), "UTF-8 with three bytes per character."),
    ("utf8-emoji", "/opt/🧠".encode(), "UTF-8 with four bytes per character."),
    (
        "utf8-combining",
        "/opt/e\u0301".encode(),
        "A combining accent, which must not be normalised.",
    ),
    (
        "utf8-right-to-left",
        "/opt/\u202egpj.exe".encode(),
        "A mark that reverses the writing direction.",
    ),
    ("latin1", b"/opt/gr\xf6\xdfe", "Latin-1, not UTF-8."),
    ("high-first", b"/opt/\x80", "A lone continuation byte, 0x80."),
    ("high-last", b"/opt/\xff", "0xff, which never occurs in UTF-8 and is -1 as a signed char."),
    ("all-high", b"/opt/" + bytes(range(0x80, 0x100)), "Every byte from 0x80 to 0xff."),
    ("utf8-cut", b"/opt/\xe2\x82", "A truncated UTF-8 character."),
    ("utf8-overlong", b"/opt/\xc0\xafx", "An overlong UTF-8 slash."),
    ("utf8-surrogate", b"/opt/\xed\xa0\x80", "A surrogate in UTF-8."),
    ("backslash", b"/opt/a\\b", "A backslash, which is not escaped."),
    ("backslash-trailing", b"/opt/x\\", "A backslash at the end."),
    ("backslash-n", b"/opt/a\\nb", "A backslash and n, not a newline."),
    ("octal-space", b"/opt/a\\040b", "A backslash and 040: maps does not escape spaces."),
    ("octal-tab", b"/opt/a\\011b", "A backslash and 011: maps does not escape tabs."),
    ("octal-near", b"/opt/a\\01b", "A backslash and two digits, not an escape."),
    ("quotes", b"/opt/'a' \"b\"", "Single and double quotes."),
    ("percent", b"/opt/%s%n", "Conversions of printf()."),
    ("url-encoded", b"/opt/a%20b", "A percent sign as in a URL, but literal."),
    ("comma", b"/opt/a,b=c", "A comma and an equals sign."),
    ("hash", b"/opt/#1234", "A number sign."),
)

SPACES = (
    ("space", b"/opt/My Program/bin", "A path with one space."),
    ("space-two", b"/opt/a  b", "A path with two spaces in a row."),
    ("space-many", b"/opt/a b c d e f g h", "A path of eight words."),
    ("space-leading", b"/ x", "A component that starts with a space."),
    ("space-trailing", b"/opt/x ", "A space at the end of the line."),
    ("space-trailing-two", b"/opt/x  ", "Two spaces at the end of the line."),
    ("space-only", b"/ ", "A file whose name is one space."),
    ("space-before-slash", b"/opt /x", "A directory whose name ends in a space."),
    (
        "space-then-path",
        b"/opt/a /usr/lib/libc.so.6",
        "A path with a space and text that looks like another path.",
    ),
)

LOOKALIKES = (
    (
        "like-header",
        b"/1000-2000 r-xp 00000000 fd:01 42 /bin/x",
        "A path that looks like a complete header line.",
    ),
    ("like-field", b"/Rss:                  16 kB", "A path that looks like a field of smaps."),
    ("like-unit", b"/opt/16 kB", "A path whose last word is kB, as in a field."),
    ("like-key", b"/opt/Size:", "A path that ends like the key of a field."),
    ("like-vmflags", b"/opt/VmFlags: rd wr", "A path that looks like the last field of smaps."),
    ("like-heap", b"/[heap]", "A file named [heap]."),
    ("like-stack", b"/[stack]", "A file named [stack]."),
    ("like-anon", b"/[anon:x]", "A file named like a label."),
    ("like-anon-inner", b"/opt/[anon:libc_malloc]", "A path that contains a label."),
    ("bracket-open", b"/opt/[x", "A path with an unmatched opening bracket."),
    ("bracket-close", b"/opt/x]", "A path with an unmatched closing bracket."),
    ("like-memfd", b"/memfd:x", "A file named like a memfd, but not unlinked."),
    ("like-sysv", b"/SYSV00000000", "A file named like a System V segment, but not unlinked."),
    ("like-sysv-short", b"/SYSV1234", "Four digits: a file, not a System V segment."),
    (
        "like-anon-inode",
        b"/anon_inode:[eventpoll]",
        "The name of an anon_inode after a slash: a file.",
    ),
    ("like-unreachable", b"/(unreachable)/x", "A directory named (unreachable)."),
    ("like-dev-zero", b"/dev/zero", "The device /dev/zero itself, not unlinked."),
    ("root-only", b"/", "A path of one slash."),
    ("colon", b"/opt/a:b", "A path with a colon."),
    (
        "dots",
        b"/opt/../x/./y",
        "A path with the components . and .., as an unusual file system may print it.",
    ),
    ("like-aio", b"/[aio]", "A file named like the ring of asynchronous I/O, but not unlinked."),
    (
        "like-secretmem",
        b"/secretmem",
        "A file named like memory of memfd_secret(), but not unlinked.",
    ),
    (
        "like-hugepage",
        b"/anon_hugepage",
        "A file named like anonymous huge pages, but not unlinked.",
    ),
    ("like-vdso", b"/opt/[vdso]", "A file whose last component is the name of the vdso."),
    (
        "like-anon-word",
        b"//anon",
        "Two slashes and a word that a profiler uses for unnamed memory.",
    ),
    ("like-rollup", b"/[rollup]", "A file named like the rollup."),
    ("number-only", b"/4096", "A path that looks like a number."),
)

INTERPRETED = (
    ("variable", b"/opt/$build/x.so", "a variable of Perl and of shells"),
    ("variable-home", b"/opt/$HOME", "a variable that exists"),
    ("variable-braces", b"/opt/${x}", "a variable in braces"),
    ("variable-first", b"/$x", "a variable directly after the slash"),
    ("command", b"/opt/$(x)", "a command of a shell"),
    ("backticks", b"/opt/`x`", "a command in backticks"),
    ("format", b"/opt/%s", "a conversion of printf()"),
    ("format-write", b"/opt/%n%n%n", "conversions of printf() that write to memory"),
    ("format-percent", b"/opt/100%", "a percent sign at the end"),
    ("braces", b"/opt/{}", "an empty field of format()"),
    ("braces-number", b"/opt/{0}", "a numbered field of format()"),
    ("brace-open", b"/opt/{", "an opening brace"),
    ("brace-list", b"/opt/{a,b}", "a list of a shell"),
    ("tilde", b"/~/x", "the home directory"),
    ("glob-star", b"/opt/*", "a glob for everything"),
    ("glob-set", b"/opt/[ab]", "a glob with a set"),
    ("expression-any", b"/opt/.*", "a regular expression for everything"),
    ("expression-group", b"/opt/(x", "an unmatched parenthesis"),
    ("expression-set", b"/opt/[^x", "a set of a regular expression that does not end"),
    ("escape-hexadecimal", b"/opt/\\x41", "a byte in hexadecimal"),
    ("escape-unicode", b"/opt/\\u0041", "a character by its number"),
    ("escape-tab", b"/opt/\\t", "a tab"),
    ("escape-group", b"/opt/\\1", "a group of a regular expression"),
    ("url-percent", b"/opt/%41", "a byte as in a URL"),
    ("entity", b"/opt/&lt;", "a character reference of HTML"),
    ("formula", b"/=1+1", "a formula of a spreadsheet"),
    ("sql", b"/opt/x'; DROP TABLE maps; --", "a statement of SQL"),
    ("shell", b"/opt/x;id|id&", "commands of a shell"),
    ("offset", b"/opt/x+0x10", "an offset into a file"),
    ("line", b"/opt/x:12", "a line of a file"),
    ("version", b"/opt/x@GLIBC_2.2.5", "a version of a symbol"),
    ("archive", b"/opt/x.apk!/lib.so", "a file in an archive"),
    ("root", b"/proc/self/root/x", "a link of /proc"),
)

DELETED = (
    ("deleted-heap", b"/[heap] (deleted)", "An unlinked file named like the heap."),
    ("deleted-anon", b"/[anon:x] (deleted)", "An unlinked file named like a label."),
    ("deleted-in-brackets", b"/opt/[x (deleted)]", "(deleted) in brackets: part of the name."),
    ("deleted-in-quotes", b"/opt/x '(deleted)'", "(deleted) in quotes: part of the name."),
    ("deleted-no-parentheses", b"/opt/x deleted", "The word deleted: part of the name."),
    ("deleted-suffix", b"/opt/x (deleted).so", "(deleted) before an extension: part of the name."),
    ("deleted-in-middle", b"/opt/x (deleted)/y", "A directory named like an unlinked file."),
    (
        "deleted-no-space",
        b"/opt/x(deleted)",
        "(deleted) without a space before it: part of the name.",
    ),
    ("deleted-upper", b"/opt/x (DELETED)", "(DELETED) in upper case: part of the name."),
    ("deleted-and-more", b"/opt/x (deleted) y", "(deleted) not at the end: part of the name."),
    ("deleted-trailing-space", b"/opt/x (deleted) ", "(deleted) and a space: part of the name."),
)

MEMFDS = (
    ("memfd", b"wayland-shm", "A memfd."),
    ("memfd-empty", b"", "A memfd with an empty name."),
    ("memfd-space", b"my buffer", "A memfd with a space."),
    ("memfd-leading-space", b" x", "A memfd with a leading space."),
    ("memfd-trailing-space", b"x ", "A memfd with a trailing space, before that of (deleted)."),
    ("memfd-slash", b"a/b", "A memfd with a slash: its name is not a path."),
    ("memfd-slashes", b"//x//", "A memfd with repeated slashes."),
    ("memfd-newline", b"a\nb", "A memfd with a newline, printed as \\012."),
    ("memfd-octal", b"a\\012b", "A memfd with a backslash and 012, printed like a newline."),
    (
        "memfd-deleted",
        b"x (deleted)",
        "A memfd whose name ends in (deleted): the column has it twice.",
    ),
    (
        "memfd-deleted-twice",
        b"x (deleted) (deleted)",
        "A memfd whose name has (deleted) twice: the column has it three times.",
    ),
    ("memfd-only-deleted", b" (deleted)", "A memfd whose whole name is (deleted)."),
    ("memfd-like-heap", b"[heap]", "A memfd named like the heap."),
    ("memfd-like-anon", b"[anon:x]", "A memfd named like a label."),
    (
        "memfd-like-header",
        b"1000-2000 r-xp 00000000 fd:01 42 /bin/x",
        "A memfd named like a header line.",
    ),
    ("memfd-like-memfd", b"memfd:x", "A memfd whose name repeats the prefix."),
    ("memfd-high", b"\xff\x80", "A memfd whose name is not UTF-8."),
    ("memfd-tab", b"a\tb", "A memfd with a tab."),
    ("memfd-cr", b"a\r", "A memfd with a carriage return."),
    ("memfd-longest", b"x" * 249, "A memfd name of 249 bytes, the maximum."),
    ("memfd-format", b"%s%n", "A memfd named like conversions of printf()."),
    ("memfd-variable", b"$build", "A memfd named like a variable."),
    ("memfd-glob", b"*", "A memfd named like a glob."),
    ("memfd-jit", b"doublemapper", "The memfd of .NET for generated code."),
)


def cases() -> Iterator[Case]:
    """Yield ordinary files, files that the kernel makes, then long paths."""
    yield make(
        "names", "plain", "An ordinary file.", pair(LIBRARY, backed=True), source=D_PATH,
        since="2.6.32", tags=("file",), feature="plain", control=None,
    )  # fmt: skip
    yield make(
        "names", "plain-shared", "An ordinary file, mapped shared.", shared(LIBRARY),
        source=D_PATH, since="2.6.32", tags=("file",), feature="perms",
        control=[attrs.evolve(vma, perms="rw-p") for vma in shared(LIBRARY)],
    )  # fmt: skip
    for name, original, shows in BYTES:
        feature = _kind_of_bytes(original)
        disputed = "control-characters" if feature == "path-bytes" else ""
        yield _file(
            f"byte-{name}",
            path(original),
            shows,
            MANGLE,
            "bytes",
            feature=feature,
            disputed=disputed,
        )
    for name, original, shows in SPACES:
        yield _file(name, path(original), shows, D_PATH, "space", feature="path-space")
    for name, original, shows in LOOKALIKES:
        yield _file(name, path(original), shows, D_PATH, "look-alike", feature="path-look-alike")
    for name, original, model in INTERPRETED:
        yield _file(
            f"interpreted-{name}", path(original),
            f"A path that a later stage may take for code: {model}.", D_PATH, "interpreted",
            feature="path-interpreted",
        )  # fmt: skip
    yield from _newlines()
    yield from _deleted()
    for name, label, shows in MEMFDS:
        yield _made(
            name, memfd(label), shows, 'mm/memfd.c: "memfd:%s" (in v3.17)', "3.17",
            control=LIBRARY if name == "memfd" else memfd(MEMFDS[0][1]), disputed=_disputed(label),
        )  # fmt: skip
    yield from _kernels_own()
    yield from _long()


def _is_control(code: int) -> bool:
    return code < 0x20 or code == 0x7F  # noqa: PLR2004 - ASCII


def _kind_of_bytes(original: bytes) -> str:
    """Return the feature of a path with unusual bytes."""
    if any(map(_is_control, original)):
        return "path-bytes"
    if b"\\" in original:
        return "path-backslash"
    if original.isascii():
        return "path-other"
    try:
        original.decode()
    except UnicodeDecodeError:
        return "path-not-utf8"
    return "path-utf8"


def _disputed(printed: bytes) -> str:
    """Return the policy for a name that a program may print to a terminal with ? in it."""
    return "control-characters" if any(_is_control(c) for c in printed if c != NEWLINE) else ""


NEWLINE = ord("\n")
"""The kernel escapes a newline: it is no control character of the dump."""


def _file(
    name: str,
    column: Column,
    shows: str,
    source: str,
    *tags: str,
    feature: str,
    control: Column = LIBRARY,
    disputed: str = "",
) -> Case:
    return make(
        "names", name, shows, pair(column, backed=True), source=source, since="2.6.32",
        tags=("file", *tags), feature=feature, control=pair(control, backed=True), disputed=disputed,
    )  # fmt: skip


def _newlines() -> Iterator[Case]:
    rows = (
        ("newline", b"/opt/a\nb", "A newline, printed as \\012."),
        ("newline-octal", b"/opt/a\\012b", "A backslash and 012, printed like a newline."),
        ("newline-both", b"/opt/a\nb\\012c", "A newline, and a backslash with 012: four originals print the same."),
        ("newline-trailing", b"/opt/x\n", "A newline at the end."),
        ("newline-leading", b"/\nx", "A newline at the start of a component."),
        ("newline-twice", b"/opt/a\n\nb", "Two newlines in a row."),
        ("newline-header", b"/opt/x\n1000-2000 r-xp 00000000 fd:01 42   /bin/x",
         "A newline and text that looks like a header line. The kernel prints one line."),
    )  # fmt: skip
    for name, original, shows in rows:
        yield _file(name, path(original), shows, MANGLE, "newline", feature="path-newline")
    unlinked = path(b"/opt/a\nb", unlinked=True)
    yield _file(
        "newline-deleted", unlinked, "A newline in the name of an unlinked file.", NOTE,
        feature="path-newline", control=path(b"/opt/x", unlinked=True),
    )  # fmt: skip


def _deleted() -> Iterator[Case]:
    for name, original, shows in DELETED:
        marked = original.endswith(DELETED_MARK)
        yield _file(
            name, path(original), shows, D_PATH, "deleted", feature="path-deleted",
            control=path(b"/opt/x", unlinked=True) if marked else LIBRARY,
        )  # fmt: skip
    rows = (
        ("deleted", path(b"/opt/x", unlinked=True), "An unlinked file."),
        (
            "deleted-real-name",
            path(b"/opt/x (deleted)"),
            "An existing file whose name ends in (deleted).",
        ),
        (
            "deleted-twice",
            path(b"/opt/x (deleted)", unlinked=True),
            "An unlinked file whose name ends in (deleted).",
        ),
        (
            "deleted-thrice",
            path(b"/x (deleted) (deleted)", unlinked=True),
            "An unlinked file whose name has (deleted) twice: the column has it three times.",
        ),
        (
            "deleted-space",
            path(b"/opt/my x", unlinked=True),
            "An unlinked file with a space in its name.",
        ),
        (
            "deleted-space-before",
            path(b"/opt/x ", unlinked=True),
            "An unlinked file whose name ends in a space.",
        ),
        ("deleted-only", path(b"/ (deleted)"), "A file whose whole name is (deleted)."),
        (
            "deleted-high",
            path(b"/opt/\xff", unlinked=True),
            "An unlinked file whose name is not UTF-8.",
        ),
    )
    for name, column, shows in rows:
        # An unusual unlinked file differs from an ordinary unlinked one.
        unlinked = name not in ("deleted", "deleted-real-name", "deleted-only")
        yield _file(
            name, column, shows, NOTE, "deleted", feature="path-deleted",
            control=rows[0][1] if unlinked else LIBRARY,
        )  # fmt: skip


def _made(
    name: str,
    column: Column,
    shows: str,
    source: str,
    since: str = "2.6.32",
    *,
    producer: str = "linux",
    control: Column = LIBRARY,
    likely: Likely | None = None,
    disputed: str = "",
) -> Case:
    return make(
        "names",
        name,
        shows,
        shared(column),
        source=source,
        since=since,
        producer=producer,
        tags=("kernel-file",),
        feature="memory-file",
        control=shared(control),
        likely=likely,
        disputed=disputed,
    )


CONTROLS: dict[str, Column] = {
    "sysv-": sysv(0x1234ABCD),
    "drm": kernel_file("shared_zero", b"/dev/zero"),
    "ttm": kernel_file("shared_zero", b"/dev/zero"),
    "sgx": kernel_file("shared_zero", b"/dev/zero"),
    "dmabuf-": labelled("dmabuf", b"/dmabuf:", b"camera", unlinked=False),
    "anon-inode-kvm": anon_inode(b"bpf-map"),
    "socket-": socket(48151),
}
"""The name without the feature, by the start of a case's name. The default is an ordinary path."""

UNLIKELY: dict[str, Likely] = {
    "device-bracketed": "hypothetical",
    "relative": "hypothetical",
    "unreachable": "other-systems",
    "sysv-huge": "other-systems",
}
"""Names that no kernel in use is known to print."""


def _kernels_own() -> Iterator[Case]:
    shm = 'newseg(), ipc/shm.c: "SYSV%08x"; the inode is the shmid'
    inode = "anon_inodefs_dname(), fs/anon_inodes.c: no slash, never (deleted)"
    rows: tuple[tuple[str, Column, str, str, str], ...] = (
        ("sysv", sysv(0x1234ABCD), "A System V segment.", shm, "2.6.32"),
        ("sysv-private", sysv(0), "A System V segment with the key IPC_PRIVATE.", shm, "2.6.32"),
        ("sysv-highest", sysv(0xFFFFFFFF), "A System V segment with the key -1.", shm, "2.6.32"),
        ("sysv-like-long", path(b"/SYSV123456789", unlinked=True), "Nine digits: a file, not a System V segment.", shm, "2.6.32"),
        ("sysv-like-upper", path(b"/SYSVDEADBEEF", unlinked=True), "Upper case: a file, not a System V segment.", shm, "2.6.32"),
        ("sysv-huge", path(b"/0", unlinked=True), "A System V segment of huge pages in 2.6.18.",
         "hugetlb_zero_setup(), fs/hugetlbfs/inode.c of 2.6.18", "2.6.18"),
        ("dev-zero", kernel_file("shared_zero", b"/dev/zero"), "Shared anonymous memory.",
         "shmem_zero_setup(), mm/shmem.c", "2.6.32"),
        ("aio", kernel_file("aio", b"/[aio]"), "The ring of asynchronous I/O.",
         "aio_private_file(), fs/aio.c", "3.19"),
        ("anon-hugepage", kernel_file("anon_hugepage", b"/anon_hugepage"), "Anonymous memory of MAP_HUGETLB.",
         "hugetlb_file_setup(), fs/hugetlbfs/inode.c", "2.6.32"),
        ("drm", kernel_file("drm", b"/drm mm object"), "Memory of a graphics driver: a name with two spaces.",
         "drm_gem_object_init(), drivers/gpu/drm/drm_gem.c", "3.2"),
        ("i915", kernel_file("i915", b"/i915"), "Memory of a graphics driver.",
         "i915_gem_object_create_shmem()", "6.1"),
        ("i915-shmem", kernel_file("i915_shmem", b"/i915-shmem-tt"), "Memory of a graphics driver.",
         "drivers/gpu/drm/i915/gem/i915_gem_ttm.c", "6.1"),
        ("ttm", kernel_file("ttm", b"/ttm swap"), "Swapped memory of a graphics driver.",
         "drivers/gpu/drm/ttm/ttm_tt.c", "3.2"),
        ("sgx", kernel_file("sgx", b"/SGX backing"), "An enclave's backing store.",
         "arch/x86/kernel/cpu/sgx/ioctl.c", "6.1"),
        ("secretmem", kernel_file("secretmem", b"/secretmem"), "Memory of memfd_secret().",
         "mm/secretmem.c", "5.14"),
        ("dmabuf", labelled("dmabuf", b"/dmabuf:", b"camera", unlinked=False), "A DMA buffer.",
         "dmabuffs_dname(), drivers/dma-buf/dma-buf.c", "5.3"),
        ("dmabuf-empty", labelled("dmabuf", b"/dmabuf:", b"", unlinked=False),
         "A DMA buffer with an empty name.", "dmabuffs_dname()", "5.3"),
        ("dmabuf-space", labelled("dmabuf", b"/dmabuf:", b"my frames", unlinked=False),
         "A DMA buffer with a space in its name.", "dmabuffs_dname()", "5.3"),
        ("anon-inode-perf", anon_inode(b"[perf_event]"), "The ring buffer of perf.", inode, "3.2"),
        ("anon-inode-uring", anon_inode(b"[io_uring]"), "The rings of io_uring.", inode, "5.1"),
        ("anon-inode-kvm", anon_inode(b"kvm-vcpu:0"), "A virtual CPU: a name with a colon and a digit.", inode, "4.17"),
        ("anon-inode-bpf", anon_inode(b"bpf-map"), "A BPF map: a name without brackets.", inode, "4.4"),
        ("anon-inode-i915", anon_inode(b"i915.gem"), "A buffer of a graphics driver.", inode, "5.10"),
        ("anon-inode-dmabuf", anon_inode(b"dmabuf"), "A DMA buffer before Linux 5.3.", inode, "3.4"),
        ("socket", socket(48151), "A mapped socket.", "sockfs_dname(), net/socket.c", "6.1"),
        ("socket-highest", socket(2**64 - 1), "A mapped socket with an inode of 64 bits.", "sockfs_dname()", "6.1"),
        ("unreachable", path(b"(unreachable)/opt/x"), "A file outside the reader's root.",
         "__d_path() of 2.6.32.y", "2.6.32"),
        ("device-bracketed", unknown(b"[onload]"), "A driver's file: a name in brackets, with device and inode.",
         "OpenOnload's d_name", "3.4"),
        ("relative", unknown(b"pipe:[1234]"), "A pseudo file that is not known to be mappable.",
         "d_dname of its file system", "2.6.32"),
    )  # fmt: skip
    for name, column, shows, source, since in rows:
        control = next((made for word, made in CONTROLS.items() if name.startswith(word)), LIBRARY)
        yield _made(name, column, shows, source, since, control=control, likely=UNLIKELY.get(name))
    ashmem = 'drivers/staging/android/ashmem.c: "dev/ashmem/%s"'
    bare = labelled("ashmem", b"/dev/ashmem", b"")
    for name, column, shows in (
        ("ashmem", labelled("ashmem", b"/dev/ashmem/", b"dalvik-heap"), "An ashmem region."),
        ("ashmem-unnamed", bare, "An ashmem region without a name."),
        (
            "ashmem-space",
            labelled("ashmem", b"/dev/ashmem/", b"gralloc buffer"),
            "An ashmem region with a space in its name.",
        ),
        (
            "ashmem-high",
            labelled("ashmem", b"/dev/ashmem/", b"\xff"),
            "An ashmem region whose name is not UTF-8.",
        ),
        (
            "ashmem-longest",
            labelled("ashmem", b"/dev/ashmem/", b"x" * 255),
            "An ashmem region with a name of 255 bytes.",
        ),
    ):
        # The first Android kernels for 64 bits.
        plain = labelled("ashmem", b"/dev/ashmem/", b"dalvik-heap")
        control = LIBRARY if name == "ashmem" else plain
        yield _made(name, column, shows, ashmem, "3.10", producer="android", control=control)


def _long() -> Iterator[Case]:
    component = b"/" + b"c" * 255
    yield _file(
        "long-component",
        path(component),
        "A component of NAME_MAX bytes, 255.",
        D_PATH,
        "long",
        feature="path-long",
    )
    spaced = b"/" + b"a " * 127 + b"b"
    yield _file(
        "long-component-spaces",
        path(spaced),
        "A component of 255 bytes, every second one a space.",
        D_PATH,
        "long",
        feature="path-long",
        control=path(component),
    )
    for kilobytes in (1, 4, 8, 16, 64):
        # The name starts at column 73, counted from 0, and the line ends with a newline.
        length = kilobytes * 1024 - 74
        name = (component * (length // 256 + 1))[:length]
        # A path does not end in a slash.
        name = name[:-1] + b"e"
        yield make(
            "names",
            f"long-line-{kilobytes}k",
            f"A line of {kilobytes} KB with its newline. Files with paths longer than PATH_MAX can be mapped.",
            pair(path(name), backed=True),
            source="seq_path(): the buffer grows until the record fits, fs/seq_file.c",
            since="2.6.32",
            tags=("file", "long"),
            feature="path-long",
            control=pair(LIBRARY, backed=True),
            kinds=("maps",) if kilobytes in (8, 16, 64) else ("maps", "smaps"),
        )
