/* SPDX-License-Identifier: MIT */
/*
 * Operations that are more than one system call, on files and on memory.
 */
#ifndef PROCMAPS_AGENT_OPERATIONS_H
#define PROCMAPS_AGENT_OPERATIONS_H

#include <linux/aio_abi.h>
#include <linux/fcntl.h>
#include <linux/io_uring.h>
#include <linux/stat.h>
#include <linux/userfaultfd.h>

#include "machine.h"
#include "wire.h"

static s64 read_file(unsigned index, const char *path, u64 chunk)
{
	s64 total = 0;
	long fd, got;

	if (!chunk || chunk > IO_MAX)
		chunk = IO_MAX;
	fd = CALL4(__NR_openat, AT_FDCWD, path, O_RDONLY, 0);
	if (fd < 0)
		return generic_result(fd);
	while ((got = read_some(fd, io, chunk)) > 0) {
		put_data(index, io, got);
		total += got;
	}
	CALL1(__NR_close, fd);
	return got < 0 ? generic_result(got) : total;
}

/*
 * Write to memory as a program would, without dying of it: read(2) stores through the same page
 * faults (copying, growing the stack, protection keys) and says EFAULT where a store would be a
 * signal.
 */
static s64 fill(u64 address, u64 length, u64 byte)
{
	u64 done = 0;

	memset(io, (int)byte, 4096);
	while (done < length) {
		unsigned long n = length - done < 4096 ? length - done : 4096;
		long got;

		write_all(FD_FILL_OUT, io, n);
		got = CALL3(__NR_read, FD_FILL_IN, address + done, n);
		if (got < 0) {
			read_all(FD_FILL_IN, io, n); /* leave the pipe empty for the next */
			return generic_result(got);
		}
		if ((unsigned long)got < n)
			read_all(FD_FILL_IN, io, n - got);
		done += got;
	}
	return (s64)done;
}

/* Read memory the same way; the bytes become the operation's data. */
static s64 peek(unsigned index, u64 address, u64 length)
{
	u64 done = 0;

	while (done < length) {
		unsigned long n = length - done < 4096 ? length - done : 4096;
		long put = CALL3(__NR_write, FD_FILL_OUT, address + done, n);

		if (put < 0)
			return generic_result(put);
		read_all(FD_FILL_IN, io, put);
		put_data(index, io, put);
		done += put;
	}
	return (s64)done;
}

static s64 do_statx(unsigned index, u64 fd, const char *path)
{
	static struct statx st;
	u8 wire[36];
	long got;

	/* AT_EMPTY_PATH: the descriptor itself when the path is empty */
	got = CALL5(__NR_statx, fd, path, 0x1000, 0x7ff, &st);
	if (got < 0)
		return generic_result(got);
	put_little(wire, st.stx_dev_major, 4);
	put_little(wire + 4, st.stx_dev_minor, 4);
	put_little(wire + 8, st.stx_ino, 8);
	put_little(wire + 16, st.stx_size, 8);
	put_little(wire + 24, st.stx_mode, 4);
	put_little(wire + 28, st.stx_nlink, 4);
	put_little(wire + 32, st.stx_blksize, 4);
	put_data(index, wire, sizeof(wire));
	return 0;
}

/* PROCMAP_QUERY, fs/proc/task_mmu.c, since 6.11; not in the headers of an older C library. */
struct procmap_query {
	__u64 size, flags, address, vma_start, vma_end, vma_flags, vma_page_size, vma_offset;
	__u64 inode;
	__u32 dev_major, dev_minor, name_size, build_id_size;
	__u64 name_address, build_id_address;
};

static s64 query(unsigned index, const u64 *a)
{
	static u8 name[8192], build_id[64];
	struct procmap_query q;
	u8 wire[80];
	long got;

	memset(&q, 0, sizeof(q));
	q.size = sizeof(q);
	q.address = a[1];
	q.flags = a[2];
	q.name_size = a[3] > sizeof(name) ? sizeof(name) : (u32)a[3];
	q.build_id_size = a[4] > sizeof(build_id) ? sizeof(build_id) : (u32)a[4];
	q.name_address = q.name_size ? (unsigned long)name : 0;
	q.build_id_address = q.build_id_size ? (unsigned long)build_id : 0;
	got = CALL3(__NR_ioctl, a[0], _IOWR('f', 17, struct procmap_query), &q);
	if (got < 0)
		return generic_result(got);
	put_little(wire, q.vma_start, 8);
	put_little(wire + 8, q.vma_end, 8);
	put_little(wire + 16, q.vma_flags, 8);
	put_little(wire + 24, q.vma_page_size, 8);
	put_little(wire + 32, q.vma_offset, 8);
	put_little(wire + 40, q.inode, 8);
	put_little(wire + 48, q.dev_major, 4);
	put_little(wire + 52, q.dev_minor, 4);
	put_little(wire + 56, q.name_size, 4);
	put_little(wire + 60, q.build_id_size, 4);
	put_data(index, wire, 64);
	put_data(index, name, q.name_size);
	put_data(index, build_id, q.build_id_size);
	return 0;
}

static s64 uffd_open(u64 features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	long fd = CALL1(__NR_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */);
	long got;

	if (fd < 0)
		return generic_result(fd);
	got = CALL3(__NR_ioctl, fd, UFFDIO_API, &api);
	return generic_result(got < 0 ? got : fd);
}

static s64 uffd_register(const u64 *a)
{
	struct uffdio_register reg = { .range = { .start = a[1], .len = a[2] }, .mode = a[3] };

	return generic_result(CALL3(__NR_ioctl, a[0], UFFDIO_REGISTER, &reg));
}

static s64 do_io_setup(u64 events)
{
	aio_context_t context = 0;
	long got = CALL2(__NR_io_setup, events, &context);

	return got < 0 ? generic_result(got) : (s64)context;
}

static s64 do_io_uring_setup(u64 entries)
{
	struct io_uring_params params;

	memset(&params, 0, sizeof(params));
	return generic_result(CALL2(__NR_io_uring_setup, entries, &params));
}

#endif
