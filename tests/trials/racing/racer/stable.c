/* The arena, and the mappings in it that never change. */
#define _GNU_SOURCE
#include "racer.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/* A stable mapping starts this many pages after its slot, and pages without access follow it, so
 * that it never merges with its neighbours. */
enum { MARGIN = 4, STABLE_PAGES = 8, NAME_BYTES = 4096 };

static char *arena;

void
make_arena(void)
{
    size_t size = (size_t)GROUPS * GROUP_SLOTS * SLOT_PAGES * PAGE;
    arena = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (arena == MAP_FAILED)
        fail("mmap of the arena");
}

static char *
group_start(unsigned group)
{
    return arena + (size_t)group * GROUP_SLOTS * SLOT_PAGES * PAGE;
}

char *
changing_pages(unsigned group)
{
    return group_start(group) + (size_t)SLOT_PAGES * PAGE;
}

static void
print_mapping(const char *start, const char *perms, const char *name)
{
    printf("%zx %zx %s ", (size_t)start, (size_t)start + (size_t)STABLE_PAGES * PAGE, perms);
    for (const char *at = name; *at; at++)
        printf("%02x", (unsigned char)*at);
    printf(*name ? "\n" : "-\n");
}

/* Map *file* (-1: anonymous memory), touch it, and print it. */
static void
map_stable(char *start, int file, int shared, int access, const char *name)
{
    int flags = MAP_FIXED | (shared ? MAP_SHARED : MAP_PRIVATE) | (file < 0 ? MAP_ANONYMOUS : 0);
    size_t size = (size_t)STABLE_PAGES * PAGE;
    if (mmap(start, size, access | PROT_READ, flags, file, 0) != start)
        fail("mmap of a stable mapping");
    for (size_t at = 0; at < size; at += PAGE) {
        volatile char *byte = start + at;
        if (access & PROT_WRITE)
            *byte = 1;
        else
            (void)*byte;
    }
    char perms[] = {'r', access & PROT_WRITE ? 'w' : '-', access & PROT_EXEC ? 'x' : '-',
                    shared ? 's' : 'p', 0};
    print_mapping(start, perms, name);
    if (file >= 0)
        close(file);
}

/* Map memory with a label, or without one on a kernel that has none. */
static void
map_labelled(char *start, unsigned group)
{
    char label[32], name[64];
    size_t size = (size_t)STABLE_PAGES * PAGE;
    snprintf(label, sizeof label, "7f00-8000 rw-p %u", group);
    snprintf(name, sizeof name, "[anon:%s]", label);
    if (mmap(start, size, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != start)
        fail("mmap of a labelled mapping");
    int named = prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, start, size, label) == 0;
    print_mapping(start, "r--p", named ? name : "");
}

/* Return a new file of the mapping's size whose path is *folder*, *prefix* and a number; write its
 * path to *path*. */
static int
new_file(char *path, const char *folder, const char *prefix, unsigned number)
{
    snprintf(path, NAME_BYTES, "%s/%s%u", folder, prefix, number);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, (off_t)STABLE_PAGES * PAGE) < 0)
        fail("a file to map");
    return file;
}

static void
map_group(unsigned group, const char *folder)
{
    char path[NAME_BYTES + 16], label[64];
    char *start = group_start(group) + (size_t)MARGIN * PAGE;
    int file;
    switch (group % 6) {
    case 0:
        map_stable(start, -1, 0, PROT_WRITE, "");
        return;
    case 1:
        snprintf(label, sizeof label, " a\nb\\012 (deleted)%u", group);
        file = memfd_create(label, MFD_CLOEXEC);
        if (file < 0 || ftruncate(file, (off_t)STABLE_PAGES * PAGE) < 0)
            fail("memfd_create");
        snprintf(path, sizeof path, "/memfd:%s (deleted)", label);
        map_stable(start, file, 1, PROT_WRITE, path);
        return;
    case 2:
        file = new_file(path, folder, "7f00-8000 rw-p \n a (deleted)", group);
        map_stable(start, file, 0, PROT_EXEC, path);
        return;
    case 3:
        map_stable(start, -1, 1, PROT_WRITE, "/dev/zero (deleted)");
        return;
    case 4:
        map_labelled(start, group);
        return;
    default:
        file = new_file(path, folder, "gone\xff", group);
        unlink(path);
        strcat(path, " (deleted)");
        map_stable(start, file, 1, 0, path);
    }
}

void
make_stable_mappings(const char *folder)
{
    for (unsigned group = 0; group < GROUPS; group++)
        map_group(group, folder);
}
