/* SPDX-License-Identifier: MIT */
/*
 * Operations on memory, and on the kernel's objects that map memory.
 */
#ifndef PROCMAPS_AGENT_MEMORY_OPERATIONS_H
#define PROCMAPS_AGENT_MEMORY_OPERATIONS_H

#include "state.h"

/* Store a byte to each address of a range. Return the length, or EFAULT instead of a signal. */
s64 fill(u64 address, u64 length, u64 byte);

/* Send the bytes of a range. Return the length, or EFAULT. */
s64 peek(unsigned index, u64 address, u64 length);

s64 uffd_open(u64 features);
s64 uffd_register(const u64 *args);
s64 uffd_unregister(u64 fd, u64 address, u64 length);
s64 io_setup(u64 events);
s64 io_uring_setup(u64 entries);

#endif
