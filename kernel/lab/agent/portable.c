/* SPDX-License-Identifier: MIT */
#include "portable.h"

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/signal.h>

#include "arch.h"

struct bit {
    u32 generic;
    u32 native;
};

static const struct bit map_flags[] = {
    {0x01, MAP_SHARED},
    {0x02, MAP_PRIVATE},
    {0x08, 0x08 /* MAP_DROPPABLE */},
    {0x10, MAP_FIXED},
    {0x20, MAP_ANONYMOUS},
    {0x100, MAP_GROWSDOWN},
    {0x2000, MAP_LOCKED},
    {0x4000, MAP_NORESERVE},
    {0x8000, MAP_POPULATE},
    {0x10000, MAP_NONBLOCK},
    {0x20000, MAP_STACK},
    {0x40000, MAP_HUGETLB},
    {0x100000, MAP_FIXED_NOREPLACE},
};

static const struct bit open_flags[] = {
    {0x1, O_WRONLY}, {0x2, O_RDWR},    {0x40, O_CREAT},
    {0x80, O_EXCL},  {0x200, O_TRUNC}, {0x400, O_APPEND},
};

static const struct {
    int generic;
    int native;
} errnos[] = {
    {35, EDEADLK}, {36, ENAMETOOLONG}, {38, ENOSYS},     {39, ENOTEMPTY},
    {40, ELOOP},   {75, EOVERFLOW},    {95, EOPNOTSUPP}, {110, ETIMEDOUT},
};

static unsigned long
native_bits(const struct bit *table, unsigned count, u64 flags)
{
    unsigned long native = 0;
    unsigned i;

    for (i = 0; i < count; i++)
        if (flags & table[i].generic)
            native |= table[i].native;
    return native;
}

unsigned long
native_map_flags(u64 flags)
{
    /* Bits 26 to 31 give the huge page size on every machine. */
    unsigned long huge_page_size = (unsigned long)flags & 0xfc000000;

    return huge_page_size | native_bits(map_flags, COUNT(map_flags), flags);
}

unsigned long
native_open_flags(u64 flags)
{
    return native_bits(open_flags, COUNT(open_flags), flags);
}

s64
generic_result(long value)
{
    unsigned i;

    /* Only -4095 to -1 are errnos. An address in the upper half of a 32-bit machine is not. */
    if ((unsigned long)value < (unsigned long)-4095L)
        return (s64)(unsigned long)value;
    for (i = 0; i < COUNT(errnos); i++)
        if (-value == errnos[i].native)
            return -errnos[i].generic;
    return value;
}

long
portable_mmap(const u64 *args)
{
    unsigned long flags = native_map_flags(args[3]);
#if defined(__s390x__)
    /* arch/s390/kernel/syscall.c: SYSCALL_DEFINE1(mmap, struct s390_mmap_arg_struct *) */
    unsigned long block[6] = {args[0], args[1], args[2], flags, args[4], args[5]};

    return CALL1(__NR_mmap, block);
#elif defined(__NR_mmap2)
    if (args[5] >> 44)
        return -EOVERFLOW; /* the register holds 32 bits: a number of pages of 4 KiB */
    return CALL(__NR_mmap2, args[0], args[1], args[2], flags, args[4], args[5] >> 12);
#else
    if (sizeof(long) < sizeof(args[5]) && args[5] >> 31)
        return -EOVERFLOW; /* x32: syscall6() would extend the sign of its 32 bits */
    return CALL(__NR_mmap, args[0], args[1], args[2], flags, args[4], args[5]);
#endif
}

long
portable_ftruncate(u64 fd, u64 length)
{
#if !defined(__NR_ftruncate64) || defined(__mips64)
    return CALL2(__NR_ftruncate, fd, length);
#elif defined(__arm__) || defined(__MIPSEL__)
    return CALL4(__NR_ftruncate64, fd, 0, (u32)length, (u32)(length >> 32));
#elif defined(__MIPSEB__) || defined(__powerpc__)
    return CALL4(__NR_ftruncate64, fd, 0, (u32)(length >> 32), (u32)length);
#elif defined(__m68k__)
    return CALL3(__NR_ftruncate64, fd, (u32)(length >> 32), (u32)length);
#else
    return CALL3(__NR_ftruncate64, fd, (u32)length, (u32)(length >> 32));
#endif
}

long
portable_fork(void)
{
#if defined(__s390x__)
    return CALL2(__NR_clone, 0, SIGCHLD); /* CONFIG_CLONE_BACKWARDS2: the stack is first */
#else
    return CALL2(__NR_clone, SIGCHLD, 0);
#endif
}

long
wait_for(long pid, int *status, int options)
{
    long got;

    do
        got = CALL4(__NR_wait4, pid, status, options, 0);
    while (got == -EINTR);
    return got;
}
