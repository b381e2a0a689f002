"""Programs that other toolchains make; each prints a line when it runs, and then waits."""

# ruff: noqa: S607 - the tools on PATH are those that are compared with

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

_C32 = r"""
static char zeros[20000];
static const char text[] = "ready\n";
static int call(int number, int one, const void *two, int three) {
    int result;
    __asm__ volatile("int $0x80" : "=a"(result)
                     : "a"(number), "b"(one), "c"(two), "d"(three) : "memory");
    return result;
}
void _start(void) {
    zeros[19999] = 1;
    call(4, 1, text, 6);
    for (;;) call(29, 0, 0, 0);
}
"""
"""write(2) and pause(2) of 32-bit x86, without a C library, which few machines have in 32 bits."""

_GO = """
package main

import "syscall"

var zeros [100000]byte

func main() {
\tzeros[99999] = 1
\tsyscall.Write(1, []byte("ready\\n"))
\tfor { syscall.Pause() }
}
"""

_RUST = """
static mut ZEROS: [u8; 100000] = [0; 100000];
fn main() {
    unsafe { ZEROS[99999] = 1 }
    println!("ready");
    loop { std::thread::park() }
}
"""


def build(kind: str, folder: Path) -> list[str]:
    """Build the program *kind* in *folder*; return its command."""
    program = folder / kind
    source = folder / f"{kind}.source"
    home = {"HOME": str(folder), "GOCACHE": str(folder / "cache"), "CGO_ENABLED": "0"}
    match kind:
        case "32-bit":
            source = source.with_suffix(".c")
            source.write_text(_C32)
            options = ("-m32", "-nostdlib", "-static", "-fno-pie", "-no-pie", "-O1")
            command = ["gcc", *options, "-Wl,--build-id", "-o", str(program), str(source)]
        case "go":
            source = source.with_suffix(".go")
            source.write_text(_GO)
            command = ["go", "build", "-o", str(program), str(source)]
        case "rust":
            source = source.with_suffix(".rs")
            source.write_text(_RUST)
            static = ("-C", "target-feature=+crt-static", "-C", "link-arg=-Wl,--build-id")
            command = ["rustc", *static, "-o", str(program), str(source)]
        case "java":
            # The virtual machine has everything mapped before it waits for a debugger.
            agent = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=127.0.0.1:0"
            return ["java", "-Xmx64m", agent, "-version"]
        case _:
            return ["python3", "-c", "import ssl, ctypes; print('ready', flush=True); input()"]
    toolchain = {**os.environ, **home}
    if "RUSTUP_HOME" not in toolchain:
        toolchain["HOME"] = os.environ.get("HOME", str(folder))
    subprocess.run(command, cwd=folder, env=toolchain, check=True)
    return [str(program)]


def sections(path: str) -> dict[str, tuple[str, int, int, int]]:
    """Return type, address, offset and size of each section, as ``readelf`` prints them."""
    text = subprocess.run(
        ["readelf", "-SW", path], capture_output=True, check=True, text=True
    ).stdout
    row = re.compile(
        r"^ *\[ *\d+\] (\S+) +([A-Z_]+) +([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) ", re.MULTILINE
    )
    found = (match.groups() for match in row.finditer(text))
    return {name: (kind, *(int(each, 16) for each in rest)) for name, kind, *rest in found}  # type: ignore[misc]


def build_id(path: str) -> bytes | None:
    """Return the GNU build ID, as ``readelf`` prints it."""
    notes = subprocess.run(["readelf", "-n", path], capture_output=True, check=True, text=True)
    found = re.search(r"Build ID: ([0-9a-f]+)", notes.stdout)
    return bytes.fromhex(found[1]) if found else None


def symbols(path: str) -> dict[str, int]:
    """Return the virtual address of each exported symbol, as ``nm`` prints it."""
    printed = subprocess.run(
        ["nm", "-D", "--defined-only", path], capture_output=True, check=True, text=True
    )
    rows = (line.split() for line in printed.stdout.splitlines())
    return {name: int(address, 16) for address, _, name in rows}


def in_gdb(pid: int) -> list[tuple[int, int, str, str]]:
    """Return start, end, section and file of everything that GDB finds loaded in a process."""
    script = ["set debuginfod enabled off", "set auto-load no", "info files"]
    options = [each for line in script for each in ("-ex", line)]
    text = subprocess.run(
        ["gdb", "-nx", "-batch", "-iex", "set auto-load no", "-p", str(pid), *options],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    (program,) = re.findall(r"^Local exec file:\n\s+`(.*)', file type", text, re.MULTILINE)
    row = re.compile(r"^\s+(0x[0-9a-f]+) - (0x[0-9a-f]+) is (\S+)(?: in (.*))?$", re.MULTILINE)
    return [
        (int(start, 16), int(end, 16), section, file or program)
        for start, end, section, file in row.findall(text)
    ]
