/* SPDX-License-Identifier: MIT */
#include "timing.h"

#include <asm/unistd.h>

#include "arch.h"
#include "portable.h"
#include "wire.h"

enum { MONOTONIC = 1, MONOTONIC_COARSE = 6 }; /* include/uapi/linux/time.h */

static u64
read_clock(int which)
{
    long time[2];

    CALL2(__NR_clock_gettime, which, time);
    return (u64)time[0] * 1000000000u + (u64)time[1];
}

/*
 * Wait for the next timer tick, so that each measurement contains the same number of ticks. The
 * coarse clock changes only with a tick.
 */
static void
wait_for_tick(void)
{
    u64 before = read_clock(MONOTONIC_COARSE);

    while (read_clock(MONOTONIC_COARSE) == before)
        ;
}

s64
send_clock(unsigned index)
{
    u8 wire[8];

    store_little(wire, read_clock(MONOTONIC), 8);
    put_data(index, wire, sizeof(wire));
    return 0;
}

s64
fork_bench(unsigned index, u64 times)
{
    u8 wire[16];

    flush();
    while (times--) {
        u64 start, forked;
        int status;
        long pid;

        wait_for_tick();
        start = read_clock(MONOTONIC);
        pid = portable_fork();
        if (pid == 0)
            leave(0);
        forked = read_clock(MONOTONIC);
        if (pid < 0)
            return generic_result(pid);
        wait_for(pid, &status, 0);
        store_little(wire, forked - start, 8);
        store_little(wire + 8, read_clock(MONOTONIC) - start, 8);
        put_data(index, wire, sizeof(wire));
    }
    return 0;
}
