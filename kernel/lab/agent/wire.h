/* SPDX-License-Identifier: MIT */
/*
 * Bytes in and out: the conversation's descriptors, and records as PROTOCOL.md has them.
 */
#ifndef PROCMAPS_AGENT_WIRE_H
#define PROCMAPS_AGENT_WIRE_H

#include <linux/errno.h>

#include "base.h"

static long read_some(int fd, void *to, unsigned long n)
{
	long got;

	do
		got = CALL3(__NR_read, fd, to, n);
	while (got == -EINTR);
	return got;
}

static int read_all(int fd, u8 *to, unsigned long n)
{
	while (n) {
		long got = read_some(fd, to, n);

		if (got <= 0)
			return -1;
		to += got;
		n -= got;
	}
	return 0;
}

static void write_all(int fd, const u8 *from, unsigned long n)
{
	while (n) {
		long put = CALL3(__NR_write, fd, from, n);

		if (put == -EINTR || put == -EAGAIN)
			continue;
		if (put <= 0)
			leave(99); /* nobody listens: nothing can be said any more */
		from += put;
		n -= put;
	}
}

static void flush(void)
{
	if (!silent)
		write_all(FD_RESULTS_OUT, out, out_used);
	out_used = 0;
}

static void put_bytes(const void *from, unsigned long n)
{
	if (n > sizeof(out) - out_used)
		flush();
	if (n > sizeof(out)) {
		if (!silent)
			write_all(FD_RESULTS_OUT, from, n);
		return;
	}
	memcpy(out + out_used, from, n);
	out_used += n;
}

static void put_number(u64 value)
{
	u8 bytes[10];
	unsigned n = 0;

	do {
		bytes[n] = (u8)(value & 0x7f) | (value > 0x7f ? 0x80 : 0);
		value >>= 7;
		n++;
	} while (value);
	put_bytes(bytes, n);
}

static void put_result(unsigned index, s64 value)
{
	put_bytes("r", 1);
	put_number(index);
	put_number((u64)value);
}

static void put_data(unsigned index, const void *from, unsigned long n)
{
	put_bytes("d", 1);
	put_number(index);
	put_number(n);
	put_bytes(from, n);
}

static void put_little(u8 *to, u64 value, unsigned n)
{
	for (; n--; value >>= 8)
		*to++ = (u8)value;
}

#endif
