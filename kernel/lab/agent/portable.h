/* SPDX-License-Identifier: MIT */
/*
 * Numbers and system calls that differ between machines.
 *
 * Programs carry the values of the asm-generic headers, and results carry their errnos, so that one
 * program means the same everywhere. MIPS differs most.
 */
#ifndef PROCMAPS_AGENT_PORTABLE_H
#define PROCMAPS_AGENT_PORTABLE_H

#include "state.h"

unsigned long native_map_flags(u64 flags);
unsigned long native_open_flags(u64 flags);

/* Return a system call's result with a native errno replaced by the generic one. */
s64 generic_result(long value);

/* mmap with the arguments of the operation; the offset is in bytes. */
long portable_mmap(const u64 *args);
long portable_ftruncate(u64 fd, u64 length);

/* Fork, and return as fork(2) does. */
long portable_fork(void);

/* wait4(2), repeated after EINTR. */
long wait_for(long pid, int *status, int options);

#endif
