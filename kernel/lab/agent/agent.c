/* SPDX-License-Identifier: MIT */
/*
 * The laboratory's agent inside a kernel. It reads programs (lists of operations) and runs each in
 * a fresh child. It returns each operation's result, and the bytes of the /proc files that the
 * program read. PROTOCOL.md describes both directions; kernel/lab/protocol.py is the other end.
 *
 * It has no C library, because a library would add mappings, a heap and a size of its own to each
 * capture. On every machine its address space is layout.ld and the kernel's own mappings.
 *
 * As process 1 it is a guest's init and uses a virtio-serial port. Otherwise it uses standard input
 * and output, so that the same programs run on the host's own kernel.
 */
#include <asm/unistd.h>
#include <linux/errno.h>

#include "arch.h"
#include "portable.h"
#include "processes.h"
#include "run.h"
#include "setup.h"
#include "state.h"
#include "wire.h"

enum { VERSION = 1 }; /* of the protocol */

extern u8 agent_code[], agent_data[], agent_end[]; /* layout.ld */

/*
 * Touch every page, so that a child's use of memory does not depend on the compiler. Afterwards
 * every page of code is present. Every page of data and of the used stack is the process's own.
 */
static void
touch_all_pages(void)
{
    const unsigned long page = state.page_size;
    volatile u8 *p;

    for (p = agent_code; p < agent_code + 0x10000; p += page)
        (void)*p;
    for (p = agent_data; p < agent_end; p += page)
        *p = *p;
    for (p = (u8 *)((state.stack_start - 0x3000) & -page);
         p < (u8 *)((state.stack_start & -page) + page); p += page)
        *p = *p;
    p = (u8 *)state.exec_name;
    *p = *p;
}

#if defined(NOMMU)
/*
 * Without an MMU no process has a copy of another's memory, so there is no fork(). Programs run in
 * the agent itself, which sends their records in chunks with a length. A zero length ends them.
 */
static void
run_program(unsigned long length)
{
    u8 tail[8] = {0};

    touch_all_pages();
    state.next_index = 0;
    state.cursor = state.program;
    state.program_end = state.program + length;
    run(~0ull);
    flush();
    write_all(FD_OUT, tail, 8);
}
#else
static __attribute__((noreturn)) void
run_program_in_child(unsigned long length)
{
    CALL1(__NR_close, FD_IN);
    CALL1(__NR_close, FD_OUT);
    CALL1(__NR_close, FD_RESULTS_IN);
    touch_all_pages();
    state.cursor = state.program;
    state.program_end = state.program + length;
    run(~0ull);
    if (state.held)
        reap();
    if (state.helper)
        kill_and_wait(state.helper);
    flush();
    leave(0);
}

static void
run_program(unsigned long length)
{
    int ends[2], status = 0;
    u8 head[8];
    long pid, got;

    CALL2(__NR_pipe2, ends, 0);
    CALL3(__NR_dup3, ends[0], FD_RESULTS_IN, 0);
    CALL3(__NR_dup3, ends[1], FD_RESULTS_OUT, 0);
    CALL1(__NR_close, ends[0]);
    CALL1(__NR_close, ends[1]);
    pid = portable_fork();
    if (pid == 0)
        run_program_in_child(length);
    CALL1(__NR_close, FD_RESULTS_OUT);
    /* Pass on the child's records in chunks with a length. A zero length ends them. */
    while ((got = read_some(FD_RESULTS_IN, state.io, sizeof(state.io))) > 0) {
        store_little(head, (u64)got, 4);
        write_all(FD_OUT, head, 4);
        write_all(FD_OUT, state.io, got);
    }
    CALL1(__NR_close, FD_RESULTS_IN);
    if (pid > 0)
        wait_for(pid, &status, 0);
    store_little(head, 0, 4);
    store_little(head + 4, pid < 0 ? (u64)pid : (u64)status, 4);
    write_all(FD_OUT, head, 8);
    /* Process 1 inherits the orphans of a program. */
    while (CALL4(__NR_wait4, -1, &status, 1 /* WNOHANG */, 0) > 0)
        ;
}
#endif

/* Read page size and AT_EXECFN from the auxiliary vector, which follows the environment. */
static void
read_initial_stack(unsigned long *sp)
{
    unsigned long *aux = sp + 1 + sp[0] + 1;

    state.stack_start = (unsigned long)sp;
    while (*aux++)
        ;
    for (; aux[0]; aux += 2) {
        if (aux[0] == 6) /* AT_PAGESZ */
            state.page_size = aux[1];
        if (aux[0] == 31) /* AT_EXECFN: at the very top of the stack */
            state.exec_name = aux[1];
    }
}

static void
set_up_descriptors(void)
{
    int ends[2];
    long fd;

    for (fd = 0; fd < 3; fd++) /* a program's first descriptor is 0 */
        CALL1(__NR_close, fd);
    CALL2(__NR_pipe2, ends, 0);
    move_fd(ends[0], FD_FILL_IN);
    move_fd(ends[1], FD_FILL_OUT);
}

static void
greet(void)
{
    u8 hello[16] = "procmaps";

    hello[8] = VERSION;
    hello[9] = sizeof(long);
    hello[10] = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
    store_little(hello + 12, state.page_size, 4);
    write_all(FD_OUT, hello, sizeof(hello));
}

static void
serve(void)
{
    u8 head[4];
    unsigned long length;

    while (!read_all(FD_IN, head, sizeof(head))) {
        length = head[0] | head[1] << 8 | head[2] << 16 | (unsigned long)head[3] << 24;
        if (!length || length > PROGRAM_MAX || read_all(FD_IN, state.program, length))
            break;
        run_program(length);
    }
}

void
start_c(unsigned long *sp)
{
    int guest = CALL0(__NR_getpid) == 1;

    read_initial_stack(sp);
    if (guest) {
        set_up_guest(sp[0] > 1);
    }
    else {
        if (sp[0] > 1)
            isolate_on_host();
        CALL3(__NR_dup3, 0, FD_IN, 0);
        CALL3(__NR_dup3, 1, FD_OUT, 0);
    }
    set_up_descriptors();
    touch_all_pages();
    greet();
    serve();
    if (guest)
        CALL3(__NR_reboot, 0xfee1dead, 672274793, 0x01234567 /* LINUX_REBOOT_CMD_RESTART */);
    leave(0);
}
