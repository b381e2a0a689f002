/* SPDX-License-Identifier: MIT */
/*
 * Program entry and system calls. arch.c implements both for each machine.
 */
#ifndef PROCMAPS_AGENT_ARCH_H
#define PROCMAPS_AGENT_ARCH_H

/*
 * Call the kernel with six arguments. The kernel ignores those that a call does not take.
 * Return its result: a negative errno on failure, on every machine.
 */
long syscall6(long number, long a, long b, long c, long d, long e, long f);

/* The entry point calls this with the initial stack pointer. Each program defines it. */
void start_c(unsigned long *sp);

#define CALL(number, a, b, c, d, e, f)                                                             \
    syscall6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define CALL0(number) CALL(number, 0, 0, 0, 0, 0, 0)
#define CALL1(number, a) CALL(number, a, 0, 0, 0, 0, 0)
#define CALL2(number, a, b) CALL(number, a, b, 0, 0, 0, 0)
#define CALL3(number, a, b, c) CALL(number, a, b, c, 0, 0, 0)
#define CALL4(number, a, b, c, d) CALL(number, a, b, c, d, 0, 0)
#define CALL5(number, a, b, c, d, e) CALL(number, a, b, c, d, e, 0)

#endif
