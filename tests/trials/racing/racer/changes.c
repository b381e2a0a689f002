/* Changes of memory, of the names of files, and of processes. Every failure of a system call is
 * expected here: two threads change the same pages. */
#define _GNU_SOURCE
#include "racer.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_CHILDREN = 3, MAX_CHILD_CHANGES = 400, PATH_BYTES = 4096 };

static int file[FILES];

static void
file_path(char *path, const char *folder, unsigned number, unsigned name)
{
    static const char *const NAMES[] = {"changing", "changed\n7f00-8000", "c (deleted)"};
    snprintf(path, PATH_BYTES, "%s/%s-%u", folder, NAMES[name], number);
}

static int
create(const char *path)
{
    int created = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (created < 0 || ftruncate(created, (off_t)CHANGED_PAGES * PAGE) < 0)
        fail(path);
    return created;
}

void
open_files(const char *folder)
{
    char path[PATH_BYTES];
    for (unsigned number = 0; number < FILES; number++) {
        file_path(path, folder, number, 0);
        file[number] = create(path);
    }
}

void
change_memory(Chance *chance)
{
    static const int ACCESS[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_EXEC};
    static const char *const LABELS[] = {NULL, "one", "another label", "7f00-8000 rw-p"};
    char *pages = changing_pages(pick(chance, GROUPS));
    unsigned first = pick(chance, CHANGED_PAGES);
    size_t size = (size_t)(1 + pick(chance, CHANGED_PAGES - first)) * PAGE;
    char *start = pages + (size_t)first * PAGE;
    int access = ACCESS[pick(chance, 4)];
    int shared = pick(chance, 2) ? MAP_SHARED : MAP_PRIVATE;
    switch (pick(chance, 7)) {
    case 0:
        munmap(start, size);
        return;
    case 1:
    case 2:
        mmap(start, size, access, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        return;
    case 3:
        mprotect(start, size, access);
        return;
    case 4:
        mmap(start, size, access, MAP_FIXED | shared, file[pick(chance, FILES)],
             (off_t)first * PAGE);
        return;
    case 5:
        prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, start, size, LABELS[pick(chance, 4)]);
        return;
    default:
        mremap(start, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
               changing_pages(pick(chance, GROUPS)));
    }
}

void
rename_file(const char *folder, Chance *chance)
{
    char before[PATH_BYTES], after[PATH_BYTES];
    unsigned number = pick(chance, FILES);
    file_path(before, folder, number, pick(chance, 3));
    file_path(after, folder, number, pick(chance, 3));
    if (pick(chance, 8)) {
        rename(before, after);
        return;
    }
    unlink(before);
    int created = create(after);
    dup2(created, file[number]); /* one step: others map this descriptor meanwhile */
    close(created);
}

void
fork_child(const char *program, Chance *chance)
{
    static int children;
    while (children && waitpid(-1, NULL, children == MAX_CHILDREN ? 0 : WNOHANG) > 0)
        children--;
    unsigned changes = pick(chance, MAX_CHILD_CHANGES), replace = pick(chance, 2);
    Chance own = {chance->state};
    pid_t child = fork();
    if (child > 0)
        children++;
    if (child != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (changes--)
        change_memory(&own);
    if (replace)
        execl(program, "racer", "--brief", "2000", (char *)NULL);
    _exit(0);
}
