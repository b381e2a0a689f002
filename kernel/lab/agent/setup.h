/* SPDX-License-Identifier: MIT */
/*
 * What programs may count on: the descriptors, /proc, /t and /dev, in a guest and on a host.
 */
#ifndef PROCMAPS_AGENT_SETUP_H
#define PROCMAPS_AGENT_SETUP_H

#include <linux/fcntl.h>
#include <linux/stat.h>

#include "base.h"
#include "operations.h"

/* The virtio ports' major number, as /proc/devices tells it; 0 while there is none. */
static unsigned port_major(void)
{
	static const char name[] = "virtio-portsdev";
	long fd = CALL4(__NR_openat, AT_FDCWD, "/proc/devices", O_RDONLY, 0);
	long got = read_some(fd, io, sizeof(io) - 1);
	unsigned number = 0, i;
	u8 *p = io;

	CALL1(__NR_close, fd);
	if (got <= 0)
		return 0;
	io[got] = 0;
	for (; *p; p++) {
		if (*p == '\n' || *p == ' ')
			number = *p == '\n' ? 0 : number;
		else if (*p >= '0' && *p <= '9')
			number = number * 10 + (*p - '0');
		else {
			for (i = 0; name[i] && p[i] == (u8)name[i]; i++)
				;
			if (!name[i])
				return number;
			while (*p && *p != '\n')
				p++;
			number = 0;
			if (!*p)
				break;
		}
	}
	return 0;
}

/* What scenarios may count on: a file system to work in, three devices. */
static void set_up_files(void)
{
	CALL3(__NR_mkdirat, AT_FDCWD, "/t", 0755);
	CALL5(__NR_mount, "t", "/t", "tmpfs", 0, 0);
	CALL3(__NR_mkdirat, AT_FDCWD, "/dev", 0755);
	CALL4(__NR_mknodat, AT_FDCWD, "/dev/zero", S_IFCHR | 0600, 1 << 8 | 5);
	CALL4(__NR_mknodat, AT_FDCWD, "/dev/mem", S_IFCHR | 0600, 1 << 8 | 1);
	CALL4(__NR_mknodat, AT_FDCWD, "/dev/null", S_IFCHR | 0666, 1 << 8 | 3);
}

static void set_up_guest(void)
{
	long nap[2] = { 0, 1000000 };
	unsigned major;
	long port;

	CALL3(__NR_mkdirat, AT_FDCWD, "/proc", 0755);
	CALL5(__NR_mount, "proc", "/proc", "proc", 0, 0);
	set_up_files();
	/* Port 0 is kept for a console; the first serial port is 1. It appears in its own time. */
	for (;;) {
		major = port_major();
		if (major) {
			CALL4(__NR_mknodat, AT_FDCWD, "/dev/port", S_IFCHR | 0600, major << 8 | 1);
			port = CALL4(__NR_openat, AT_FDCWD, "/dev/port", O_RDWR, 0);
			if (port >= 0)
				break;
			CALL3(__NR_unlinkat, AT_FDCWD, "/dev/port", 0);
		}
		CALL2(__NR_nanosleep, nap, 0);
	}
	CALL3(__NR_dup3, port, FD_IN, 0);
	move_fd(port, FD_OUT);
}

/*
 * On a host, when told to ("--isolated"): a root of our own, an empty tmpfs seen by nobody else,
 * so that scenarios find the same /t and /dev as in a guest. Needs CAP_SYS_ADMIN.
 */
static void set_up_host(void)
{
	if (CALL1(__NR_unshare, 0x20000 /* CLONE_NEWNS */) ||
	    CALL5(__NR_mount, "none", "/", 0, 0x44000 /* MS_REC | MS_PRIVATE */, 0) ||
	    CALL5(__NR_mount, "t", "/tmp", "tmpfs", 0, 0) ||
	    CALL3(__NR_mkdirat, AT_FDCWD, "/tmp/proc", 0755) ||
	    CALL5(__NR_mount, "/proc", "/tmp/proc", 0, 0x5000 /* MS_REC | MS_BIND */, 0) ||
	    CALL1(__NR_chroot, "/tmp") || CALL1(__NR_chdir, "/"))
		leave(95);
	set_up_files();
}

#endif
