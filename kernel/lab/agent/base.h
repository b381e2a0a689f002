/* SPDX-License-Identifier: MIT */
/*
 * What all parts of the agent stand on: limits, descriptors, types, the call of the kernel.
 */
#ifndef PROCMAPS_AGENT_BASE_H
#define PROCMAPS_AGENT_BASE_H

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/types.h>

#include "arch.h"

#define PROGRAM_MAX 0x18000 /* bytes of one program */
#define OPS_MAX 4096        /* operations of one program whose results can be referred to */
#define IO_MAX 0x8000       /* bytes of one read() of a /proc file */
#define ARGS_MAX 8

/* Descriptors of the agent's own stand far above those that programs open. */
enum {
	FD_IN = 900, FD_OUT, FD_RESULTS_IN, FD_RESULTS_OUT, FD_FILL_IN, FD_FILL_OUT, FD_SAYS_IN,
	FD_SAYS_OUT, FD_END,
};

typedef unsigned char u8;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

/*
 * All that the agent remembers. A page written here becomes the writer's own, and captures of
 * forked processes count such pages: another order, or another size, prints another Pss.
 */
static u8 program[PROGRAM_MAX];
static s64 results[OPS_MAX];
static u8 io[IO_MAX];
static u8 out[4096];
static unsigned out_used;
static unsigned long page_size, stack_start, exec_name;
static long held;   /* the process that HOLD or SPAWN left stopped */
static long helper; /* the process that BACKGROUND left running */
static int silent;  /* records are thrown away: this is that process */
static u8 *at, *program_end;
static unsigned index_next; /* of the operation at `at` */
static u64 counter;         /* of the innermost REPEAT */

/* GCC may call these two of its own accord, even without a C library. */
void *memset(void *to, int byte, unsigned long n)
{
	volatile u8 *p = to;

	while (n--)
		*p++ = (u8)byte;
	return to;
}

void *memcpy(void *to, const void *from, unsigned long n)
{
	volatile u8 *p = to;
	const u8 *q = from;

	while (n--)
		*p++ = *q++;
	return to;
}

#define CALL(nr, a, b, c, d, e, f) \
	call(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define CALL0(nr) CALL(nr, 0, 0, 0, 0, 0, 0)
#define CALL1(nr, a) CALL(nr, a, 0, 0, 0, 0, 0)
#define CALL2(nr, a, b) CALL(nr, a, b, 0, 0, 0, 0)
#define CALL3(nr, a, b, c) CALL(nr, a, b, c, 0, 0, 0)
#define CALL4(nr, a, b, c, d) CALL(nr, a, b, c, d, 0, 0)
#define CALL5(nr, a, b, c, d, e) CALL(nr, a, b, c, d, e, 0)

static __attribute__((noreturn)) void leave(int status)
{
	for (;;)
		CALL1(__NR_exit_group, status);
}

static void move_fd(long from, int to)
{
	if (from < 0)
		leave(96);
	if (from == to)
		return;
	CALL3(__NR_dup3, from, to, 0);
	CALL1(__NR_close, from);
}

#endif
