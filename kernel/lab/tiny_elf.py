"""Programs of one page, for x86_64. They unmap all other memory, or all memory, and then stop.

Their address space then depends on neither chance nor a C library, so their whole maps file is
known in advance.
"""

import struct

START = 0x400000
PAGE = 0x1000
# The end of user space with four-level page tables, as arch/x86/include/asm/page_64.h has it.
TASK_SIZE = 0x7FFFFFFFF000

# arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/linux/sched.h
_MUNMAP, _GETPID, _CLONE, _KILL, _GETPPID = 11, 39, 56, 62, 110
_SIGCHLD, _SIGSTOP = 17, 19
_CLONE_VM, _CLONE_VFORK = 0x100, 0x4000


def _set_eax(value: int) -> bytes:
    return b"\xb8" + struct.pack("<I", value)


def _set_edi(value: int) -> bytes:
    return b"\xbf" + struct.pack("<I", value)


def _set_rsi(value: int) -> bytes:
    return b"\x48\xbe" + struct.pack("<Q", value)


_SYSCALL = b"\x0f\x05"
_EDI_FROM_EAX = b"\x89\xc7"
_STAY = b"\xeb\xfe"
_EAX_IS_0 = b"\x85\xc0"
_SKIP_IF_SO = b"\x74" + bytes((len(_STAY),))

_UNMAP_ALL_ELSE = b"".join(
    (
        *(_set_eax(_MUNMAP), _set_edi(0), _set_rsi(START), _SYSCALL),
        *(_set_eax(_MUNMAP), _set_edi(START + PAGE), _set_rsi(TASK_SIZE - START - PAGE), _SYSCALL),
        *(_set_eax(_GETPID), _SYSCALL),
        *(_EDI_FROM_EAX, _set_rsi(_SIGSTOP), _set_eax(_KILL), _SYSCALL),
        _STAY,
    )
)
# vfork(2) keeps the parent in the kernel until the child has died. The child shares the parent's
# memory. It sends the signal and unmaps all memory, and dies of that. The parent stops on its way
# out of the kernel, before it needs the memory.
_UNMAP_ALL = b"".join(
    (
        *(_set_eax(_CLONE), _set_edi(_CLONE_VM | _CLONE_VFORK | _SIGCHLD), _set_rsi(0), _SYSCALL),
        *(_EAX_IS_0, _SKIP_IF_SO, _STAY),
        *(_set_eax(_GETPPID), _SYSCALL),
        *(_EDI_FROM_EAX, _set_rsi(_SIGSTOP), _set_eax(_KILL), _SYSCALL),
        *(_set_eax(_MUNMAP), _set_edi(0), _set_rsi(TASK_SIZE), _SYSCALL),
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

PROGRAM = (_ELF + _LOAD + _UNMAP_ALL_ELSE).ljust(PAGE, b"\0")
# The same program without its last page.
EMPTY = (_ELF + _LOAD + _UNMAP_ALL).ljust(PAGE, b"\0")


# [vsyscall], arch/x86/entry/vsyscall/vsyscall_64.c: every maps file has it; no process maps it.
GATE = b"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 ".ljust(73) + b"[vsyscall]\n"


def expected_maps(device: tuple[int, int], inode: int, path: bytes) -> bytes:
    """Return the whole maps file of the stopped program of one page.

    fs/proc/task_mmu.c, show_vma_header_prefix() and show_map_vma(): the name starts after
    ``25 + sizeof(void *) * 6 - 1`` columns and a space.
    """
    major, minor = device
    head = b"%08x-%08x r-xp 00000000 %02x:%02x %d " % (START, START + PAGE, major, minor, inode)
    return head.ljust(73) + path + b"\n" + GATE
