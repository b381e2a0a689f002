/* SPDX-License-Identifier: MIT */
/*
 * The laboratory's hand inside a kernel: reads programs (lists of operations), runs each in a
 * freshly forked child, and sends back what every operation returned and the bytes of the /proc
 * files that were asked for. PROTOCOL.md describes both directions; kernel/lab/protocol.py is the
 * other end.
 *
 * It has no C library. A library would bring mappings, a heap and a size of its own into each
 * capture; this program's address space is layout.ld and what the kernel adds, on every machine.
 *
 * As process 1 it is a guest's init and talks over a virtio-serial port. Otherwise it talks over
 * standard input and output, so that the same programs run on the host's own kernel.
 */
#include "base.h"
#include "processes.h"
#include "program.h"
#include "run.h"
#include "setup.h"
#include "wire.h"

#define VERSION 1

extern u8 agent_code[], agent_data[], agent_end[];

/*
 * Make what a child holds in memory the same whatever the compiler put where: every page of code
 * present, every page of data and the used part of the stack its own copy.
 */
static void settle(void)
{
	volatile u8 *p;
	u8 sum = 0;

	for (p = agent_code; p < agent_code + 0x10000; p += page_size)
		sum += *p;
	for (p = agent_data; p < agent_end; p += page_size)
		*p = *p;
	for (p = (u8 *)((stack_start - 0x3000) & -page_size);
	     p < (u8 *)((stack_start & -page_size) + page_size); p += page_size)
		*p = *p;
	p = (u8 *)exec_name;
	*p = *p;
	(void)sum;
}

static void run_program(unsigned long length)
{
	int ends[2], status = 0;
	u8 head[8];
	long pid, got;

	CALL2(__NR_pipe2, ends, 0);
	CALL3(__NR_dup3, ends[0], FD_RESULTS_IN, 0);
	CALL3(__NR_dup3, ends[1], FD_RESULTS_OUT, 0);
	CALL1(__NR_close, ends[0]);
	CALL1(__NR_close, ends[1]);
	pid = do_fork();
	if (pid == 0) {
		CALL1(__NR_close, FD_IN);
		CALL1(__NR_close, FD_OUT);
		CALL1(__NR_close, FD_RESULTS_IN);
		settle();
		at = program;
		program_end = program + length;
		run(~0ull);
		if (held)
			reap();
		if (helper)
			kill_off(helper);
		flush();
		leave(0);
	}
	CALL1(__NR_close, FD_RESULTS_OUT);
	/* Pass on what the child says in chunks of a stated length; a zero length ends it. */
	while ((got = read_some(FD_RESULTS_IN, io, sizeof(io))) > 0) {
		put_little(head, (u64)got, 4);
		write_all(FD_OUT, head, 4);
		write_all(FD_OUT, io, got);
	}
	CALL1(__NR_close, FD_RESULTS_IN);
	if (pid > 0)
		wait_for(pid, &status, 0);
	put_little(head, 0, 4);
	put_little(head + 4, pid < 0 ? (u64)pid : (u64)status, 4);
	write_all(FD_OUT, head, 8);
	/* A program may have left orphans: process 1 inherits them. */
	while (CALL4(__NR_wait4, -1, &status, 1 /* WNOHANG */, 0) > 0)
		;
}

void start_c(unsigned long *sp)
{
	unsigned long *aux = sp + 1 + sp[0] + 1;
	int guest = CALL0(__NR_getpid) == 1;
	u8 hello[16] = "procmaps";
	int ends[2];
	long fd;

	stack_start = (unsigned long)sp;
	while (*aux++)
		;
	for (; aux[0]; aux += 2) {
		if (aux[0] == 6) /* AT_PAGESZ */
			page_size = aux[1];
		if (aux[0] == 31) /* AT_EXECFN: at the very top of the stack */
			exec_name = aux[1];
	}
	if (guest) {
		set_up_guest();
	} else {
		if (sp[0] > 1)
			set_up_host();
		CALL3(__NR_dup3, 0, FD_IN, 0);
		CALL3(__NR_dup3, 1, FD_OUT, 0);
	}
	for (fd = 0; fd < 3; fd++) /* a program's first descriptor is 0 */
		CALL1(__NR_close, fd);
	CALL2(__NR_pipe2, ends, 0);
	move_fd(ends[0], FD_FILL_IN);
	move_fd(ends[1], FD_FILL_OUT);
	settle();
	hello[8] = VERSION;
	hello[9] = sizeof(long);
	hello[10] = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	put_little(hello + 12, page_size, 4);
	write_all(FD_OUT, hello, sizeof(hello));
	for (;;) {
		u8 head[4];
		unsigned long length;

		if (read_all(FD_IN, head, sizeof(head)))
			break;
		length = head[0] | head[1] << 8 | head[2] << 16 | (unsigned long)head[3] << 24;
		if (!length || length > PROGRAM_MAX || read_all(FD_IN, program, length))
			break;
		run_program(length);
	}
	if (guest)
		CALL3(__NR_reboot, 0xfee1dead, 672274793, 0x01234567 /* LINUX_REBOOT_CMD_RESTART */);
	leave(0);
}
