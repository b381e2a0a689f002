/* SPDX-License-Identifier: MIT */
/*
 * Decoding a program: operations and their arguments.
 */
#ifndef PROCMAPS_AGENT_PROGRAM_H
#define PROCMAPS_AGENT_PROGRAM_H

#include "state.h"

struct op {
    u8 code;
    u8 nargs;
    u64 args[ARGS_MAX];
    u8 *blobs[ARGS_MAX]; /* NULL unless the argument is bytes */
    unsigned long lengths[ARGS_MAX];
};

/* Report the byte at which the program is malformed, and end with EXIT_MALFORMED. */
__attribute__((noreturn)) void malformed(const u8 *where);

/* Decode the operation at state.cursor and step past it. */
void next_op(struct op *op);

/* Step past operations that another process runs. */
void skip_ops(u64 count);

#endif
