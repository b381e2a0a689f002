/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <asm/unistd.h>
#include <linux/errno.h>

#include "arch.h"
#include "memory.h"

void
leave(int status)
{
    for (;;)
        CALL1(__NR_exit_group, status);
}

void
move_fd(long from, int to)
{
    if (from < 0)
        leave(EXIT_NO_DESCRIPTOR);
    if (from == to)
        return;
    CALL3(__NR_dup3, from, to, 0);
    CALL1(__NR_close, from);
}

long
read_some(int fd, void *to, unsigned long n)
{
    long got;

    do
        got = CALL3(__NR_read, fd, to, n);
    while (got == -EINTR);
    return got;
}

int
read_all(int fd, u8 *to, unsigned long n)
{
    while (n) {
        long got = read_some(fd, to, n);

        if (got <= 0)
            return -1;
        to += got;
        n -= got;
    }
    return 0;
}

void
write_all(int fd, const u8 *from, unsigned long n)
{
    while (n) {
        long put = CALL3(__NR_write, fd, from, n);

        if (put == -EINTR || put == -EAGAIN)
            continue;
        if (put <= 0)
            leave(EXIT_NO_LISTENER);
        from += put;
        n -= put;
    }
}

static void
send_records(const u8 *from, unsigned long n)
{
#if defined(NOMMU)
    u8 head[4];
#endif

    if (state.silent || !n)
        return;
#if defined(NOMMU)
    /* There is no other process that passes them on: see run_program(). */
    store_little(head, n, 4);
    write_all(FD_OUT, head, 4);
    write_all(FD_OUT, from, n);
#else
    write_all(FD_RESULTS_OUT, from, n);
#endif
}

void
flush(void)
{
    send_records(state.out, state.out_used);
    state.out_used = 0;
}

void
put_bytes(const void *from, unsigned long n)
{
    if (n > sizeof(state.out) - state.out_used)
        flush();
    if (n > sizeof(state.out)) {
        send_records(from, n);
        return;
    }
    memcpy(state.out + state.out_used, from, n);
    state.out_used += n;
}

void
put_number(u64 value)
{
    u8 bytes[10];
    unsigned n = 0;

    do {
        bytes[n] = (u8)(value & 0x7f) | (value > 0x7f ? 0x80 : 0);
        value >>= 7;
        n++;
    } while (value);
    put_bytes(bytes, n);
}

void
put_result(unsigned index, s64 value)
{
    put_bytes("r", 1);
    put_number(index);
    put_number((u64)value);
}

void
put_data(unsigned index, const void *from, unsigned long n)
{
    put_bytes("d", 1);
    put_number(index);
    put_number(n);
    put_bytes(from, n);
}

void
store_little(u8 *to, u64 value, unsigned n)
{
    for (; n--; value >>= 8)
        *to++ = (u8)value;
}
