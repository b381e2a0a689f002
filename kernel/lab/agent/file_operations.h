/* SPDX-License-Identifier: MIT */
/*
 * Operations on files that are more than one system call.
 */
#ifndef PROCMAPS_AGENT_FILE_OPERATIONS_H
#define PROCMAPS_AGENT_FILE_OPERATIONS_H

#include "state.h"

/* Send a file's bytes, one piece of data for each read() of `chunk` bytes. */
s64 read_file(unsigned index, const char *path, u64 chunk);

/* Send what statx(2) says of the descriptor, or of a path relative to it. */
s64 query_statx(unsigned index, u64 fd, const char *path);

/* Send what the ioctl PROCMAP_QUERY answers. */
s64 query_mapping(unsigned index, const u64 *args);

#endif
