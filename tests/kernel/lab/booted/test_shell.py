"""The prompt for a person: it starts, and shows a label."""

import subprocess
import sys

import pytest

from kernel.lab import shell
from kernel.lab.build import Image
from tests.support.checkout import ROOT

CHECKOUT = ROOT


@pytest.mark.skipif(not shell.BUSYBOX.present, reason=f"{shell.BUSYBOX.package} is not installed")
def test_a_label_given_at_the_prompt_is_shown(named: Image) -> None:
    with subprocess.Popen(
        (sys.executable, "-m", "kernel.lab", "shell", named.kernel.name),
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as person:
        assert person.stdin is not None
        assert person.stdout is not None
        said = b""
        while not said.endswith(b"lab# "):
            byte = person.stdout.read(1)
            assert byte, said
            said += byte
        person.stdin.write(b'label "my label" & sleep 1; cat /proc/$!/maps; exit\n')
        person.stdin.flush()
        said += person.stdout.read()
    assert b" [anon:my label]\r\n" in said
    assert person.returncode == 0
