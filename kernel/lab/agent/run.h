/* SPDX-License-Identifier: MIT */
/*
 * The operations by number, and the order in which they run.
 */
#ifndef PROCMAPS_AGENT_RUN_H
#define PROCMAPS_AGENT_RUN_H

#include <linux/fcntl.h>

#include "operations.h"
#include "processes.h"
#include "program.h"

/* The single system calls: an operation's code is its place here, counted from 1. */
static const long calls[] = {
	__NR_munmap, __NR_mprotect, __NR_mremap, __NR_madvise, __NR_brk, __NR_prctl, __NR_mlock2,
	__NR_munlock, __NR_memfd_create, __NR_close, __NR_unlinkat, __NR_mkdirat, __NR_linkat,
	__NR_symlinkat, __NR_mount, __NR_umount2, __NR_shmget, __NR_shmat, __NR_shmdt, __NR_shmctl,
	__NR_pkey_alloc, __NR_pkey_mprotect, __NR_msync, __NR_remap_file_pages, __NR_mbind,
	__NR_set_mempolicy, __NR_chdir, __NR_mknodat, __NR_write, __NR_personality, __NR_unshare,
	__NR_mlockall, __NR_munlockall,
	/* newer than the oldest headers, and numbered alike on every machine but for MIPS's base */
#if defined(__mips__)
#define SINCE_424 4000
#else
#define SINCE_424 0
#endif
	SINCE_424 + 447 /* memfd_secret */, SINCE_424 + 462 /* mseal */,
	SINCE_424 + 453 /* map_shadow_stack */,
};

enum {
	OP_MMAP = 100, OP_OPEN, OP_FTRUNCATE, OP_READ_FILE, OP_STATX, OP_FILL, OP_PEEK, OP_QUERY,
	OP_UFFD_OPEN, OP_UFFD_REGISTER, OP_IO_SETUP, OP_IO_URING_SETUP, OP_CLOCK, OP_FORK_BENCH,
	OP_SYSCALL,
	OP_FORK = 120, OP_HOLD, OP_SPAWN, OP_READ_HELD, OP_REAP, OP_REPEAT, OP_WRITE_HELD,
	OP_RUN, OP_BACKGROUND,
};

static void run(u64 count);

/* Step over operations that another process runs. */
static void skip(u64 count)
{
	struct op op;

	while (count--)
		get_op(&op);
}

static s64 run_forked(u64 count, int stop)
{
	int status = 0;
	long pid;

	flush();
	pid = do_fork();
	if (pid == 0) {
		run(count);
		if (stop)
			stop_self();
		flush();
		leave(0);
	}
	skip(count);
	if (stop)
		return hold(pid);
	if (pid < 0)
		return generic_result(pid);
	wait_for(pid, &status, 0);
	return status;
}

/* The next operations in a process that runs beside this one, until the program ends. */
static s64 run_beside(u64 count)
{
	long pid;

	if (helper)
		return -EBUSY;
	flush();
	pid = do_fork();
	if (pid == 0) {
		silent = 1;
		run(count);
		leave(0);
	}
	skip(count);
	if (pid > 0)
		helper = pid;
	return pid < 0 ? generic_result(pid) : 0;
}

static s64 run_one(unsigned index, const struct op *op)
{
	const u64 *a = op->args;
	char *text = (char *)(unsigned long)a[0];

	if (op->code >= 1 && op->code <= COUNT(calls))
		return generic_result(
			CALL(calls[op->code - 1], a[0], a[1], a[2], a[3], a[4], a[5]));
	switch (op->code) {
	case OP_MMAP: return generic_result(do_mmap(a));
	case OP_OPEN:
		return generic_result(CALL4(__NR_openat, AT_FDCWD, text, native_open_flags(a[1]),
					    a[2]));
	case OP_FTRUNCATE: return generic_result(do_ftruncate(a[0], a[1]));
	case OP_READ_FILE: return read_file(index, text, a[1]);
	case OP_STATX: return do_statx(index, a[0], (char *)(unsigned long)a[1]);
	case OP_FILL: return fill(a[0], a[1], a[2]);
	case OP_PEEK: return peek(index, a[0], a[1]);
	case OP_QUERY: return query(index, a);
	case OP_UFFD_OPEN: return uffd_open(a[0]);
	case OP_UFFD_REGISTER: return uffd_register(a);
	case OP_IO_SETUP: return do_io_setup(a[0]);
	case OP_IO_URING_SETUP: return do_io_uring_setup(a[0]);
	case OP_CLOCK: return clock(index);
	case OP_FORK_BENCH: return fork_bench(index, a[0]);
	case OP_SYSCALL:
		return generic_result(CALL(a[0], a[1], a[2], a[3], a[4], a[5], a[6]));
	case OP_FORK: return run_forked(a[0], 0);
	case OP_HOLD: return run_forked(a[0], 1);
	case OP_SPAWN: return spawn(text);
	case OP_READ_HELD: return read_held(index, text, a[1]);
	case OP_REAP: return reap();
	case OP_WRITE_HELD:
		return write_held(text, (void *)(unsigned long)a[1], a[2]);
	case OP_RUN: return execute(index, op);
	case OP_BACKGROUND: return run_beside(a[0]);
	default: malformed(at);
	}
}

/*
 * The body again and again, in silence, until a call fails: that call's result is sent. Returns
 * how often the whole body ran. A REPEAT inside a REPEAT is refused: there is one counter.
 */
static s64 repeat(u64 times, u64 body)
{
	u8 *start = at;
	unsigned start_index = index_next;
	s64 done = 0;
	struct op op;
	u64 i;

	for (counter = 0; counter < times; counter++) {
		at = start;
		index_next = start_index;
		for (i = 0; i < body; i++) {
			unsigned index = index_next;
			s64 value;

			get_op(&op);
			if (op.code >= OP_FORK)
				malformed(at);
			value = run_one(index, &op);
			if (index < OPS_MAX)
				results[index] = value;
			if (value < 0) {
				put_result(index, value);
				goto out;
			}
		}
		done++;
	}
out:
	at = start;
	index_next = start_index;
	counter = 0;
	skip(body);
	return done;
}

static void run(u64 count)
{
	struct op op;

	while (count-- && at < program_end) {
		unsigned index = index_next;
		s64 value;

		get_op(&op);
		if (op.code == OP_REPEAT)
			value = repeat(op.args[0], op.args[1]);
		else
			value = run_one(index, &op);
		if (index < OPS_MAX)
			results[index] = value;
		put_result(index, value);
	}
}

#endif
