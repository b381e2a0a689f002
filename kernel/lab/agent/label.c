/* SPDX-License-Identifier: MIT */
/*
 * For the laboratory's shell: `label TEXT &` maps a page, gives it the label and waits, so that
 * `cat /proc/$!/maps` shows it. The exit status is the errno where the kernel refuses.
 */
#include <asm/unistd.h>
#include <linux/mman.h>
#include <linux/prctl.h>

#include "arch.h"

void start_c(unsigned long *sp)
{
	const char *text = sp[0] > 1 ? (const char *)sp[2] : "label";
	long address = call(__NR_mmap, 0, 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long error = call(__NR_prctl, PR_SET_VMA, PR_SET_VMA_ANON_NAME, address, 4096,
			  (long)text, 0);

	if (error)
		call(__NR_exit_group, -error, 0, 0, 0, 0, 0);
	for (;;)
		call(__NR_pause, 0, 0, 0, 0, 0, 0);
}
