/* SPDX-License-Identifier: MIT */
/*
 * Operations that start, stop, inspect and end processes.
 */
#ifndef PROCMAPS_AGENT_PROCESSES_H
#define PROCMAPS_AGENT_PROCESSES_H

#include "program.h"
#include "state.h"

/* Write the collected records, then stop this process. */
void stop_self(void);

/* Wait until the new process stops, and make it the held one. Return 0, or its wait status. */
s64 hold(long pid);

/* Start a program that stops itself, and hold it. */
s64 spawn(char *path);

/* Kill a process. Return its wait status. */
int kill_and_wait(long pid);

/* Kill the held process. Return its wait status, or ESRCH if there is none. */
s64 reap(void);

/* Run a program with its arguments to its end. Send its output; return its wait status. */
s64 execute(unsigned index, const struct op *op);

/* Read or write /proc/PID/name of the held process. */
s64 read_held(unsigned index, const char *name, u64 chunk);
s64 write_held(const char *name, const void *data, u64 length);

#endif
