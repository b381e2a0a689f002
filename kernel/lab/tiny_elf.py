"""A program of one page, for x86_64, that unmaps everything but that page and stops.

After that, nothing in its address space is a matter of chance or of a C library: the whole of
its maps file can be written down beforehand.
"""

import struct

START = 0x400000
PAGE = 0x1000
# The end of user space with four-level page tables, as arch/x86/include/asm/page_64.h has it.
TASK_SIZE = 0x7FFFFFFFF000

_MUNMAP, _GETPID, _KILL, _SIGSTOP = 11, 39, 62, 19


def _set_eax(value: int) -> bytes:
    return b"\xb8" + struct.pack("<I", value)


def _set_edi(value: int) -> bytes:
    return b"\xbf" + struct.pack("<I", value)


def _set_rsi(value: int) -> bytes:
    return b"\x48\xbe" + struct.pack("<Q", value)


_SYSCALL = b"\x0f\x05"
_EDI_FROM_EAX = b"\x89\xc7"
_STAY = b"\xeb\xfe"

_CODE = b"".join(
    (
        *(_set_eax(_MUNMAP), _set_edi(0), _set_rsi(START), _SYSCALL),
        *(_set_eax(_MUNMAP), _set_edi(START + PAGE), _set_rsi(TASK_SIZE - START - PAGE), _SYSCALL),
        *(_set_eax(_GETPID), _SYSCALL),
        *(_EDI_FROM_EAX, _set_rsi(_SIGSTOP), _set_eax(_KILL), _SYSCALL),
        _STAY,
    )
)
_HEADERS = 64 + 56
_ELF = struct.pack(
    "<16sHHIQQQIHHHHHH",
    b"\x7fELF\x02\x01\x01",
    2,  # ET_EXEC
    62,  # EM_X86_64
    1,
    START + _HEADERS,  # entry
    64,  # program headers
    0,
    0,
    64,
    56,
    1,  # one program header
    0,
    0,
    0,
)
_LOAD = struct.pack("<IIQQQQQQ", 1, 5, 0, START, START, PAGE, PAGE, PAGE)

PROGRAM = (_ELF + _LOAD + _CODE).ljust(PAGE, b"\0")


def expected_maps(device: tuple[int, int], inode: int, path: bytes, *, vsyscall: bool) -> bytes:
    """The whole maps file of the stopped program.

    Line: fs/proc/task_mmu.c, show_vma_header_prefix() and show_map_vma(): the name starts after
    ``25 + sizeof(void *) * 6 - 1`` columns and a space. ``[vsyscall]``: arch/x86/entry/vsyscall.
    """
    major, minor = device
    head = b"%08x-%08x r-xp 00000000 %02x:%02x %d " % (START, START + PAGE, major, minor, inode)
    lines = [head.ljust(73) + path]
    if vsyscall:
        gate = b"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 "
        lines.append(gate.ljust(73) + b"[vsyscall]")
    return b"".join(line + b"\n" for line in lines)
