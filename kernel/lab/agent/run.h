/* SPDX-License-Identifier: MIT */
/*
 * Running operations: their codes, and the order in which they run.
 */
#ifndef PROCMAPS_AGENT_RUN_H
#define PROCMAPS_AGENT_RUN_H

#include "state.h"

/* Run the next operations, `count` at most, and send their results. */
void run(u64 count);

#endif
