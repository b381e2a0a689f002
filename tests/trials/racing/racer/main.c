/* racer FOLDER SEED: print the stable mappings, then race until standard input ends. */
#include "racer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    const char *program, *folder;
    uint64_t seed;
} Options;

enum { NICE = 15 };

static Options options;
static atomic_bool stopping;

unsigned
pick(Chance *chance, unsigned limit)
{
    uint64_t x = chance->state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    chance->state = x;
    return (unsigned)((x >> 32) % limit);
}

void
fail(const char *what)
{
    fprintf(stderr, "racer: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void *
change_forever(void *number)
{
    Chance chance = {options.seed * 2 + (uintptr_t)number + 1};
    for (;;)
        change_memory(&chance);
    return NULL;
}

static void *
rename_forever(void *number)
{
    Chance chance = {options.seed * 3 + (uintptr_t)number + 1};
    for (;;) {
        rename_file(options.folder, &chance);
        usleep(pick(&chance, 200));
    }
    return NULL;
}

static void *
fork_forever(void *number)
{
    Chance chance = {options.seed * 5 + (uintptr_t)number + 1};
    while (!stopping) {
        fork_child(options.program, &chance);
        usleep(pick(&chance, 2000));
    }
    while (wait(NULL) > 0)
        ;
    return NULL;
}

/* What a child's new program does: live for a moment, so that a reader can find it. */
static int
be_brief(const char *microseconds)
{
    usleep((useconds_t)atoi(microseconds));
    return 0;
}

int
main(int count, char **argument)
{
    if (count == 3 && strcmp(argument[1], "--brief") == 0)
        return be_brief(argument[2]);
    if (count != 3) {
        fprintf(stderr, "usage: racer FOLDER SEED\n");
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* Before the threads exist, because each has a priority of its own. */
    if (nice(NICE) == -1)
        fail("nice");
    options = (Options){"/proc/self/exe", argument[1], strtoull(argument[2], NULL, 10) + 1};
    make_arena();
    open_files(options.folder);
    make_stable_mappings(options.folder);
    void *(*const work[])(void *) = {change_forever, change_forever, rename_forever, fork_forever};
    pthread_t thread; /* in the end the last one, which forks */
    for (size_t i = 0; i < sizeof work / sizeof *work; i++)
        if ((errno = pthread_create(&thread, NULL, work[i], (void *)i)))
            fail("pthread_create");
    printf("ready\n");
    fflush(stdout);
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    stopping = true;
    pthread_join(thread, NULL);
    _exit(0);
}
