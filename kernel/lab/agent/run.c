/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>

#include "arch.h"
#include "file_operations.h"
#include "memory_operations.h"
#include "portable.h"
#include "processes.h"
#include "program.h"
#include "timing.h"
#include "wire.h"

/* Single system calls. An operation's code is its position in this table, counted from 1. */
static const long calls[] = {
    __NR_munmap,
    __NR_mprotect,
    __NR_mremap,
    __NR_madvise,
    __NR_brk,
    __NR_prctl,
    __NR_mlock2,
    __NR_munlock,
    __NR_memfd_create,
    __NR_close,
    __NR_unlinkat,
    __NR_mkdirat,
    __NR_linkat,
    __NR_symlinkat,
    __NR_mount,
    __NR_umount2,
    __NR_shmget,
    __NR_shmat,
    __NR_shmdt,
    __NR_shmctl,
    __NR_pkey_alloc,
    __NR_pkey_mprotect,
    __NR_msync,
    __NR_remap_file_pages,
    __NR_mbind,
    __NR_set_mempolicy,
    __NR_chdir,
    __NR_mknodat,
    __NR_write,
    __NR_personality,
    __NR_unshare,
    __NR_mlockall,
    __NR_munlockall,
/* Newer than the oldest headers. Every machine numbers them alike, from another base on some. */
#if defined(__mips64)
#define SINCE_424 5000
#elif defined(__mips__)
#define SINCE_424 4000
#elif defined(__x86_64__) && defined(__ILP32__)
#define SINCE_424 0x40000000
#else
#define SINCE_424 0
#endif
    SINCE_424 + 447 /* memfd_secret */,
    SINCE_424 + 462 /* mseal */,
    SINCE_424 + 453 /* map_shadow_stack */,
};

enum {
    OP_MMAP = 100,
    OP_OPEN,
    OP_FTRUNCATE,
    OP_READ_FILE,
    OP_STATX,
    OP_FILL,
    OP_PEEK,
    OP_QUERY,
    OP_UFFD_OPEN,
    OP_UFFD_REGISTER,
    OP_IO_SETUP,
    OP_IO_URING_SETUP,
    OP_CLOCK,
    OP_FORK_BENCH,
    OP_SYSCALL,
    OP_UFFD_UNREGISTER,
    OP_FORK = 120,
    OP_HOLD,
    OP_SPAWN,
    OP_READ_HELD,
    OP_REAP,
    OP_REPEAT,
    OP_WRITE_HELD,
    OP_RUN,
    OP_BACKGROUND,
};

static void
store_result(unsigned index, s64 value)
{
    if (index < OPS_MAX)
        state.results[index] = value;
}

/* Run the next operations in a child. It ends, or with `stop` stops and is held. */
static s64
run_forked(u64 count, int stop)
{
    int status = 0;
    long pid;

    flush();
    pid = portable_fork();
    if (pid == 0) {
        run(count);
        if (stop)
            stop_self();
        flush();
        leave(0);
    }
    skip_ops(count);
    if (stop)
        return hold(pid);
    if (pid < 0)
        return generic_result(pid);
    wait_for(pid, &status, 0);
    return status;
}

/* Run the next operations in a child, without records, until they or the program end. */
static s64
run_in_background(u64 count)
{
    long pid;

    if (state.helper)
        return -EBUSY;
    flush();
    pid = portable_fork();
    if (pid == 0) {
        state.silent = 1;
        run(count);
        leave(0);
    }
    skip_ops(count);
    if (pid > 0)
        state.helper = pid;
    return pid < 0 ? generic_result(pid) : 0;
}

static s64
run_one(unsigned index, const struct op *op)
{
    const u64 *a = op->args;
    char *text = (char *)(unsigned long)a[0];

    if (op->code >= 1 && op->code <= COUNT(calls))
        return generic_result(CALL(calls[op->code - 1], a[0], a[1], a[2], a[3], a[4], a[5]));
    switch (op->code) {
    case OP_MMAP:
        return generic_result(portable_mmap(a));
    case OP_OPEN:
        return generic_result(CALL4(__NR_openat, AT_FDCWD, text, native_open_flags(a[1]), a[2]));
    case OP_FTRUNCATE:
        return generic_result(portable_ftruncate(a[0], a[1]));
    case OP_READ_FILE:
        return read_file(index, text, a[1]);
    case OP_STATX:
        return query_statx(index, a[0], (char *)(unsigned long)a[1]);
    case OP_FILL:
        return fill(a[0], a[1], a[2]);
    case OP_PEEK:
        return peek(index, a[0], a[1]);
    case OP_QUERY:
        return query_mapping(index, a);
    case OP_UFFD_OPEN:
        return uffd_open(a[0]);
    case OP_UFFD_REGISTER:
        return uffd_register(a);
    case OP_IO_SETUP:
        return io_setup(a[0]);
    case OP_IO_URING_SETUP:
        return io_uring_setup(a[0]);
    case OP_CLOCK:
        return send_clock(index);
    case OP_FORK_BENCH:
        return fork_bench(index, a[0]);
    case OP_SYSCALL:
        return generic_result(CALL(a[0], a[1], a[2], a[3], a[4], a[5], a[6]));
    case OP_UFFD_UNREGISTER:
        return uffd_unregister(a[0], a[1], a[2]);
    case OP_FORK:
        return run_forked(a[0], 0);
    case OP_HOLD:
        return run_forked(a[0], 1);
    case OP_SPAWN:
        return spawn(text);
    case OP_READ_HELD:
        return read_held(index, text, a[1]);
    case OP_REAP:
        return reap();
    case OP_WRITE_HELD:
        return write_held(text, (void *)(unsigned long)a[1], a[2]);
    case OP_RUN:
        return execute(index, op);
    case OP_BACKGROUND:
        return run_in_background(a[0]);
    default:
        malformed(state.cursor);
    }
}

/*
 * Run the body `times` times without records, until a call fails. Send that call's result. Return
 * how often the whole body ran. There is one counter, so a block inside a REPEAT is malformed.
 */
static s64
repeat(u64 times, u64 body)
{
    u8 *start = state.cursor;
    unsigned start_index = state.next_index;
    s64 done = 0;
    struct op op;
    u64 i;

    for (state.counter = 0; state.counter < times; state.counter++) {
        state.cursor = start;
        state.next_index = start_index;
        for (i = 0; i < body; i++) {
            unsigned index = state.next_index;
            s64 value;

            next_op(&op);
            if (op.code >= OP_FORK)
                malformed(state.cursor);
            value = run_one(index, &op);
            store_result(index, value);
            if (value < 0) {
                put_result(index, value);
                goto out;
            }
        }
        done++;
    }
out:
    state.cursor = start;
    state.next_index = start_index;
    state.counter = 0;
    skip_ops(body);
    return done;
}

void
run(u64 count)
{
    struct op op;

    while (count-- && state.cursor < state.program_end) {
        unsigned index = state.next_index;
        s64 value;

        next_op(&op);
        value = op.code == OP_REPEAT ? repeat(op.args[0], op.args[1]) : run_one(index, &op);
        store_result(index, value);
        put_result(index, value);
    }
}
