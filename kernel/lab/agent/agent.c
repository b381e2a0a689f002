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
#include <asm/unistd.h>
#include <linux/aio_abi.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/io_uring.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/stat.h>
#include <linux/types.h>
#include <linux/userfaultfd.h>

#include "arch.h"

#define VERSION 1
#define PROGRAM_MAX 0x18000 /* bytes of one program */
#define OPS_MAX 4096        /* operations of one program whose results can be referred to */
#define IO_MAX 0x8000       /* bytes of one read() of a /proc file */
#define ARGS_MAX 8

/* Descriptors of the agent's own stand far above those that programs open. */
enum {
	FD_IN = 900, FD_OUT, FD_RESULTS_IN, FD_RESULTS_OUT, FD_FILL_IN, FD_FILL_OUT, FD_SAYS_IN,
	FD_SAYS_OUT, FD_END,
};

typedef unsigned char u8;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

extern u8 agent_code[], agent_data[], agent_end[];

static u8 program[PROGRAM_MAX];
static s64 results[OPS_MAX];
static u8 io[IO_MAX];
static u8 out[4096];
static unsigned out_used;
static unsigned long page_size, stack_start, exec_name;
static long held;   /* the process that HOLD or SPAWN left stopped */
static long helper; /* the process that BACKGROUND left running */
static int silent;  /* records are thrown away: this is that process */

/* GCC may call these two of its own accord, even without a C library. */
void *memset(void *to, int byte, unsigned long n)
{
	volatile u8 *p = to;

	while (n--)
		*p++ = (u8)byte;
	return to;
}

void *memcpy(void *to, const void *from, unsigned long n)
{
	volatile u8 *p = to;
	const u8 *q = from;

	while (n--)
		*p++ = *q++;
	return to;
}

