"""Run the program that is a peer, for adapters whose peer is no library."""

import ctypes
import os
import subprocess

from protocol import Refused

MS_BIND = 0x1000  # <linux/mount.h>


def output(*command, **options):
    """Return what a program prints.

    A failure is its refusal, in its own words. If a signal ends it, this program ends too, so that
    the runner sees a crash.
    """
    options = {"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, **options}
    done = subprocess.run(command, stdout=subprocess.PIPE, **options)
    if done.returncode < 0:
        raise SystemExit("%s: signal %d" % (command[0], -done.returncode))
    if done.returncode != 0:
        raise Refused(message(done.stderr) or b"it exited with an error but without a message")
    return done.stdout


def message(stderr):
    """Return what a program said. Of a Python traceback, that is the exception."""
    _, traceback, after = stderr.rpartition(b"Traceback (most recent call last):\n")
    if not traceback:
        return stderr
    lines = after.split(b"\n")
    return b"\n".join(line for line in lines if line and not line.startswith(b" "))


def bind_own_files():
    """Mount the decoy's files over those of this process. For `preexec_fn`."""
    libc = ctypes.CDLL(None, use_errno=True)
    for kind in ("maps", "smaps"):
        source = os.path.join(os.environ["PROCMAPS_DECOY_FILES"], kind)
        target = "/proc/%d/%s" % (os.getpid(), kind)
        flags = ctypes.c_ulong(MS_BIND)
        if libc.mount(os.fsencode(source), os.fsencode(target), None, flags, None) != 0:
            os._exit(127)


def output_about_itself(*command, **options):
    """Return what a program prints that reads the dump as its own /proc/self/maps."""
    return output(*command, preexec_fn=bind_own_files, **options)
