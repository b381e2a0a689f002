"""perf record and perf script: the mappings that a process has when recording starts.

With --data, so that not only what can be executed is recorded.
"""

import re
import subprocess

from protocol import Refused, column, device, live, serve

ROW = re.compile(
    rb".*?: PERF_RECORD_MMAP2? -?\d+/-?\d+: "
    rb"\[(?P<start>0x[0-9a-f]+|0)\((?P<size>0x[0-9a-f]+|0)\) @ (?P<offset>0x[0-9a-f]+|0) "
    rb"(?P<major>[0-9a-f]+):(?P<minor>[0-9a-f]+) (?P<inode>\d+) \d+\]: "
    rb"(?P<perms>\S{4}) (?P<name>.*)",
    re.DOTALL,
)
# No build ids and no BPF: they take longer than the mappings.
OPTIONS = ("-q", "--data", "-e", "dummy:u", "-B", "-N", "--no-bpf-event", "--synth=mmap", "-m", "1")
FILE = "/dev/shm/perf.data"


def hide_kernel_symbols():
    """Hide the kernel's symbols from perf, in this mount namespace only.

    It reads all of them at each start, which takes ten times as long as all the rest.
    """
    subprocess.run(["mount", "--bind", "/dev/null", "/proc/kallsyms"], check=True)


def run(*command):
    """Return the output of perf. A refusal is reported as its own, a signal is passed on."""
    done = subprocess.run(["perf", *command], capture_output=True, stdin=subprocess.DEVNULL)
    if done.returncode < 0:
        raise SystemExit("perf: signal %d" % -done.returncode)
    if done.returncode != 0:
        raise Refused(done.stderr)
    return done.stdout


def call(pid):
    """Record only the start, with an event that never happens."""
    run("record", *OPTIONS, "-o", FILE, "-p", str(pid), "--", "true")
    return run("script", "-i", FILE, "--show-mmap-events")


def convert(printed):
    """Convert each event of a mapping."""
    for line in printed.split(b"\n"):
        match = ROW.fullmatch(line)
        if match:
            yield {
                "start": match["start"].decode(),
                "size": int(match["size"], 16),
                "offset": match["offset"].decode(),
                "device": device(int(match["major"], 16), int(match["minor"], 16)),
                "inode": match["inode"].decode(),
                "perms": match["perms"].decode("latin-1"),
                "name": column(match["name"]),
            }
        elif b": PERF_RECORD_MMAP" in line:
            raise ValueError("no event of a mapping: %r" % line)


hide_kernel_symbols()
serve(live, call, convert)
