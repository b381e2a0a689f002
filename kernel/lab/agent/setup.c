/* SPDX-License-Identifier: MIT */
#include "setup.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "arch.h"
#include "memory.h"
#include "state.h"
#include "wire.h"

/* Return where the line of `p` continues after `text`, or NULL if it does not start with it. */
static const u8 *
after(const u8 *p, const char *text)
{
    while (*text)
        if (*p++ != (u8)*text++)
            return 0;
    return p;
}

/* Return the major number in a line such as "245 virtio-portsdev", or 0 in any other line. */
static unsigned
port_major_of_line(const u8 *p)
{
    unsigned number = 0;

    while (*p == ' ')
        p++;
    for (; *p >= '0' && *p <= '9'; p++)
        number = number * 10 + (*p - '0');
    return after(p, " virtio-portsdev\n") ? number : 0;
}

/* Return the virtio ports' major number from /proc/devices, or 0 while there is none. */
static unsigned
port_major(void)
{
    long fd = CALL4(__NR_openat, AT_FDCWD, "/proc/devices", O_RDONLY, 0);
    long got = read_some(fd, state.io, sizeof(state.io) - 1);
    unsigned major = 0;
    const u8 *p = state.io;

    CALL1(__NR_close, fd);
    if (got <= 0)
        return 0;
    state.io[got] = 0;
    while (*p && !major) {
        major = port_major_of_line(p);
        while (*p && *p++ != '\n')
            ;
    }
    return major;
}

/* A file system to work in, and three devices. */
static void
set_up_files(void)
{
    CALL3(__NR_mkdirat, AT_FDCWD, "/t", 0755);
    CALL5(__NR_mount, "t", "/t", "tmpfs", 0, 0);
    CALL3(__NR_mkdirat, AT_FDCWD, "/dev", 0755);
    CALL4(__NR_mknodat, AT_FDCWD, "/dev/zero", S_IFCHR | 0600, 1 << 8 | 5);
    CALL4(__NR_mknodat, AT_FDCWD, "/dev/mem", S_IFCHR | 0600, 1 << 8 | 1);
    CALL4(__NR_mknodat, AT_FDCWD, "/dev/null", S_IFCHR | 0666, 1 << 8 | 3);
}

/* Return a descriptor of the port, or a negative errno. */
static long
open_port(void)
{
    unsigned major = port_major();
    long port;

    if (!major)
        return -1;
    /* Port 0 is reserved for a console. The first serial port is 1. */
    CALL4(__NR_mknodat, AT_FDCWD, "/dev/port", S_IFCHR | 0600, major << 8 | 1);
    port = CALL4(__NR_openat, AT_FDCWD, "/dev/port", O_RDWR, 0);
    if (port < 0)
        CALL3(__NR_unlinkat, AT_FDCWD, "/dev/port", 0);
    return port;
}

/* Return a descriptor of the second serial line, or a negative errno. It passes all bytes. */
static long
open_serial_line(void)
{
    struct termios raw;
    long line;

    CALL4(__NR_mknodat, AT_FDCWD, "/dev/serial", S_IFCHR | 0600, 4 << 8 | 65);
    line = CALL4(__NR_openat, AT_FDCWD, "/dev/serial", O_RDWR | O_NOCTTY, 0);
    memset(&raw, 0, sizeof(raw));
    raw.c_cflag = B38400 | CS8 | CREAD | CLOCAL;
    raw.c_cc[VMIN] = 1;
    CALL3(__NR_ioctl, line, TCSETS, &raw);
    return line;
}

void
set_up_guest(int serial)
{
    long millisecond[2] = {0, 1000000};
    long port;

    CALL3(__NR_mkdirat, AT_FDCWD, "/proc", 0755);
    CALL5(__NR_mount, "proc", "/proc", "proc", 0, 0);
    set_up_files();
    /* The port appears some time after the boot. */
    while ((port = serial ? open_serial_line() : open_port()) < 0)
        CALL2(__NR_nanosleep, millisecond, 0);
    CALL3(__NR_dup3, port, FD_IN, 0);
    move_fd(port, FD_OUT);
}

void
isolate_on_host(void)
{
    if (CALL1(__NR_unshare, 0x20000 /* CLONE_NEWNS */)
        || CALL5(__NR_mount, "none", "/", 0, 0x44000 /* MS_REC | MS_PRIVATE */, 0)
        || CALL5(__NR_mount, "t", "/tmp", "tmpfs", 0, 0)
        || CALL3(__NR_mkdirat, AT_FDCWD, "/tmp/proc", 0755)
        || CALL5(__NR_mount, "/proc", "/tmp/proc", 0, 0x5000 /* MS_REC | MS_BIND */, 0)
        || CALL1(__NR_chroot, "/tmp") || CALL1(__NR_chdir, "/"))
        leave(EXIT_NO_MOUNT);
    set_up_files();
}
