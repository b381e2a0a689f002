/* SPDX-License-Identifier: MIT */
#include "processes.h"

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/signal.h>

#include "arch.h"
#include "file_operations.h"
#include "portable.h"
#include "wire.h"

void
stop_self(void)
{
    flush();
    CALL2(__NR_kill, CALL0(__NR_getpid), SIGSTOP);
}

s64
hold(long pid)
{
    int status = 0;

    if (pid < 0)
        return generic_result(pid);
    wait_for(pid, &status, 2 /* WUNTRACED */);
    if ((status & 0xff) != 0x7f) /* WIFSTOPPED */
        return status;
    state.held = pid;
    return 0;
}

s64
spawn(char *path)
{
    char *argv[] = {path, 0}, *envp[] = {0};
    long pid;

    flush();
    pid = portable_fork();
    if (pid == 0) {
        CALL3(__NR_execve, path, argv, envp);
        leave(EXIT_NOT_EXECUTED);
    }
    return hold(pid);
}

int
kill_and_wait(long pid)
{
    int status = 0;

    CALL2(__NR_kill, pid, SIGKILL);
    wait_for(pid, &status, 0);
    return status;
}

s64
reap(void)
{
    long pid = state.held;

    state.held = 0;
    return pid ? kill_and_wait(pid) : -ESRCH;
}

/* In the child of execute(): output to the pipe, no input, no descriptor of the agent. */
static __attribute__((noreturn)) void
execute_child(char **argv)
{
    char *envp[] = {"HOME=/t", "PATH=/usr/bin:/bin", 0};
    int fd;

    move_fd(CALL4(__NR_openat, AT_FDCWD, "/dev/null", O_RDONLY, 0), 0);
    CALL3(__NR_dup3, FD_SAYS_OUT, 1, 0);
    CALL3(__NR_dup3, FD_SAYS_OUT, 2, 0);
    for (fd = FD_IN; fd < FD_END; fd++)
        CALL1(__NR_close, fd);
    CALL3(__NR_execve, argv[0], argv, envp);
    leave(EXIT_NOT_EXECUTED);
}

s64
execute(unsigned index, const struct op *op)
{
    char *argv[ARGS_MAX + 1];
    int ends[2], status = 0;
    unsigned i;
    long pid, got;

    for (i = 0; i < op->nargs; i++)
        argv[i] = (char *)op->blobs[i];
    argv[i] = 0;
    if (!argv[0])
        malformed(state.cursor);
    flush();
    CALL2(__NR_pipe2, ends, 0);
    move_fd(ends[0], FD_SAYS_IN);
    move_fd(ends[1], FD_SAYS_OUT);
    pid = portable_fork();
    if (pid == 0)
        execute_child(argv);
    CALL1(__NR_close, FD_SAYS_OUT);
    while ((got = read_some(FD_SAYS_IN, state.io, sizeof(state.io))) > 0)
        put_data(index, state.io, got);
    CALL1(__NR_close, FD_SAYS_IN);
    if (pid < 0)
        return generic_result(pid);
    wait_for(pid, &status, 0);
    return status;
}

/* Return /proc/PID/name of the held process, in a buffer that the next call overwrites. */
static const char *
held_path(const char *name)
{
    static const char proc[] = "/proc/";
    char *path = state.held_path;
    char digits[24];
    unsigned n = 0, used = 0;
    long pid = state.held;

    while (proc[used]) {
        path[used] = proc[used];
        used++;
    }
    do
        digits[n++] = '0' + pid % 10;
    while (pid /= 10);
    while (n)
        path[used++] = digits[--n];
    path[used++] = '/';
    while (*name && used < sizeof(state.held_path) - 1)
        path[used++] = *name++;
    path[used] = 0;
    return path;
}

s64
read_held(unsigned index, const char *name, u64 chunk)
{
    return state.held ? read_file(index, held_path(name), chunk) : -ESRCH;
}

s64
write_held(const char *name, const void *data, u64 length)
{
    long fd, got;

    if (!state.held)
        return -ESRCH;
    fd = CALL4(__NR_openat, AT_FDCWD, held_path(name), O_WRONLY, 0);
    if (fd < 0)
        return generic_result(fd);
    got = CALL3(__NR_write, fd, data, length);
    CALL1(__NR_close, fd);
    return generic_result(got);
}
