# ruff: noqa: E501 - rows of tables are read across
r"""Names of files: every class of bytes, `` (deleted)``, ``\012``, look-alikes and long lines."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.tools.builder.making import BASE, FOLLOWER, make, pair
from corpus.tools.builder.model import (
    PAGE,
    Case,
    Column,
    Vma,
    anon_inode,
    kernel_file,
    labelled,
    memfd,
    path,
    socket,
    sysv,
    unlike,
)

D_PATH = "d_path(), fs/d_path.c"
MANGLE = 'mangle_path(s, p, "\\n"), fs/seq_file.c: only the newline is escaped'
NOTE = 'd_path(): "Note that this is ambiguous", fs/d_path.c'

BYTES = (
    ("tab", b"/opt/a\tb", "A tab."),
    ("tab-leading", b"/\tx", "A tab at the start of a component."),
    ("tab-trailing", b"/opt/x\t", "A tab at the end of the line."),
    ("cr", b"/opt/a\rb", "A carriage return within."),
    ("cr-trailing", b"/opt/x\r", "A carriage return at the end: this line alone ends in CR LF."),
    ("vertical-tab", b"/opt/a\x0bb", "A vertical tab."),
    ("form-feed", b"/opt/a\x0cb", "A form feed."),
    ("file-separator", b"/opt/a\x1cb", "0x1c, at which str.splitlines() splits."),
    ("unit-separator", b"/opt/a\x1fb", "0x1f, which str.split() takes for space."),
    ("controls", b"/opt/" + bytes(range(1, 9)), "Control characters 0x01 to 0x08."),
    ("escape", b"/opt/\x1b]0;title\x07", "An escape sequence that drives terminals."),
    ("delete", b"/opt/a\x7fb", "DEL, 0x7f."),
    ("next-line", b"/opt/a\xc2\x85b", "U+0085 in UTF-8, a line end for Unicode."),
    ("next-line-latin1", b"/opt/a\x85b", "0x85, a line end for Latin-1."),
    ("line-separator", b"/opt/a\xe2\x80\xa8b", "U+2028 in UTF-8, a line end for Unicode."),
    ("no-break-space", b"/opt/a\xc2\xa0b", "U+00A0 in UTF-8, a space for Unicode."),
    ("no-break-space-trailing", b"/opt/x\xc2\xa0", "U+00A0 at the end, which strip() takes off."),
    ("ideographic-space", "/opt/　x".encode(), "U+3000 in UTF-8, a space for Unicode."),
    ("byte-order-mark", b"/opt/\xef\xbb\xbfx", "U+FEFF in UTF-8."),
    ("utf8-umlaut", "/opt/größe".encode(), "UTF-8 of two bytes a character."),
    ("utf8-cjk", "/opt/記憶".encode(), "UTF-8 of three bytes a character."),
    ("utf8-emoji", "/opt/🧠".encode(), "UTF-8 of four bytes a character."),
    ("utf8-combining", "/opt/e\u0301".encode(), "A combining accent: not to be normalised."),
    ("utf8-right-to-left", "/opt/\u202egpj.exe".encode(), "A mark that turns the direction."),
    ("latin1", b"/opt/gr\xf6\xdfe", "Latin-1, which is no UTF-8."),
    ("high-first", b"/opt/\x80", "A lone continuation byte, 0x80."),
    ("high-last", b"/opt/\xff", "0xff, which is never UTF-8; -1 for a signed char."),
    ("all-high", b"/opt/" + bytes(range(0x80, 0x100)), "Every byte from 0x80 to 0xff."),
    ("utf8-cut", b"/opt/\xe2\x82", "A character of UTF-8 that is cut off."),
    ("utf8-overlong", b"/opt/\xc0\xafx", "An overlong slash."),
    ("utf8-surrogate", b"/opt/\xed\xa0\x80", "A surrogate in UTF-8."),
    ("backslash", b"/opt/a\\b", "A backslash: it is not escaped."),
    ("backslash-trailing", b"/opt/x\\", "A backslash at the end."),
    ("backslash-n", b"/opt/a\\nb", "Backslash and n: no newline."),
    ("octal-space", b"/opt/a\\040b", "A backslash and 040: this file escapes no space."),
    ("octal-tab", b"/opt/a\\011b", "A backslash and 011: this file escapes no tab."),
    ("octal-near", b"/opt/a\\01b", "A backslash and two digits: no escape at all."),
    ("quotes", b"/opt/'a' \"b\"", "Quotes of both kinds."),
    ("percent", b"/opt/%s%n", "Conversions of printf()."),
    ("url-encoded", b"/opt/a%20b", "A percent sign as in a URL: it stands for itself."),
    ("comma", b"/opt/a,b=c", "Comma and equals sign."),
    ("hash", b"/opt/#1234", "A number sign."),
)

SPACES = (
    ("space", b"/opt/My Program/bin", "One space within."),
    ("space-two", b"/opt/a  b", "Two spaces in a row."),
    ("space-many", b"/opt/a b c d e f g h", "Eight words."),
    ("space-leading", b"/ x", "A component that begins with a space."),
    ("space-trailing", b"/opt/x ", "A space at the end of the line."),
    ("space-trailing-two", b"/opt/x  ", "Two spaces at the end of the line."),
    ("space-only", b"/ ", "A file whose name is one space."),
    ("space-before-slash", b"/opt /x", "A folder whose name ends in a space."),
    ("space-then-path", b"/opt/a /usr/lib/libc.so.6", "A space, and then what looks like a path."),
)

LOOKALIKES = (
    ("like-header", b"/1000-2000 r-xp 00000000 fd:01 42 /bin/x", "A whole header line."),
    ("like-field", b"/Rss:                  16 kB", "A field of smaps."),
    ("like-unit", b"/opt/16 kB", "The last word is kB, as in a field."),
    ("like-key", b"/opt/Size:", "The end looks like a field's key."),
    ("like-vmflags", b"/opt/VmFlags: rd wr", "The last field of smaps."),
    ("like-heap", b"/[heap]", "A file called [heap]."),
    ("like-stack", b"/[stack]", "A file called [stack]."),
    ("like-anon", b"/[anon:x]", "A file called like a label."),
    ("like-anon-inner", b"/opt/[anon:libc_malloc]", "A label within a path."),
    ("bracket-open", b"/opt/[x", "An opening bracket without its other half."),
    ("bracket-close", b"/opt/x]", "A closing bracket without its other half."),
    ("like-memfd", b"/memfd:x", "A file called like a memfd, but not unlinked."),
    ("like-sysv", b"/SYSV00000000", "A file called like a segment, but not unlinked."),
    ("like-sysv-short", b"/SYSV1234", "Four digits: no segment of the kernel's."),
    ("like-anon-inode", b"/anon_inode:[eventpoll]", "With a slash it is a file."),
    ("like-unreachable", b"/(unreachable)/x", "A folder called so."),
    ("like-dev-zero", b"/dev/zero", "The device itself, not unlinked."),
    ("root-only", b"/", "The path is one slash."),
    ("colon", b"/opt/a:b", "A colon."),
    ("dots", b"/opt/../x/./y", "Dots, as a memory file system may show them."),
    ("number-only", b"/4096", "A number."),
)

DELETED = (
    ("deleted-in-middle", b"/opt/x (deleted)/y", "A folder called so."),
    ("deleted-no-space", b"/opt/x(deleted)", "No space before the bracket: part of the name."),
    ("deleted-upper", b"/opt/x (DELETED)", "In upper case: part of the name."),
    ("deleted-and-more", b"/opt/x (deleted) y", "Not at the end: part of the name."),
    ("deleted-trailing-space", b"/opt/x (deleted) ", "A space behind it: part of the name."),
)

MEMFDS = (
    ("memfd", b"wayland-shm", "A memfd."),
    ("memfd-empty", b"", "A memfd with an empty name."),
    ("memfd-space", b"my buffer", "A space."),
    ("memfd-leading-space", b" x", "A leading space."),
    ("memfd-trailing-space", b"x ", "A trailing space, before the one of (deleted)."),
    ("memfd-slash", b"a/b", "A slash: its name is no path."),
    ("memfd-slashes", b"//x//", "Slashes in a row."),
    ("memfd-newline", b"a\nb", "A newline, printed as \\012."),
    ("memfd-octal", b"a\\012b", "A backslash and 012, which prints like a newline."),
    ("memfd-deleted", b"x (deleted)", "A name that ends in (deleted): the mark stands twice."),
    ("memfd-deleted-twice", b"x (deleted) (deleted)", "The mark stands three times."),
    ("memfd-only-deleted", b" (deleted)", "A name that is the mark and nothing else."),
    ("memfd-like-heap", b"[heap]", "Called like the heap."),
    ("memfd-like-anon", b"[anon:x]", "Called like a label."),
    ("memfd-like-header", b"1000-2000 r-xp 00000000 fd:01 42 /bin/x", "Called like a header."),
    ("memfd-like-memfd", b"memfd:x", "The prefix once more."),
    ("memfd-high", b"\xff\x80", "Bytes that are no UTF-8."),
    ("memfd-tab", b"a\tb", "A tab."),
    ("memfd-cr", b"a\r", "A carriage return."),
    ("memfd-longest", b"x" * 249, "249 bytes, the longest."),
    ("memfd-jit", b"doublemapper", "What .NET names its pages for code."),
)


def cases() -> Iterator[Case]:
    """Ordinary files first, then those that the kernel makes, then long ones."""
    yield _file("plain", path(b"/usr/lib/x86_64-linux-gnu/libc.so.6"), "An ordinary file.", D_PATH)
    for name, original, shows in BYTES:
        yield _file(f"byte-{name}", path(original), shows, MANGLE, "bytes")
    for name, original, shows in SPACES:
        yield _file(name, path(original), shows, D_PATH, "space")
    for name, original, shows in LOOKALIKES:
        yield _file(name, path(original), f"{shows} All of it is a path.", D_PATH, "look-alike")
    yield from _newlines()
    yield from _deleted()
    for name, label, shows in MEMFDS:
        yield _made(name, memfd(label), shows, 'mm/memfd.c: "memfd:%s" (in v3.17)', "3.17")
    yield from _kernels_own()
    yield from _long()


def _file(name: str, column: Column, shows: str, source: str, *tags: str) -> Case:
    return make(
        "names", name, shows, pair(column, backed=True), source=source, since="2.6.32",
        tags=("file", *tags),
    )  # fmt: skip


def _newlines() -> Iterator[Case]:
    rows = (
        ("newline", b"/opt/a\nb", "A newline, printed as \\012."),
        ("newline-octal", b"/opt/a\\012b", "A backslash and 012, which prints like a newline."),
        ("newline-both", b"/opt/a\nb\\012c", "One of each: four originals print the same."),
        ("newline-trailing", b"/opt/x\n", "A newline at the end."),
        ("newline-leading", b"/\nx", "A newline at the start of a component."),
        ("newline-twice", b"/opt/a\n\nb", "Two newlines in a row."),
        ("newline-header", b"/opt/x\n1000-2000 r-xp 00000000 fd:01 42   /bin/x",
         "A newline and then what looks like a header line: the kernel keeps it on one line."),
    )  # fmt: skip
    for name, original, shows in rows:
        yield _file(name, path(original), shows, MANGLE, "newline")
    unlinked = path(b"/opt/a\nb", unlinked=True)
    yield _file("newline-deleted", unlinked, "A newline in the name of an unlinked file.", NOTE)


def _deleted() -> Iterator[Case]:
    for name, original, shows in DELETED:
        yield _file(name, path(original), shows, D_PATH, "deleted")
    rows = (
        ("deleted", path(b"/opt/x", unlinked=True), "An unlinked file."),
        ("deleted-real-name", path(b"/opt/x (deleted)"), "A file called so, which still exists."),
        ("deleted-twice", path(b"/opt/x (deleted)", unlinked=True), "A file called so, unlinked."),
        ("deleted-thrice", path(b"/x (deleted) (deleted)", unlinked=True), "The mark three times."),
        ("deleted-space", path(b"/opt/my x", unlinked=True), "An unlinked file, with a space."),
        ("deleted-space-before", path(b"/opt/x ", unlinked=True), "Its name ends in a space."),
        ("deleted-only", path(b"/ (deleted)"), "A file whose whole name is the mark."),
        ("deleted-high", path(b"/opt/\xff", unlinked=True), "An unlinked file, no UTF-8."),
    )
    for name, column, shows in rows:
        yield _file(name, column, shows, NOTE, "deleted")


def _made(
    name: str,
    column: Column,
    shows: str,
    source: str,
    since: str = "2.6.32",
    producer: str = "linux",
) -> Case:
    mapping = Vma(BASE, BASE + 4 * PAGE, "rw-s", PAGE, 0, 1, 2058, column)
    return make(
        "names",
        name,
        shows,
        [mapping, FOLLOWER],
        source=source,
        since=since,
        producer=producer,
        tags=("kernel-file",),
    )


def _kernels_own() -> Iterator[Case]:
    shm = 'newseg(), ipc/shm.c: "SYSV%08x"; the inode is the shmid'
    inode = "anon_inodefs_dname(), fs/anon_inodes.c: no slash, never (deleted)"
    rows: tuple[tuple[str, Column, str, str, str], ...] = (
        ("sysv", sysv(0x1234ABCD), "A System V segment.", shm, "2.6.32"),
        ("sysv-private", sysv(0), "A System V segment of IPC_PRIVATE.", shm, "2.6.32"),
        ("sysv-highest", sysv(0xFFFFFFFF), "A System V segment, key -1.", shm, "2.6.32"),
        ("sysv-like-long", path(b"/SYSV123456789", unlinked=True), "Nine digits: a file.", shm, "2.6.32"),
        ("sysv-like-upper", path(b"/SYSVDEADBEEF", unlinked=True), "Upper case: a file.", shm, "2.6.32"),
        ("sysv-huge", path(b"/0", unlinked=True), "A System V segment of huge pages in 2.6.18.",
         "hugetlb_zero_setup(), fs/hugetlbfs/inode.c of 2.6.18", "2.6.18"),
        ("dev-zero", kernel_file("shared_zero", b"/dev/zero"), "Shared anonymous memory.",
         "shmem_zero_setup(), mm/shmem.c", "2.6.32"),
        ("aio", kernel_file("aio", b"/[aio]"), "The ring of asynchronous I/O.",
         "aio_private_file(), fs/aio.c", "3.19"),
        ("anon-hugepage", kernel_file("anon_hugepage", b"/anon_hugepage"), "MAP_HUGETLB.",
         "hugetlb_file_setup(), fs/hugetlbfs/inode.c", "2.6.32"),
        ("drm", kernel_file("drm", b"/drm mm object"), "Memory of a graphics driver: two spaces.",
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
         "A DMA buffer without a name.", "dmabuffs_dname()", "5.3"),
        ("dmabuf-space", labelled("dmabuf", b"/dmabuf:", b"my frames", unlinked=False),
         "A DMA buffer, a name with a space.", "dmabuffs_dname()", "5.3"),
        ("anon-inode-perf", anon_inode(b"[perf_event]"), "The ring of perf.", inode, "3.2"),
        ("anon-inode-uring", anon_inode(b"[io_uring]"), "The rings of io_uring.", inode, "5.1"),
        ("anon-inode-kvm", anon_inode(b"kvm-vcpu:0"), "A virtual CPU: a colon and a digit.", inode, "4.17"),
        ("anon-inode-bpf", anon_inode(b"bpf-map"), "A map of BPF, without brackets.", inode, "4.4"),
        ("anon-inode-i915", anon_inode(b"i915.gem"), "A buffer of a graphics driver.", inode, "5.10"),
        ("anon-inode-dmabuf", anon_inode(b"dmabuf"), "A DMA buffer before 5.3.", inode, "3.4"),
        ("socket", socket(48151), "A mapped socket.", "sockfs_dname(), net/socket.c", "6.1"),
        ("socket-highest", socket(2**64 - 1), "A socket's inode of 64 bits.", "sockfs_dname()", "6.1"),
        ("unreachable", path(b"(unreachable)/opt/x"), "A file outside the reader's root.",
         "__d_path() of 2.6.32.y", "2.6.32"),
        ("device-bracketed", unlike(b"[onload]"), "A driver's file with a name in brackets, device and inode.",
         "OpenOnload's d_name", "3.4"),
        ("relative", unlike(b"pipe:[1234]"), "A pseudo file that nobody knows to be mapped.",
         "d_dname of its file system", "2.6.32"),
    )  # fmt: skip
    for name, column, shows, source, since in rows:
        yield _made(name, column, shows, source, since)
    ashmem = 'drivers/staging/android/ashmem.c: "dev/ashmem/%s"'
    bare = labelled("ashmem", b"/dev/ashmem", b"")
    for name, column, shows in (
        ("ashmem", labelled("ashmem", b"/dev/ashmem/", b"dalvik-heap"), "A region of ashmem."),
        ("ashmem-unnamed", bare, "A region of ashmem without a name."),
        ("ashmem-space", labelled("ashmem", b"/dev/ashmem/", b"gralloc buffer"), "With a space."),
        ("ashmem-high", labelled("ashmem", b"/dev/ashmem/", b"\xff"), "No UTF-8."),
        ("ashmem-longest", labelled("ashmem", b"/dev/ashmem/", b"x" * 255), "255 bytes."),
    ):
        # 64-bit kernels of Android begin here.
        yield _made(name, column, shows, ashmem, "3.10", "android")


def _long() -> Iterator[Case]:
    component = b"/" + b"c" * 255
    yield _file(
        "long-component", path(component), "A component of 255 bytes, NAME_MAX.", D_PATH, "long"
    )
    spaced = b"/" + b"a " * 127 + b"b"
    yield _file(
        "long-component-spaces", path(spaced), "255 bytes, every other a space.", D_PATH, "long"
    )
    for kilobytes in (1, 4, 8, 16, 64):
        # The name begins at column 73 and the line ends with a newline: the line has this length.
        length = kilobytes * 1024 - 74
        name = (component * (length // 256 + 1))[:length]
        # A path does not end in a slash.
        name = name[:-1] + b"e"
        yield make(
            "names",
            f"long-line-{kilobytes}k",
            f"A line of {kilobytes} KB with its newline: paths longer than PATH_MAX can be mapped.",
            pair(path(name), backed=True),
            source="seq_path(): the buffer grows until the record fits, fs/seq_file.c",
            since="2.6.32",
            tags=("file", "long"),
            kinds=("maps",) if kilobytes in (8, 16, 64) else ("maps", "smaps"),
        )
