"""A prompt inside a kernel.

Its programs are those of a static busybox, which is available for x86_64 only.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from kernel.lab import guest, initramfs, tools, vm
from kernel.lab.build import Image
from kernel.lab.errors import LabError

BUSYBOX = tools.Tool("/bin/busybox", "busybox-static")

_START = b"""#!/bin/sh
/bin/busybox mkdir -p /proc /dev /t /bin
/bin/busybox --install -s /bin
export PATH=/bin HOME=/t PS1='lab# '
mount -t proc proc /proc
mount -t tmpfs t /t
cd /t
echo
echo 'A kernel of the laboratory. Try: label "my label" & cat /proc/$!/smaps; leave with Ctrl-A X.'
setsid cttyhack sh || sh
reboot -f
"""


def run(image: Image, *, memory_mib: int = 0, append: str = "") -> int:
    """Boot with this terminal as the console; return the emulator's exit status.

    Raises ``MissingTool``, or ``LabError`` for an architecture without busybox.
    """
    kernel = image.kernel
    if kernel.architecture.name != "x86_64":
        raise LabError(f"{kernel.name}: the shell is available for x86_64 kernels only")
    tools.require((*tools.booting(kernel), BUSYBOX))
    archive = guest.archive(
        _START,
        (
            initramfs.folder(b"dev"),
            initramfs.character_device(b"dev/console", 5, 1),
            initramfs.character_device(b"dev/null", 1, 3),
            initramfs.character_device(b"dev/ttyS0", 4, 64),
            initramfs.folder(b"bin"),
            initramfs.file(b"bin/busybox", Path(BUSYBOX.what).read_bytes()),
            initramfs.symlink(b"bin/sh", b"busybox"),
            initramfs.file(b"bin/label", guest.label(kernel.architecture).read_bytes()),
        ),
    )
    with tempfile.TemporaryDirectory(prefix="lab-") as folder:
        path = Path(folder) / "initramfs"
        path.write_bytes(archive)
        command = vm.command(
            image.image,
            kernel.architecture,
            path,
            append=f"{vm.COMMAND_LINE} {append}".rstrip(),
            memory_mib=memory_mib,
        )
        console = ("-serial", "mon:stdio")
        return subprocess.run((*command, *console), check=False).returncode
