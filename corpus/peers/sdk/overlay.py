"""Run an adapter that sees a decoy process with the mappings of a case.

    python overlay.py [--decoy PROGRAM | --own] COMMAND...

Some tools can only read /proc/PID. The decoy is `sleep infinity`, or `PROGRAM infinity`, which must
only wait. Files of this program are mounted over its maps, smaps and smaps_rollup, in a mount
namespace that only COMMAND sees. The adapter writes each case to those files (`live` in protocol.py
and the other languages).

With --own, COMMAND itself is the decoy, for libraries that can only read /proc/self.

Exit with 77 if the machine does not allow it. That is not a verdict on the tool.
"""

import ctypes
import os
import signal
import subprocess
import sys

NOT_ALLOWED = 77
# <linux/sched.h>, <linux/mount.h>, <linux/prctl.h>
CLONE_NEWNS = 0x00020000
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
PR_SET_PDEATHSIG = 1

libc = ctypes.CDLL(None, use_errno=True)


def check(result, action):
    """Exit with the system's reason if a call failed."""
    if result != 0:
        reason = os.strerror(ctypes.get_errno())
        sys.stderr.write(f"overlay: {action}: {reason}; run it as root\n")
        sys.exit(NOT_ALLOWED)


def die_with_parent():
    """End the decoy when the adapter ends, for any reason."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def bind(source, target):
    """Mount one file over another."""
    flags = ctypes.c_ulong(MS_BIND)
    check(libc.mount(os.fsencode(source), os.fsencode(target), None, flags, None), f"bind {target}")


def start(program):
    """Start a decoy and return its PID."""
    decoy = subprocess.Popen(
        [program, "infinity"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        preexec_fn=die_with_parent,
    )
    return decoy.pid


def main(arguments):
    """Make the namespace, the decoy and its files, then run the adapter in this process."""
    program, command = "sleep", arguments
    if arguments[0] == "--decoy":
        program, command = arguments[1], arguments[2:]
    elif arguments[0] == "--own":
        program, command = "", arguments[1:]
    check(libc.unshare(CLONE_NEWNS), "unshare")
    # Otherwise the whole machine would see the mounts.
    private = ctypes.c_ulong(MS_REC | MS_PRIVATE)
    check(libc.mount(b"none", b"/", None, private, None), "mount --make-rprivate /")
    # A directory that every Linux has. The file system on it ends with the namespace.
    folder = "/dev/shm"
    check(libc.mount(b"decoy", os.fsencode(folder), b"tmpfs", ctypes.c_ulong(0), None), "tmpfs")
    pid = start(program) if program else os.getpid()
    for kind in ("maps", "smaps", "smaps_rollup"):
        source = os.path.join(folder, kind)
        open(source, "wb").close()
        bind(source, f"/proc/{pid}/{kind}")
    for kind in ("maps", "smaps"):
        bind(os.path.join(folder, kind), f"/proc/{pid}/task/{pid}/{kind}")
    os.environ["PROCMAPS_DECOY_PID"] = str(pid)
    os.environ["PROCMAPS_DECOY_FILES"] = folder
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
