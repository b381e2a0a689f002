/* SPDX-License-Identifier: MIT */
#include "memory_operations.h"

#include <asm/unistd.h>
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>

#include "arch.h"
#include "memory.h"
#include "portable.h"
#include "wire.h"

enum { PIPE_CHUNK = 4096 };

static unsigned long
next_chunk(u64 remaining)
{
    return remaining < PIPE_CHUNK ? remaining : PIPE_CHUNK;
}

/*
 * read(2) stores through the same page faults as a program's own store: it copies pages, grows the
 * stack and checks protection keys. It returns EFAULT where the program would get a signal.
 */
s64
fill(u64 address, u64 length, u64 byte)
{
    u64 done = 0;

    memset(state.io, (int)byte, PIPE_CHUNK);
    while (done < length) {
        unsigned long n = next_chunk(length - done);
        long got;

        write_all(FD_FILL_OUT, state.io, n);
        got = CALL3(__NR_read, FD_FILL_IN, address + done, n);
        if (got < 0) {
            read_all(FD_FILL_IN, state.io, n); /* empty the pipe for the next call */
            return generic_result(got);
        }
        if ((unsigned long)got < n)
            read_all(FD_FILL_IN, state.io, n - got);
        done += got;
    }
    return (s64)done;
}

s64
peek(unsigned index, u64 address, u64 length)
{
    u64 done = 0;

    while (done < length) {
        long put = CALL3(__NR_write, FD_FILL_OUT, address + done, next_chunk(length - done));

        if (put < 0)
            return generic_result(put);
        read_all(FD_FILL_IN, state.io, put);
        put_data(index, state.io, put);
        done += put;
    }
    return (s64)done;
}

s64
uffd_open(u64 features)
{
    struct uffdio_api api = {.api = UFFD_API, .features = features};
    long fd = CALL1(__NR_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */);
    long got;

    if (fd < 0)
        return generic_result(fd);
    got = CALL3(__NR_ioctl, fd, UFFDIO_API, &api);
    return generic_result(got < 0 ? got : fd);
}

s64
uffd_register(const u64 *args)
{
    struct uffdio_register range = {
        .range = {.start = args[1], .len = args[2]},
        .mode = args[3],
    };

    return generic_result(CALL3(__NR_ioctl, args[0], UFFDIO_REGISTER, &range));
}

s64
uffd_unregister(u64 fd, u64 address, u64 length)
{
    struct uffdio_range range = {.start = address, .len = length};

    return generic_result(CALL3(__NR_ioctl, fd, UFFDIO_UNREGISTER, &range));
}

s64
io_setup(u64 events)
{
    aio_context_t context = 0;
    long got = CALL2(__NR_io_setup, events, &context);

    return got < 0 ? generic_result(got) : (s64)context;
}

s64
io_uring_setup(u64 entries)
{
    struct io_uring_params params;

    memset(&params, 0, sizeof(params));
    return generic_result(CALL2(__NR_io_uring_setup, entries, &params));
}
