/* SPDX-License-Identifier: MIT */
/*
 * The two functions that GCC may call even without a C library.
 */
#ifndef PROCMAPS_AGENT_MEMORY_H
#define PROCMAPS_AGENT_MEMORY_H

void *memset(void *to, int byte, unsigned long n);
void *memcpy(void *to, const void *from, unsigned long n);

#endif
