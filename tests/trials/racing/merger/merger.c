/* merger: a process of few mappings, whose neighbours merge and split as fast as it can. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>

enum { PAGE = 4096, SLOT = 4 * PAGE, SLOTS = 16 };

static char *const arena = (char *)(uintptr_t)0x20000000;

static int
protect(int slot, int access)
{
    return mprotect(arena + (size_t)slot * SLOT, SLOT, access);
}

int
main(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    if (mmap(arena, (size_t)SLOTS * SLOT, PROT_READ | PROT_WRITE, flags, -1, 0) != arena) {
        perror("merger: mmap");
        return 1;
    }
    for (int slot = 1; slot < SLOTS; slot += 2)
        protect(slot, PROT_READ);
    printf("ready\n");
    fflush(stdout);
    /* The last slot never changes. */
    for (;;)
        for (int slot = 1; slot < SLOTS - 1; slot += 2)
            if (protect(slot, PROT_READ | PROT_WRITE) || protect(slot, PROT_READ)) {
                perror("merger: mprotect");
                return 1;
            }
}
