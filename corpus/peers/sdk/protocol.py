"""What the adapters written in Python share: the batch form of docs/protocol.md.

An adapter calls `serve` with a function from a request to records. Only the standard library is
imported, since this runs in each peer's own environment, on whichever Python that has.
"""

import base64
import json
import os
import shutil
import sys


class Refused(Exception):
    """The peer said no without raising: its exit status or its standard error is the reason."""


def column(raw):
    """Put a name into JSON without losing a byte; text as Python's file functions decode it."""
    if isinstance(raw, str):
        try:
            raw = os.fsencode(raw)
        except UnicodeEncodeError:  # a lone surrogate of the peer's own making
            raw = raw.encode("utf-8", "surrogatepass")
    return {"base64": base64.b64encode(raw).decode("ascii")}


def device(major, minor):
    """Put a device number into JSON."""
    return {"major": major, "minor": minor}


def perms(text):
    """Put permissions into JSON: what is no such word stays visibly wrong, and no fault of ours."""
    return text if len(text) in (3, 4) else (text + "????")[:4]


def live(request):
    """Lay the request's dump over the decoy's files, and give the decoy's process id.

    For peers that read nothing but /proc/PID: `overlay.py`, which started this program, has bound
    these files over the decoy's. What the case does not have is empty.
    """
    folder = os.environ["PROCMAPS_DECOY_FILES"]
    for kind in ("maps", "smaps", "smaps_rollup"):
        target = os.path.join(folder, kind)
        if kind == request["kind"]:
            # Written in place: a new file would not be the one that was bound.
            shutil.copyfile(request["path"], target)
        else:
            open(target, "wb").close()
    return int(os.environ["PROCMAPS_DECOY_PID"])


def answer(parse, request):
    """Ask the peer; what it raises is its refusal, and every other way out is a crash."""
    try:
        return {"id": request["id"], "answer": parse(request)}
    except Refused as refusal:
        return {"id": request["id"], "rejected": str(refusal)}
    except Exception as error:  # each library has exceptions of its own
        return {"id": request["id"], "rejected": "%s: %s" % (type(error).__name__, error)}


def serve(parse):
    """Answer every request on standard input until it is closed."""
    # What a peer prints must not end up between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    for line in sys.stdin:
        answers.write(json.dumps(answer(parse, json.loads(line))) + "\n")
        answers.flush()
