/* SPDX-License-Identifier: MIT */
/*
 * Operations that make processes, stop them, look at them and end them; and how long a fork takes.
 */
#ifndef PROCMAPS_AGENT_PROCESSES_H
#define PROCMAPS_AGENT_PROCESSES_H

#include <linux/fcntl.h>
#include <linux/signal.h>

#include "operations.h"
#include "program.h"

static u64 read_clock(int which)
{
	long time[2];

	CALL2(__NR_clock_gettime, which, time);
	return (u64)time[0] * 1000000000u + (u64)time[1];
}

static u64 now(void)
{
	return read_clock(1 /* CLOCK_MONOTONIC */);
}

/*
 * Wait for the next timer tick: what is measured from there on has the same ticks in it each time.
 * The coarse clock only moves with the tick.
 */
static void wait_for_tick(void)
{
	u64 before = read_clock(6 /* CLOCK_MONOTONIC_COARSE */);

	while (read_clock(6) == before)
		;
}

static s64 clock(unsigned index)
{
	u8 wire[8];

	put_little(wire, now(), 8);
	put_data(index, wire, 8);
	return 0;
}

/* How long fork takes, and fork with the child's exit and the wait for it, `times` times. */
static s64 fork_bench(unsigned index, u64 times)
{
	u8 wire[16];

	flush();
	while (times--) {
		u64 before, between;
		int status;
		long pid;

		wait_for_tick();
		before = now();
		pid = do_fork();
		if (pid == 0)
			leave(0);
		between = now();
		if (pid < 0)
			return generic_result(pid);
		wait_for(pid, &status, 0);
		put_little(wire, between - before, 8);
		put_little(wire + 8, now() - before, 8);
		put_data(index, wire, sizeof(wire));
	}
	return 0;
}

static void stop_self(void)
{
	flush();
	CALL2(__NR_kill, CALL0(__NR_getpid), SIGSTOP);
}

/* Wait until the new process stops; it is then the held one. */
static s64 hold(long pid)
{
	int status = 0;

	if (pid < 0)
		return generic_result(pid);
	wait_for(pid, &status, 2 /* WUNTRACED */);
	if ((status & 0xff) != 0x7f)
		return status;
	held = pid;
	return 0;
}

static s64 spawn(char *path)
{
	char *argv[] = { path, 0 }, *envp[] = { 0 };
	long pid;

	flush();
	pid = do_fork();
	if (pid == 0) {
		CALL3(__NR_execve, path, argv, envp);
		leave(97);
	}
	return hold(pid);
}

static int kill_off(long pid)
{
	int status = 0;

	CALL2(__NR_kill, pid, SIGKILL);
	wait_for(pid, &status, 0);
	return status;
}

static s64 reap(void)
{
	long pid = held;

	held = 0;
	return pid ? kill_off(pid) : -ESRCH;
}

/* A program with its arguments, to its end; all that it says becomes the operation's data. */
static s64 execute(unsigned index, const struct op *op)
{
	char *argv[ARGS_MAX + 1], *envp[] = { "HOME=/t", "PATH=/usr/bin:/bin", 0 };
	int ends[2], fd, status = 0;
	unsigned i;
	long pid, got;

	for (i = 0; i < op->nargs; i++)
		argv[i] = (char *)op->blobs[i];
	argv[i] = 0;
	if (!argv[0])
		malformed(at);
	flush();
	CALL2(__NR_pipe2, ends, 0);
	move_fd(ends[0], FD_SAYS_IN);
	move_fd(ends[1], FD_SAYS_OUT);
	pid = do_fork();
	if (pid == 0) {
		move_fd(CALL4(__NR_openat, AT_FDCWD, "/dev/null", O_RDONLY, 0), 0);
		CALL3(__NR_dup3, FD_SAYS_OUT, 1, 0);
		CALL3(__NR_dup3, FD_SAYS_OUT, 2, 0);
		for (fd = FD_IN; fd < FD_END; fd++)
			CALL1(__NR_close, fd);
		CALL3(__NR_execve, argv[0], argv, envp);
		leave(97);
	}
	CALL1(__NR_close, FD_SAYS_OUT);
	while ((got = read_some(FD_SAYS_IN, io, sizeof(io))) > 0)
		put_data(index, io, got);
	CALL1(__NR_close, FD_SAYS_IN);
	if (pid < 0)
		return generic_result(pid);
	wait_for(pid, &status, 0);
	return status;
}

/* The path of a file of the held process; returns a buffer that the next call overwrites. */
static const char *held_path(const char *name)
{
	static char path[64] = "/proc/";
	char digits[24];
	unsigned n = 0, used = 6;
	long pid = held;

	do
		digits[n++] = '0' + pid % 10;
	while (pid /= 10);
	while (n)
		path[used++] = digits[--n];
	path[used++] = '/';
	while (*name && used < sizeof(path) - 1)
		path[used++] = *name++;
	path[used] = 0;
	return path;
}

static s64 read_held(unsigned index, const char *name, u64 chunk)
{
	return held ? read_file(index, held_path(name), chunk) : -ESRCH;
}

static s64 write_held(const char *name, const void *data, u64 length)
{
	long fd, got;

	if (!held)
		return -ESRCH;
	fd = CALL4(__NR_openat, AT_FDCWD, held_path(name), O_WRONLY, 0);
	if (fd < 0)
		return generic_result(fd);
	got = CALL3(__NR_write, fd, data, length);
	CALL1(__NR_close, fd);
	return generic_result(got);
}

#endif
