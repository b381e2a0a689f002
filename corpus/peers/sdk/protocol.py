"""The batch form of docs/protocol.md, for adapters in Python.

An adapter calls `serve` with a function from a request to records. Only the standard library is
imported, since this runs in each peer's own environment, on whichever Python that has.
"""

import base64
import json
import os
import shutil
import sys


class Refused(Exception):
    """The peer refused without an exception: its exit status or standard error is the reason."""


def column(raw):
    """Return a name for JSON without losing a byte. Text is encoded as file names are."""
    if isinstance(raw, str):
        try:
            raw = os.fsencode(raw)
        except UnicodeEncodeError:  # a lone surrogate that the peer made
            raw = raw.encode("utf-8", "surrogatepass")
    return {"base64": base64.b64encode(raw).decode("ascii")}


def device(major, minor):
    """Return a device number for JSON."""
    return {"major": major, "minor": minor}


def perms(text):
    """Return permissions for JSON. Other text becomes a valid answer that is wrong."""
    return text if len(text) in (3, 4) else (text + "????")[:4]


def live(request):
    """Write the request's dump to the decoy's files, and return the decoy's PID.

    For peers that can only read /proc/PID. `overlay.py`, which started this program, has mounted
    these files over those of the decoy. Files that the case does not have are empty.
    """
    folder = os.environ["PROCMAPS_DECOY_FILES"]
    for kind in ("maps", "smaps", "smaps_rollup"):
        target = os.path.join(folder, kind)
        if kind == request["kind"]:
            # In place: a new file would not be the mounted one.
            shutil.copyfile(request["path"], target)
        else:
            open(target, "wb").close()
    return int(os.environ["PROCMAPS_DECOY_PID"])


def answer(parse, request):
    """Call the peer. An exception is its refusal; any other exit is a crash."""
    try:
        return {"id": request["id"], "answer": parse(request)}
    except Refused as refusal:
        return {"id": request["id"], "rejected": str(refusal)}
    except Exception as error:  # each library has exceptions of its own
        return {"id": request["id"], "rejected": "%s: %s" % (type(error).__name__, error)}


def serve(parse):
    """Answer every request on standard input until it is closed."""
    # Output of a peer must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    for line in sys.stdin:
        answers.write(json.dumps(answer(parse, json.loads(line))) + "\n")
        answers.flush()
