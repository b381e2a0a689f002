"""The programs that a guest runs, and the disks that contain them."""

from __future__ import annotations

from attrs import frozen


@frozen
class Disk:
    """A file system with programs.

    name       Its name here.
    suite      The suite of Debian.
    packages   Packages apart from the essential ones.
    commands   Shell commands in the new root, with ``files/`` in ``/opt``, such as compilers.
    npm        Programs in packages of npm: package with version, path in the package.
    why        Why there is another disk.
    """

    name: str
    suite: str
    packages: tuple[str, ...]
    why: str
    commands: tuple[str, ...] = ()
    npm: tuple[tuple[str, str], ...] = ()


_C = "gcc -g -O1 -pthread threads.c"

DISKS = {
    disk.name: disk
    for disk in (
        Disk(
            "trixie",
            "trixie",
            (
                *("php8.4-cli", "openjdk-25-jdk-headless", "postgresql-17", "systemd"),
                *("erlang-base", "valkey-server", "valkey-tools", "stress-ng", "gcc", "libc6-dev"),
                "qemu-system-x86",
            ),
            "a stable release, which stays available",
            (
                f"{_C} -o threads",
                f"{_C} -fsanitize=address -o threads-asan",
                f"{_C} -fsanitize=thread -o threads-tsan",
            ),
            (
                ("@cloudflare/workerd-linux-64@1.20261117.1", "bin/workerd"),
                ("@oven/bun-linux-x64@1.4.5", "bin/bun"),
                ("@deno/linux-x64-glibc@2.9.6", "deno"),
            ),
        ),
        Disk(
            "sid",
            "sid",
            (
                *("python3.15", "python3.15-dbg", "ocaml", "golang-go", "libjemalloc2", "gjs"),
                *("libmimalloc3", "libclang-rt-21-dev", "nodejs", "ruby", "firefox", "chromium"),
                *("caddy", "etcd-server", "prometheus", "syncthing", "gcc", "libc6-dev"),
            ),
            "releases that no stable suite has; it changes every day, so their versions do",
            (f"{_C} -o threads", "CGO_ENABLED=0 HOME=/tmp go build -o go-heap heap.go"),
        ),
    )
}


@frozen
class Run:
    """A program to run in a guest; ``start/NAME.sh`` starts it.

    name        Its name, that of the start script and of the folder of its capture.
    disk        The name of the disk that contains it.
    packages    The packages, of Debian or npm, whose versions belong to the capture.
    processes   The processes to read, as in ``/proc/PID/comm`` with spaces as underscores.
    shows       What it shows, in one clause.
    """

    name: str
    disk: str
    packages: tuple[str, ...]
    processes: tuple[str, ...]
    shows: str


_DECORATED = "the GNU C library's labels in a program without labels of its own"

RUNS = {
    run.name: run
    for run in (
        Run(
            "asan",
            "trixie",
            ("libasan8",),
            ("threads-asan",),
            "names that are files: AddressSanitizer",
        ),
        Run("bun", "trixie", ("@oven/bun-linux-x64",), ("bun",), "JavaScriptCore"),
        Run(
            "deno",
            "trixie",
            ("@deno/linux-x64-glibc",),
            ("deno",),
            "V8 in Deno: Abseil's label only",
        ),
        Run("erlang", "trixie", ("erlang-base", "libc6"), ("beam.smp",), _DECORATED),
        Run("glibc-2.41", "trixie", ("libc6",), ("threads",), "a C program with threads"),
        Run("java", "trixie", ("openjdk-25-jre-headless", "libc6"), ("java",), _DECORATED),
        Run("php", "trixie", ("php8.4-cli",), ("php8.4",), "heap and fiber of PHP"),
        Run("postgres", "trixie", ("postgresql-17", "libc6"), ("postgres",), _DECORATED),
        Run("qemu", "trixie", ("qemu-system-x86", "libc6"), ("qemu-system-x86",), _DECORATED),
        Run(
            "stress-ng",
            "trixie",
            ("stress-ng",),
            ("stress-ng-strea", "stress-ng-pipe"),
            "labels of shared anonymous memory",
        ),
        Run("systemd", "trixie", ("systemd", "libc6"), ("systemd", "systemd-journal"), _DECORATED),
        Run(
            "tsan",
            "trixie",
            ("libtsan2",),
            ("threads-tsan",),
            "names that are files: ThreadSanitizer",
        ),
        Run("valkey", "trixie", ("valkey-server", "libc6"), ("valkey-server",), _DECORATED),
        Run(
            "workerd",
            "trixie",
            ("@cloudflare/workerd-linux-64",),
            ("workerd",),
            "TCMalloc, Abseil and V8",
        ),
        Run("caddy", "sid", ("caddy",), ("caddy",), "a Go program of another maker"),
        Run(
            "chromium",
            "sid",
            ("chromium",),
            ("chromium-renderer",),
            "PartitionAlloc, Blink and V8",
        ),
        Run(
            "etcd",
            "sid",
            ("etcd-server",),
            ("etcd",),
            "a Go program whose module asks for an old Go",
        ),
        Run("firefox", "sid", ("firefox",), ("Web_Content",), "SpiderMonkey in Firefox"),
        Run("gjs", "sid", ("gjs", "libmozjs-140-0"), ("gjs",), "SpiderMonkey in GNOME"),
        Run("glibc-2.43", "sid", ("libc6",), ("threads",), "the label of .bss, which 2.41 lacks"),
        Run("go", "sid", ("golang-go",), ("go-heap",), "a Go program"),
        Run(
            "jemalloc",
            "sid",
            ("libjemalloc2",),
            ("threads",),
            "no label: Debian builds it without --enable-pageid",
        ),
        Run("mimalloc", "sid", ("libmimalloc3",), ("threads",), "a C program on mimalloc"),
        Run(
            "node",
            "sid",
            ("nodejs",),
            ("MainThread", "node"),
            "Abseil's label only: Debian builds Node.js without large pages",
        ),
        Run("ocaml", "sid", ("ocaml",), ("ocaml", "ocamlrun"), "no label: OCaml 5.4 has none"),
        Run("prometheus", "sid", ("prometheus",), ("prometheus",), "a Go program of another maker"),
        Run("python", "sid", ("python3.15",), ("python3.15",), "CPython's arenas, with -X dev"),
        Run(
            "python-debug",
            "sid",
            ("python3.15-dbg",),
            ("python3.15d",),
            "CPython's trampolines for perf",
        ),
        Run("python-jit", "sid", ("python3.15",), ("python3.15",), "CPython's JIT compiler"),
        Run("ruby", "sid", ("ruby3.3",), ("ruby", "ruby3.3"), "no label: Ruby 3.3 has none"),
        Run(
            "scudo",
            "sid",
            ("libclang-rt-21-dev",),
            ("threads",),
            "no label: Scudo labels on Android only",
        ),
        Run("syncthing", "sid", ("syncthing",), ("syncthing",), "a Go program of another maker"),
    )
}
