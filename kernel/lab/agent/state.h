/* SPDX-License-Identifier: MIT */
/*
 * The agent's types, limits, descriptors, exit statuses and variables.
 */
#ifndef PROCMAPS_AGENT_STATE_H
#define PROCMAPS_AGENT_STATE_H

#include <linux/stat.h>
#include <linux/types.h>

typedef unsigned char u8;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

enum {
    PROGRAM_MAX = 0x18000, /* bytes of one program */
    OPS_MAX = 4096,        /* operations of one program whose results can be referred to */
    IO_MAX = 0x8000,       /* bytes of one read() of a /proc file */
    ARGS_MAX = 8,          /* arguments of one operation */
};

/* The agent's own descriptors are far above those that programs open. */
enum {
    FD_IN = 900,    /* programs, from the host */
    FD_OUT,         /* records, to the host */
    FD_RESULTS_IN,  /* records, from the process that runs a program */
    FD_RESULTS_OUT, /* the other end */
    FD_FILL_IN,     /* the pipe of fill and peek */
    FD_FILL_OUT,
    FD_SAYS_IN, /* the output of a program that RUN started */
    FD_SAYS_OUT,
    FD_END,
};

/* Exit statuses of the agent and of its children. PROTOCOL.md and kernel/lab/native.py use them. */
enum {
    EXIT_NO_MOUNT = 95,    /* --isolated needs CAP_SYS_ADMIN */
    EXIT_NO_DESCRIPTOR,    /* a pipe or device could not be opened */
    EXIT_NOT_EXECUTED,     /* execve() failed */
    EXIT_MALFORMED,        /* the program is not a valid program */
    EXIT_NO_LISTENER = 99, /* the other end is closed */
};

/*
 * All variables of the agent, in one object with the same layout on every machine.
 *
 * A page that a process writes after a fork becomes its own, and smaps counts such pages. Another
 * order or size of these variables would therefore change the captures. No other object may be
 * writable: layout.ld puts this one at the start of the data segment.
 */
struct state {
    char held_path[64];
    u8 build_id[64];
    u8 query_name[8192];
    struct statx statx;
    union {
        struct {
            u64 counter;         /* of the innermost REPEAT */
            u8 *cursor;          /* the next byte of the program */
            u8 *program_end;     /* its end, exclusive */
            unsigned next_index; /* index of the operation at cursor */
            unsigned out_used;   /* bytes in out */
            int silent;          /* 1: discard records (the process of BACKGROUND) */
            long held;           /* PID of the process that HOLD or SPAWN left stopped, or 0 */
            long helper;         /* PID of the process that BACKGROUND left running, or 0 */
            unsigned long page_size;
            unsigned long stack_start; /* the initial stack pointer */
            unsigned long exec_name;   /* AT_EXECFN: an address at the top of the stack */
        };
        u8 reserved[0x60];
    };
    u8 out[4096];
    u8 io[IO_MAX];
    s64 results[OPS_MAX];
    u8 program[PROGRAM_MAX];
};

extern struct state state;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
