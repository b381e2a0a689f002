"""The sanitizers' runtime: the memory map in the report of a program that ends by an error."""

import os
import re
import subprocess

from programs import bind_own_files
from protocol import column, live, serve

HELPER = os.environ["PROCMAPS_HELPER"]
SETTINGS = dict(os.environ, UBSAN_OPTIONS="print_module_map=1:halt_on_error=1:symbolize=0")
# DumpProcessMap() in sanitizer_posix.cpp.
# CheckFailed() in sanitizer_termination.cpp.
CHECK = re.compile(rb"CHECK failed: \S+")
BEGIN = b"Process memory map follows:\n"
END = b"End of process memory map."
ROW = re.compile(rb"\t0x(?P<start>[0-9a-f]+)-0x(?P<end>[0-9a-f]+)\t(?P<name>.*)", re.DOTALL)


def call(_pid):
    """Run a program with an error. Its status is the report's, not that of a refusal."""
    done = subprocess.run([HELPER], env=SETTINGS, preexec_fn=bind_own_files, stderr=subprocess.PIPE)
    if done.returncode < 0:
        words = CHECK.search(done.stderr)
        raise SystemExit("signal %d: %s" % (-done.returncode, words and words[0].decode()))
    return done.stderr


def convert(report):
    """Convert each line of the list."""
    if BEGIN not in report:
        raise ValueError("no list: %r" % report[-2000:])
    for line in report.partition(BEGIN)[2].split(b"\n"):
        if END in line:
            return
        match = ROW.fullmatch(line)
        if not match:
            raise ValueError("no line of the list: %r" % line)
        yield {
            "start": match["start"].decode(),
            "end": match["end"].decode(),
            "name": column(match["name"]),
        }
    raise ValueError("the list has no end: %r" % report[-2000:])


serve(live, call, convert)
