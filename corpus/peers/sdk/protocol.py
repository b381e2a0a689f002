"""The batch form of docs/protocol.md, for adapters in Python.

An adapter calls `serve` with three functions:

    prepare(request)    make what the parser needs: files, a process, an open file
    call(prepared)      the parser's own call, and nothing else
    convert(returned)   records from what the parser returned

Only an exception out of the parser's own code in `call` is its refusal, and only there is a crash
or a hang the parser's. Everything else is a fault of the adapter. Only the standard library is
imported, since this runs in each peer's own environment, on whichever Python that has.
"""

import base64
import json
import os
import shutil
import sys
import traceback


class Refused(Exception):
    """The peer refused without an exception. The argument is what it said, as text or bytes."""


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


def words(said):
    """Return what a peer said as text, with bytes that are not UTF-8 as escapes."""
    return said.decode("utf-8", "backslashreplace") if isinstance(said, bytes) else str(said)


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


# --- requests and answers -------------------------------------------------------------------------


def serve(prepare, call, convert):
    """Answer every request on standard input until it is closed."""
    # Output of a peer must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)

    def tell(request, **members):
        answers.write(json.dumps(dict(members, id=request["id"])) + "\n")
        answers.flush()

    for line in sys.stdin:
        request = json.loads(line)
        tell(request, **_reply(request, tell, prepare, call, convert))


def _reply(request, tell, prepare, call, convert):
    """Run the three phases. Outside of `call`, even `SystemExit` is the adapter's fault."""
    try:
        prepared = prepare(request)
    except BaseException:
        return _fault()
    tell(request, phase="call")
    try:
        returned = _complete(call(prepared))
    except Refused as refusal:
        return {"rejected": words(refusal.args[0])}
    except Exception as error:  # each library has exceptions of its own
        if _is_own(error, call):
            return _fault()
        return {"rejected": _described(error)}
    tell(request, phase="convert")
    try:
        return {"answer": list(convert(returned))}
    except BaseException:
        return _fault()


def _complete(returned):
    """Run a generator to its end, because its code is part of the call."""
    return list(returned) if hasattr(returned, "__next__") else returned


def _is_own(error, call):
    """Whether the adapter raised the error, such as a misspelt name, and not the parser.

    The last line outside the standard library decides. An extension has no lines: its error seems
    to come from the line that calls it. So an adapter passes its function itself as `call`.
    """
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    last = [os.path.abspath(file) for file in files if not _is_standard(file)][-1]
    if last == os.path.abspath(__file__):
        return hasattr(call, "__code__")
    return last == os.path.abspath(sys.argv[0]) or os.path.dirname(last) == _SDK


_SDK = os.path.dirname(os.path.abspath(__file__))
_LIBRARY = os.path.dirname(os.__file__) + os.sep


def _is_standard(file):
    """Whether a file belongs to Python itself."""
    return file.startswith("<frozen ") or (
        file.startswith(_LIBRARY)
        and "/site-packages/" not in file
        and "/dist-packages/" not in file
    )


def _described(error):
    """Return an exception as Python prints it, with surrogates as escapes."""
    text = "%s: %s" % (type(error).__name__, error)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _fault():
    return {"adapter-fault": traceback.format_exc().encode("utf-8", "backslashreplace").decode()}
