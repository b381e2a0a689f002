"""Tables of other numbers are no dumps: registers, symbols, sections, physical memory, backtraces.

Each text is written after the format that the program prints. Where this machine can print the real
thing, it is read, too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from procmaps.extraction import extract

TEXTS: dict[str, bytes] = {
    "/proc/iomem": (
        b"00000000-00000fff : Reserved\n00001000-0009fbff : System RAM\n"
        b"  000f0000-000fffff : System ROM\n100000000-27fffffff : System RAM\n"
        b"  1c1000000-1c1e00d36 : Kernel code\nfd000000-fdffffff : PCI Bus 0000:00\n"
    ),
    "/proc/vmallocinfo": (
        b"0xffffc90000000000-0xffffc90000005000   20480 irq_init_percpu_irqstack+0xcf/0x100 vmap\n"
        b"0xffffc90000005000-0xffffc90000007000    8192 acpi_os_map_iomem+0x1ac/0x1c0 phys=0x3ffe1000 ioremap\n"  # noqa: E501
    ),
    "/proc/PID/numa_maps": (
        b"00400000 default file=/usr/bin/cat mapped=4 mapmax=2 active=0 N0=4 kernelpagesize_kB=4\n"
        b"7f1c2a000000 default anon=7 dirty=7 active=0 N0=7 kernelpagesize_kB=4\n"
        b"7ffd51c00000 default stack anon=3 dirty=3 N0=3 kernelpagesize_kB=4\n"
    ),
    "/proc/kallsyms": (
        b"ffffffff81000000 T _stext\nffffffff81000000 T startup_64\n"
        b"ffffffff82000000 D __start_rodata\nffffffffc0400000 t init_module\t[ext4]\n"
    ),
    "/proc/mtrr": b"reg00: base=0x080000000 ( 2048MB), size= 2048MB, count=1: uncachable\n",
    "BIOS-e820": (
        b"BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\n"
        b"[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000bffdefff] usable\n"
        b"[    0.000000]   node   0: [mem 0x0000000000001000-0x000000000009efff]\n"
    ),
    "kernel layout": (
        b"[    0.000000]     vmalloc : 0xf0800000 - 0xff800000   ( 240 MB)\n"
        b"[    0.000000]     lowmem  : 0xc0000000 - 0xf0000000   ( 768 MB)\n"
        b"[    0.000000]       .text : 0xc0008000 - 0xc0a00000   (10208 kB)\n"
    ),
    "page tables": (
        b"---[ User Space ]---\n0x0000000000000000-0x0000555555554000   93824992233808K   pgd\n"
        b"0xffffffff81000000-0xffffffff82000000          16M     ro         PSE     x  pmd\n"
        b"0xffff888000000000-0xffff888000001000           4K     RW             NX pte\n"
    ),
    "readelf -l": (
        b"  LOAD           0x000000 0x0000000000400000 0x0000000000400000 0x001000 0x001000 R   0x1000\n"  # noqa: E501
        b"  LOAD           0x001000 0x0000000000401000 0x0000000000401000 0x079000 0x079000 R E 0x1000\n"  # noqa: E501
        b"  GNU_RELRO      0x001000 0x0000000000002000 0x0000000000001000 0x001000 0x001000 R   0x1\n"  # noqa: E501
    ),
    "readelf -S": (
        b"  [ 1] .interp           PROGBITS         0000000000400000 001000 00001c 00   A  0   0  1\n"  # noqa: E501
        b"  [14] .text             PROGBITS        0000000000401000 001000 079000 00  AX  0   0 16\n"  # noqa: E501
    ),
    "objdump -h": (
        b"  0 .interp       00001000  0000000000400000  0000000000400000  00001000  2**0\n"
        b"                  CONTENTS, ALLOC, LOAD, READONLY, DATA\n"
    ),
    "objdump -t": (
        b"0000000000401000 l    d  .text\t0000000000000000              .text\n"
        b"0000000000402000 g     F .text\t0000000000001000 main\n"
    ),
    "nm -S": b"0000000000401000 0000000000001000 T main\n0000000000402000 0000000000002000 B buffer\n",  # noqa: E501
    "linker map": (
        b".text           0x0000000000401000    0x79000\n"
        b" .text          0x0000000000402000     0x1000 /usr/lib/crt1.o\n"
        b"                0x0000000000403000                main\n"
    ),
    "gdb info registers": (
        b"rax            0x0000000000401000  4198400\nrsp            0x7fffffffe000      0x7fffffffe000\n"  # noqa: E501
        b"rip            0x401000            0x401000 <main>\neflags         0x246               [ PF ZF IF ]\n"  # noqa: E501
    ),
    "gdb info sharedlibrary": (
        b"From                To                  Syms Read   Shared Object Library\n"
        b"0x00007ffff7fd0000  0x00007ffff7ff2000  Yes         /lib64/ld-linux-x86-64.so.2\n"
        b"0x00007ffff7dc5000  0x00007ffff7f3a000  Yes (*)     /lib/x86_64-linux-gnu/libc.so.6\n"
    ),
    "gdb info files": (
        b"\t0x0000000000400000 - 0x0000000000401000 is .interp\n"
        b"\t0x00007ffff7fd0000 - 0x00007ffff7ff2000 is .text in /lib64/ld-linux-x86-64.so.2\n"
    ),
    "gdb maint info sections": (
        b" [0]      0x00400000->0x00401000 at 0x00001000: .interp ALLOC LOAD READONLY DATA\n"
        b" [14]     0x55cce8e73000->0x55cce8e75000 at 0x000004a0: load1 ALLOC LOAD READONLY\n"
    ),
    "gdb x": (
        b"0x7fffffffe000:\t0x00401000\t0x00402000\t0x00001000\t0x00000000\n"
        b"0x7fffffffe000:\t0x0000000000401000\t0x0000000000402000\n"
    ),
    "gdb backtrace": (
        b"#0  0x0000000000401000 in main () at main.c:5\n"
        b"#1  0x00007ffff7dc5000 in __libc_start_main () from /lib/x86_64-linux-gnu/libc.so.6\n"
    ),
    "lldb image list": (
        b"[  0] 4D1B2E6B-5C0D-3A1F-8D00-000000000000 0x0000000000400000 /usr/bin/cat \n"
        b"[  1] 5E2A7F1C 0x00007ffff7fd0000 /lib64/ld-linux-x86-64.so.2 \n"
    ),
    "lldb image dump sections": (
        b"  0x0000000000000001 container        [0x0000000000400000-0x0000000000401000)  r--  "
        b"0x00000000 0x00001000 0x00000000 cat.PT_LOAD[0]\n"
    ),
    "macOS vmmap": (
        b"__TEXT                 10b3e5000-10b3f0000    [   44K    44K     0K     0K] r-x/rwx SM=COW          /bin/cat\n"  # noqa: E501
        b"MALLOC_TINY            7fa000000000-7fa000100000 [ 1024K    20K    20K     0K] rw-/rwx SM=PRV  DefaultMallocZone\n"  # noqa: E501
    ),
    "ASan shadow": (
        b"|| `[0x10007fff8000, 0x7fffffffffff]` || HighMem    ||\n"
        b"  0x0c047fff8000: fa fa 00 00 fa fa fd fd fa fa fd fd fa fa fd fd\n"
        b"  0x602000000000-0x602000001000 is a freed region\n"
    ),
    "Android backtrace": (
        b"      #00 pc 0000000000067000  /system/lib64/libc.so (abort+120)\n"
        b"    be816000  00000000  /system/lib/libc.so\n    be817000  40001000  [stack]\n"
        b"r0 be816000  r1 be817000  r2 00001000\n"
    ),
    "stack of a crash": (
        b"Sp0:becc4000 00a98000    <- #0\n    becc4000 b5b0e000 /system/lib/libark_jsruntime.so\n"
    ),
    "perf script": (
        b"           sleep 16083   480.009415:     250000 cpu-clock:      7f9272ba3000 intel+0x158 "
        b"(/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2)\n"
        b"         swapper     0     0.000000: PERF_RECORD_MMAP -1/0: "
        b"[0xffffffff81000000(0x1209000) @ 0xffffffff81000000]: x [kernel.kallsyms]_text\n"
    ),
    "strace": (
        b"mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f1c2a000000\n"  # noqa: E501
        b"munmap(0x7f1c2a000000, 12288)           = 0\n"
    ),
    "hexdump": (
        b"00001000  7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00  |.ELF............|\n"
        b"0001000 457f 464c 0102 0001 0000 0000 0000 0000\n"
    ),
    "createdump, Memory Regions": (
        b"Memory Regions:\n*000055cce8e73000 - 000055cce8e77000 (000004) 0000000000000000 44 \n"
        b" 000055cce8e7d000 - 000055cce8e7e000 (000001) 0000000000000000 06 \n"
    ),
    "valgrind reservations": (
        b"--815:1: aspacem   0: RSVN 0000000000-0003ffffff     64m ----- SmFixed\n"
        b"--815:1: aspacem   1:      0004000000-0057ffffff   1344m\n"
    ),
    "lldb, nothing mapped": b"[0x0000000000000000-0x0000000000400000) ---\n",
    "dates and numbers": (
        b"2024-01-02 000000 r--p\n1000-2000 pages, 3000 r-- per year\n"
        b"ID 10000000 20000000 rwx members of /sys\n"
    ),
    "memory in a JVM": (
        b"Narrow klass base: 0x0000000800000000, Narrow klass shift: 0\n"
        b"CDS archive(s) mapped at: [0x0000000800000000-0x0000000800be0000-0x0000000800be0000), size 12451840\n"  # noqa: E501
        b"Heap address: 0x00000000fc000000, size: 64 MB, Compressed Oops mode: 32-bit\n"
        b" eden space 17600K,  10% used [0x00000000fc000000, 0x00000000fc1b0000, 0x00000000fd130000)\n"  # noqa: E501
    ),
    "PCI": (
        b"\tMemory at fd000000 (32-bit, non-prefetchable) [size=4K]\n"
        b"pci 0000:00:01.0: reg 0x10: [mem 0xfd000000-0xfdffffff pref]\n"
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_other_tables_are_no_dumps(name: str) -> None:
    for text in (TEXTS[name], b"> " + TEXTS[name].replace(b"\n", b"\n> ")):
        assert extract(text) == ()


@pytest.mark.parametrize(
    "name", ["iomem", "ioports", "kallsyms", "meminfo", "self/numa_maps", "modules", "self/stat"]
)
def test_real_files_of_proc_are_no_dumps(name: str) -> None:
    path = Path("/proc", name)
    assert extract(path.read_bytes()[:100_000] if path.exists() else b"") == ()


IMPOSSIBLE_ROWS = (
    # The size is not the distance of the addresses.
    b"      0x400000           0x401000     0x2000        0x0  r-xp   /bin/cat",
    b"    0x400000     0x401000 r--p     3000      0 /bin/cat",
    b"0x0000000000400000-0x0000000000401000     8192 rw-p   4096   0 4K   com   CODE   /bin/cat",
    b" 0000000000400000 - 0000000000401000 (000002) 0000000000000000 24 /bin/cat",
    b"      00400000-00401000 00000000 8192        /bin/cat",
    # It begins at 0, ends below its start, or is no whole pages.
    b"           0x0           0x401000   0x401000        0x0  r-xp   /bin/cat",
    b"0x0000000000401000 0x0000000000400000 0x0000000000000000 r-- /bin/cat",
    b"0x0000000000400000 0x0000000000400800 0x0000000000000000 r-- /bin/cat",
    b"0000000000400000       1 r---- 0000000000000000 0fd:00001 cat",
    # The offset is no multiple of a page.
    b"0x0000000000400000 0x0000000000401000 0x0000000000000123 r-- /bin/cat",
    # The name is none.
    b"[0x0000000000400000-0x0000000000401000) r-x 0x00000000 0x00001000",
    b"0x400000           0x401000           r-xp\tpeople",
)


@pytest.mark.parametrize("row", IMPOSSIBLE_ROWS)
def test_a_row_whose_numbers_contradict_each_other_is_none(row: bytes) -> None:
    assert extract(row + b"\n") == ()