#define CALL(nr, a, b, c, d, e, f) \
	call(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define CALL0(nr) CALL(nr, 0, 0, 0, 0, 0, 0)
#define CALL1(nr, a) CALL(nr, a, 0, 0, 0, 0, 0)
#define CALL2(nr, a, b) CALL(nr, a, b, 0, 0, 0, 0)
#define CALL3(nr, a, b, c) CALL(nr, a, b, c, 0, 0, 0)
#define CALL4(nr, a, b, c, d) CALL(nr, a, b, c, d, 0, 0)
#define CALL5(nr, a, b, c, d, e) CALL(nr, a, b, c, d, e, 0)

static __attribute__((noreturn)) void leave(int status)
{
	for (;;)
		CALL1(__NR_exit_group, status);
}

/* ---- bytes in and out -------------------------------------------------------------------- */

static void move_fd(long from, int to)
{
	if (from < 0)
		leave(96);
	if (from == to)
		return;
	CALL3(__NR_dup3, from, to, 0);
	CALL1(__NR_close, from);
}

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

static __attribute__((noreturn)) void malformed(const u8 *at)
{
	put_bytes("m", 1);
	put_number((u64)(at - program));
	flush();
	leave(98);
}

/* ---- a program --------------------------------------------------------------------------- */

struct op {
	u8 code;
	u8 nargs;
	u64 args[ARGS_MAX];
	u8 *blobs[ARGS_MAX]; /* NULL where the argument is not bytes */
	unsigned long lengths[ARGS_MAX];
};

static u8 *at, *program_end;
static unsigned index_next; /* of the operation at `at` */
static u64 counter;         /* of the innermost REPEAT */

static u64 get_number(void)
{
	u64 value = 0;
	unsigned shift = 0;

	for (;;) {
		u8 byte;

		if (at == program_end || shift > 63)
			malformed(at);
		byte = *at++;
		value |= (u64)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
		shift += 7;
	}
}

/* The counter as eight decimal digits, over the last eight bytes before the final NUL. */
static void write_counter(u8 *blob, unsigned long n)
{
	u32 value = (u32)counter;
	unsigned i;

	if (n < 9)
		malformed(blob);
	for (i = 0; i < 8; i++, value /= 10)
		blob[n - 2 - i] = '0' + value % 10;
}

static void get_op(struct op *op)
{
	unsigned i;

	if (program_end - at < 2)
		malformed(at);
	op->code = *at++;
	op->nargs = *at++;
	if (op->nargs > ARGS_MAX)
		malformed(at);
	for (i = 0; i < ARGS_MAX; i++) {
		op->args[i] = 0;
		op->blobs[i] = 0;
		op->lengths[i] = 0;
	}
	for (i = 0; i < op->nargs; i++) {
		u8 kind = (u8)get_number();
		u64 value = get_number();

		switch (kind) {
		case 0: /* the number itself */
			break;
		case 1: /* bytes: their address is passed */
		case 4: /* the same, with the counter written into them */
			if (value > (u64)(program_end - at))
				malformed(at);
			op->blobs[i] = at;
			op->lengths[i] = value;
			at += value;
			if (kind == 4)
				write_counter(op->blobs[i], value);
			value = (unsigned long)op->blobs[i];
			break;
		case 2: /* what an earlier operation returned */
			if (value >= index_next || value >= OPS_MAX)
				malformed(at);
			value = (u64)results[value];
			break;
		case 3: /* base + step * counter */
			value += get_number() * counter;
			break;
		default:
			malformed(at);
		}
		op->args[i] = value;
	}
	index_next++;
}

/* ---- numbers that differ between machines ------------------------------------------------ */

/*
 * Programs carry the values of asm-generic headers and results carry its errnos, so that one
 * program means the same everywhere. MIPS is the machine that needs this most.
 */
static const struct { u32 generic; u32 native; } map_flags[] = {
	{ 0x01, MAP_SHARED }, { 0x02, MAP_PRIVATE }, { 0x08, 0x08 /* MAP_DROPPABLE */ },
	{ 0x10, MAP_FIXED }, { 0x20, MAP_ANONYMOUS }, { 0x100, MAP_GROWSDOWN },
	{ 0x2000, MAP_LOCKED }, { 0x4000, MAP_NORESERVE }, { 0x8000, MAP_POPULATE },
	{ 0x10000, MAP_NONBLOCK }, { 0x20000, MAP_STACK }, { 0x40000, MAP_HUGETLB },
	{ 0x100000, MAP_FIXED_NOREPLACE },
}, open_flags[] = {
	{ 0x1, O_WRONLY }, { 0x2, O_RDWR }, { 0x40, O_CREAT }, { 0x80, O_EXCL },
	{ 0x200, O_TRUNC }, { 0x400, O_APPEND },
};

static const struct { int generic; int native; } errnos[] = {
	{ 35, EDEADLK }, { 36, ENAMETOOLONG }, { 38, ENOSYS }, { 39, ENOTEMPTY }, { 40, ELOOP },
	{ 75, EOVERFLOW }, { 95, EOPNOTSUPP }, { 110, ETIMEDOUT },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static unsigned long native_map_flags(u64 flags)
{
	/* Bits 26 to 31 give the huge page size, everywhere. */
	unsigned long native = (unsigned long)flags & 0xfc000000;
	unsigned i;

	for (i = 0; i < COUNT(map_flags); i++)
		if (flags & map_flags[i].generic)
			native |= map_flags[i].native;
	return native;
}

static unsigned long native_open_flags(u64 flags)
{
	unsigned long native = 0;
	unsigned i;

	for (i = 0; i < COUNT(open_flags); i++)
		if (flags & open_flags[i].generic)
			native |= open_flags[i].native;
	return native;
}

/* An address in the upper half of a 32-bit machine is not an error: only -4095 to -1 are. */
static s64 generic_result(long value)
{
	unsigned i;

	if ((unsigned long)value < (unsigned long)-4095L)
		return (s64)(unsigned long)value;
	for (i = 0; i < COUNT(errnos); i++)
		if (-value == errnos[i].native)
			return -errnos[i].generic;
	return value;
}

static long do_mmap(const u64 *a)
{
	unsigned long flags = native_map_flags(a[3]);
#if defined(__s390x__)
	/* arch/s390/kernel/syscall.c: SYSCALL_DEFINE1(mmap, struct s390_mmap_arg_struct *) */
	unsigned long args[6] = { a[0], a[1], a[2], flags, a[4], a[5] };

	return CALL1(__NR_mmap, args);
#elif defined(__NR_mmap2)
	if (a[5] >> 44)
		return -EOVERFLOW; /* the register holds 32 bits of pages of 4 KiB, and no more */
	return CALL(__NR_mmap2, a[0], a[1], a[2], flags, a[4], a[5] >> 12);
#else
	return CALL(__NR_mmap, a[0], a[1], a[2], flags, a[4], a[5]);
#endif
}

static long do_ftruncate(u64 fd, u64 length)
{
#if defined(__arm__)
	return CALL4(__NR_ftruncate64, fd, 0, (u32)length, (u32)(length >> 32));
#elif defined(__mips__) && defined(__MIPSEB__)
	return CALL4(__NR_ftruncate64, fd, 0, (u32)(length >> 32), (u32)length);
#elif defined(__mips__)
	return CALL4(__NR_ftruncate64, fd, 0, (u32)length, (u32)(length >> 32));
#elif defined(__NR_ftruncate64)
	return CALL3(__NR_ftruncate64, fd, (u32)length, (u32)(length >> 32));
#else
	return CALL2(__NR_ftruncate, fd, length);
#endif
}

static long do_fork(void)
{
#if defined(__s390x__)
	return CALL2(__NR_clone, 0, SIGCHLD); /* CONFIG_CLONE_BACKWARDS2: the stack comes first */
#else
	return CALL2(__NR_clone, SIGCHLD, 0);
#endif
}

static long wait_for(long pid, int *status, int options)
{
	long got;

	do
		got = CALL4(__NR_wait4, pid, status, options, 0);
	while (got == -EINTR);
	return got;
}

/* ---- operations that are more than one system call --------------------------------------- */

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

/* ---- running ----------------------------------------------------------------------------- */

/* The single system calls: an operation's code is its place here, counted from 1. */
static const long calls[] = {
	__NR_munmap, __NR_mprotect, __NR_mremap, __NR_madvise, __NR_brk, __NR_prctl, __NR_mlock2,
	__NR_munlock, __NR_memfd_create, __NR_close, __NR_unlinkat, __NR_mkdirat, __NR_linkat,
	__NR_symlinkat, __NR_mount, __NR_umount2, __NR_shmget, __NR_shmat, __NR_shmdt, __NR_shmctl,
	__NR_pkey_alloc, __NR_pkey_mprotect, __NR_msync, __NR_remap_file_pages, __NR_mbind,
	__NR_set_mempolicy, __NR_chdir, __NR_mknodat, __NR_write, __NR_personality, __NR_unshare,
	__NR_mlockall, __NR_munlockall,
	/* newer than the oldest headers, and numbered alike on every machine but for MIPS's base */
#if defined(__mips__)
#define SINCE_424 4000
#else
#define SINCE_424 0
#endif
	SINCE_424 + 447 /* memfd_secret */, SINCE_424 + 462 /* mseal */,
	SINCE_424 + 453 /* map_shadow_stack */,
};

enum {
	OP_MMAP = 100, OP_OPEN, OP_FTRUNCATE, OP_READ_FILE, OP_STATX, OP_FILL, OP_PEEK, OP_QUERY,
	OP_UFFD_OPEN, OP_UFFD_REGISTER, OP_IO_SETUP, OP_IO_URING_SETUP, OP_CLOCK, OP_FORK_BENCH,
	OP_SYSCALL,
	OP_FORK = 120, OP_HOLD, OP_SPAWN, OP_READ_HELD, OP_REAP, OP_REPEAT, OP_WRITE_HELD,
	OP_RUN, OP_BACKGROUND,
};

static void run(u64 count);

/* Step over operations that another process runs. */
static void skip(u64 count)
{
	struct op op;

	while (count--)
		get_op(&op);
}

static s64 run_forked(u64 count, int stop)
{
	int status = 0;
	long pid;

	flush();
	pid = do_fork();
	if (pid == 0) {
		run(count);
		if (stop)
			stop_self();
		flush();
		leave(0);
	}
	skip(count);
	if (stop)
		return hold(pid);
	if (pid < 0)
		return generic_result(pid);
	wait_for(pid, &status, 0);
	return status;
}

/* The next operations in a process that runs beside this one, until the program ends. */
static s64 run_beside(u64 count)
{
	long pid;

	if (helper)
		return -EBUSY;
	flush();
	pid = do_fork();
	if (pid == 0) {
		silent = 1;
		run(count);
		leave(0);
	}
	skip(count);
	if (pid > 0)
		helper = pid;
	return pid < 0 ? generic_result(pid) : 0;
}

static s64 run_one(unsigned index, const struct op *op)
{
	const u64 *a = op->args;
	char *text = (char *)(unsigned long)a[0];

	if (op->code >= 1 && op->code <= COUNT(calls))
		return generic_result(
			CALL(calls[op->code - 1], a[0], a[1], a[2], a[3], a[4], a[5]));
	switch (op->code) {
	case OP_MMAP: return generic_result(do_mmap(a));
	case OP_OPEN:
		return generic_result(CALL4(__NR_openat, AT_FDCWD, text, native_open_flags(a[1]),
					    a[2]));
	case OP_FTRUNCATE: return generic_result(do_ftruncate(a[0], a[1]));
	case OP_READ_FILE: return read_file(index, text, a[1]);
	case OP_STATX: return do_statx(index, a[0], (char *)(unsigned long)a[1]);
	case OP_FILL: return fill(a[0], a[1], a[2]);
	case OP_PEEK: return peek(index, a[0], a[1]);
	case OP_QUERY: return query(index, a);
	case OP_UFFD_OPEN: return uffd_open(a[0]);
	case OP_UFFD_REGISTER: return uffd_register(a);
	case OP_IO_SETUP: return do_io_setup(a[0]);
	case OP_IO_URING_SETUP: return do_io_uring_setup(a[0]);
	case OP_CLOCK: return clock(index);
	case OP_FORK_BENCH: return fork_bench(index, a[0]);
	case OP_SYSCALL:
		return generic_result(CALL(a[0], a[1], a[2], a[3], a[4], a[5], a[6]));
	case OP_FORK: return run_forked(a[0], 0);
	case OP_HOLD: return run_forked(a[0], 1);
	case OP_SPAWN: return spawn(text);
	case OP_READ_HELD: return read_held(index, text, a[1]);
	case OP_REAP: return reap();
	case OP_WRITE_HELD:
		return write_held(text, (void *)(unsigned long)a[1], a[2]);
	case OP_RUN: return execute(index, op);
	case OP_BACKGROUND: return run_beside(a[0]);
	default: malformed(at);
	}
}

/*
 * The body again and again, in silence, until a call fails: that call's result is sent. Returns
 * how often the whole body ran. A REPEAT inside a REPEAT is refused: there is one counter.
 */
static s64 repeat(u64 times, u64 body)
{
	u8 *start = at;
	unsigned start_index = index_next;
	s64 done = 0;
	struct op op;
	u64 i;

	for (counter = 0; counter < times; counter++) {
		at = start;
		index_next = start_index;
		for (i = 0; i < body; i++) {
			unsigned index = index_next;
			s64 value;

			get_op(&op);
			if (op.code >= OP_FORK)
				malformed(at);
			value = run_one(index, &op);
			if (index < OPS_MAX)
				results[index] = value;
			if (value < 0) {
				put_result(index, value);
				goto out;
			}
		}
		done++;
	}
out:
	at = start;
	index_next = start_index;
	counter = 0;
	skip(body);
	return done;
}

static void run(u64 count)
{
	struct op op;

	while (count-- && at < program_end) {
		unsigned index = index_next;
		s64 value;

		get_op(&op);
		if (op.code == OP_REPEAT)
			value = repeat(op.args[0], op.args[1]);
		else
			value = run_one(index, &op);
		if (index < OPS_MAX)
			results[index] = value;
		put_result(index, value);
	}
}

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
	CALL4(__NR_mknodat, AT_FDCWD, "/dev/null", S_IFCHR | 0666, 1 << 8 | 3);
	CALL4(__NR_mknodat, AT_FDCWD, "/dev/zero", S_IFCHR | 0600, 1 << 8 | 5);
	CALL4(__NR_mknodat, AT_FDCWD, "/dev/mem", S_IFCHR | 0600, 1 << 8 | 1);
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
