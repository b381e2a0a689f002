/* SPDX-License-Identifier: MIT */
#include "file_operations.h"

#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/ioctl.h>
#include <linux/stat.h>

#include "arch.h"
#include "memory.h"
#include "portable.h"
#include "wire.h"

s64
read_file(unsigned index, const char *path, u64 chunk)
{
    s64 total = 0;
    long fd, got;

    if (!chunk || chunk > IO_MAX)
        chunk = IO_MAX;
    fd = CALL4(__NR_openat, AT_FDCWD, path, O_RDONLY, 0);
    if (fd < 0)
        return generic_result(fd);
    while ((got = read_some(fd, state.io, chunk)) > 0) {
        put_data(index, state.io, got);
        total += got;
    }
    CALL1(__NR_close, fd);
    return got < 0 ? generic_result(got) : total;
}

s64
query_statx(unsigned index, u64 fd, const char *path)
{
    const struct statx *st = &state.statx;
    u8 wire[36];
    long got;

    /* AT_EMPTY_PATH: an empty path means the descriptor itself */
    got = CALL5(__NR_statx, fd, path, 0x1000, 0x7ff, &state.statx);
    if (got < 0)
        return generic_result(got);
    store_little(wire, st->stx_dev_major, 4);
    store_little(wire + 4, st->stx_dev_minor, 4);
    store_little(wire + 8, st->stx_ino, 8);
    store_little(wire + 16, st->stx_size, 8);
    store_little(wire + 24, st->stx_mode, 4);
    store_little(wire + 28, st->stx_nlink, 4);
    store_little(wire + 32, st->stx_blksize, 4);
    put_data(index, wire, sizeof(wire));
    return 0;
}

/* PROCMAP_QUERY, fs/proc/task_mmu.c, since 6.11. The headers of an older C library lack it. */
struct procmap_query {
    __u64 size, flags, address, vma_start, vma_end, vma_flags, vma_page_size, vma_offset;
    __u64 inode;
    __u32 dev_major, dev_minor, name_size, build_id_size;
    __u64 name_address, build_id_address;
};

static u32
at_most(u64 wanted, unsigned long limit)
{
    return wanted > limit ? (u32)limit : (u32)wanted;
}

s64
query_mapping(unsigned index, const u64 *args)
{
    struct procmap_query q;
    u8 wire[64];
    long got;

    memset(&q, 0, sizeof(q));
    q.size = sizeof(q);
    q.address = args[1];
    q.flags = args[2];
    q.name_size = at_most(args[3], sizeof(state.query_name));
    q.build_id_size = at_most(args[4], sizeof(state.build_id));
    q.name_address = q.name_size ? (unsigned long)state.query_name : 0;
    q.build_id_address = q.build_id_size ? (unsigned long)state.build_id : 0;
    got = CALL3(__NR_ioctl, args[0], _IOWR('f', 17, struct procmap_query), &q);
    if (got < 0)
        return generic_result(got);
    store_little(wire, q.vma_start, 8);
    store_little(wire + 8, q.vma_end, 8);
    store_little(wire + 16, q.vma_flags, 8);
    store_little(wire + 24, q.vma_page_size, 8);
    store_little(wire + 32, q.vma_offset, 8);
    store_little(wire + 40, q.inode, 8);
    store_little(wire + 48, q.dev_major, 4);
    store_little(wire + 52, q.dev_minor, 4);
    store_little(wire + 56, q.name_size, 4);
    store_little(wire + 60, q.build_id_size, 4);
    put_data(index, wire, sizeof(wire));
    put_data(index, state.query_name, q.name_size);
    put_data(index, state.build_id, q.build_id_size);
    return 0;
}
