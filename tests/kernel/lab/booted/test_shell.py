"""The shell starts, and a program in it shows a label."""

import subprocess
import sys

import pytest

from kernel.lab import shell
from kernel.lab.build import Image
from tests.support.checkout import ROOT


@pytest.mark.skipif(not shell.BUSYBOX.present, reason=f"{shell.BUSYBOX.package} is not installed")
def test_shell_shows_a_label(named: Image) -> None:
    with subprocess.Popen(
        (sys.executable, "-m", "kernel.lab", "shell", named.kernel.name),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        output = b""
        while not output.endswith(b"lab# "):
            byte = program.stdout.read(1)
            assert byte, output
            output += byte
        program.stdin.write(b'label "my label" & sleep 1; cat /proc/$!/maps; exit\n')
        program.stdin.flush()
        output += program.stdout.read()
    assert b" [anon:my label]\r\n" in output
    assert program.returncode == 0
