/* SPDX-License-Identifier: MIT */
/*
 * The clock, and how long a fork takes.
 */
#ifndef PROCMAPS_AGENT_TIMING_H
#define PROCMAPS_AGENT_TIMING_H

#include "state.h"

/* Send CLOCK_MONOTONIC in nanoseconds. */
s64 send_clock(unsigned index);

/* Send, `times` times, the nanoseconds of a fork, and of a fork with the child's exit and wait. */
s64 fork_bench(unsigned index, u64 times);

#endif
