/* SPDX-License-Identifier: MIT */
/*
 * A program for the laboratory's shell. `label TEXT &` maps a page, gives it the label TEXT and
 * waits, so that `cat /proc/$!/maps` shows it. If the kernel refuses, the exit status is the errno.
 */
#include <asm/unistd.h>
#include <linux/mman.h>
#include <linux/prctl.h>

#include "arch.h"

void
start_c(unsigned long *sp)
{
    const char *text = sp[0] > 1 ? (const char *)sp[2] : "label";
    long address =
        CALL(__NR_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long error = CALL5(__NR_prctl, PR_SET_VMA, PR_SET_VMA_ANON_NAME, address, 4096, text);

    if (error)
        CALL1(__NR_exit_group, -error);
    for (;;)
        CALL0(__NR_pause);
}
