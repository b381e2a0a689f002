/* stall READER ACTION MILLISECONDS: how long a process waits while another one reads its /proc.
 *
 * READER is none, or a file in /proc/PID that a child reads again and again on the first processor.
 * ACTION runs on the second processor and is timed: "map" maps and unmaps a page, "fault" touches
 * a new page, "fault-and-map" touches new pages while another thread maps and unmaps. Prints the
 * number of calls, and the median, 90th and 99th percentile and maximum of their nanoseconds, and
 * then the number of the child's reads and the nanoseconds of its longest read(). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    REGIONS = 10, /* that the reader walks */
    REGION_BYTES = 4 << 20,
    FAULT_PAGES = 1 << 13,
    MAX_SAMPLES = 1 << 20,
    PAUSE_US = 100, /* between two calls, so that the reader meets a free lock */
    READ_BYTES = 1 << 16,
};

typedef struct {
    atomic_ulong reads, longest;
} Reads;

static Reads *reads;
static atomic_bool stopping;
static uint64_t *sample, samples;

static _Noreturn void
fail(const char *what)
{
    fprintf(stderr, "stall: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t
now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void
pin(size_t processor)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    if (sched_setaffinity(0, sizeof set, &set))
        fail("sched_setaffinity: two processors are needed");
}

static void *
map(void *address, size_t size, int access, int flags)
{
    void *found = mmap(address, size, access, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    if (found == MAP_FAILED)
        fail("mmap");
    return found;
}

/* Map memory without huge pages, so that each page has an entry of its own. */
static char *
touchable(void *address, size_t size, int flags)
{
    char *start = map(address, size, PROT_READ | PROT_WRITE, flags);
    madvise(start, size, MADV_NOHUGEPAGE);
    return start;
}

/* Memory for the reader to walk: regions of present pages, with a free page between them. */
static void
map_regions(void)
{
    for (int region = 0; region < REGIONS; region++) {
        char *start = map(NULL, REGION_BYTES + 2 * PAGE, PROT_NONE, 0);
        touchable(start + PAGE, REGION_BYTES, MAP_FIXED);
        memset(start + PAGE, 1, REGION_BYTES);
    }
}

static _Noreturn void
read_forever(const char *file)
{
    static char buffer[READ_BYTES];
    char path[64];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pin(0);
    snprintf(path, sizeof path, "/proc/%d/%s", getppid(), file);
    int descriptor = open(path, O_RDONLY);
    if (descriptor < 0)
        fail(path);
    for (;;) {
        uint64_t before = now();
        ssize_t got = read(descriptor, buffer, sizeof buffer);
        uint64_t took = now() - before;
        if (got < 0)
            fail(path);
        if (got == 0 && lseek(descriptor, 0, SEEK_SET))
            fail(path);
        reads->reads++;
        if (took > reads->longest)
            reads->longest = took;
    }
}

static void
map_once(void)
{
    munmap(map(NULL, PAGE, PROT_READ, 0), PAGE);
}

static void *
map_forever(void *unused)
{
    (void)unused;
    while (!stopping) {
        map_once();
        usleep(PAUSE_US);
    }
    return NULL;
}

/* Touch a page that is not present. Its mapping has an anon_vma already, because a fault that has
 * to make one takes the lock of all mappings (lock_vma_under_rcu(), mm/memory.c, 6.12). */
static void
fault_once(char *memory, uint64_t number)
{
    memory[(1 + number % (FAULT_PAGES - 1)) * PAGE] = 1;
}

static void
keep(uint64_t took)
{
    if (samples < MAX_SAMPLES)
        sample[samples++] = took;
}

static void
measure(const char *action, uint64_t nanoseconds)
{
    int faults = strncmp(action, "fault", strlen("fault")) == 0;
    char *memory = touchable(NULL, (size_t)FAULT_PAGES * PAGE, 0);
    memory[0] = 1;
    uint64_t end = now() + nanoseconds, number = 0;
    do { /* at least one call, even if it waits for longer */
        if (faults && number % (FAULT_PAGES - 1) == 0)
            madvise(memory + PAGE, (size_t)(FAULT_PAGES - 1) * PAGE, MADV_DONTNEED);
        uint64_t before = now();
        if (faults)
            fault_once(memory, number);
        else
            map_once();
        keep(now() - before);
        usleep(PAUSE_US);
    } while (number++, now() < end);
}

static int
compare(const void *one, const void *other)
{
    uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
    return (a > b) - (a < b);
}

static unsigned long
percentile(unsigned percent)
{
    return (unsigned long)sample[(samples - 1) * percent / 100];
}

int
main(int count, char **argument)
{
    if (count != 4) {
        fprintf(stderr, "usage: stall READER ACTION MILLISECONDS\n");
        return 2;
    }
    reads = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (reads == MAP_FAILED)
        fail("mmap");
    sample = map(NULL, MAX_SAMPLES * sizeof *sample, PROT_READ | PROT_WRITE, MAP_POPULATE);
    map_regions();
    pid_t reader = 0;
    if (strcmp(argument[1], "none") != 0) {
        reader = fork();
        if (reader < 0)
            fail("fork");
        if (reader == 0)
            read_forever(argument[1]);
        while (!reads->reads)
            if (waitpid(reader, NULL, WNOHANG) == reader)
                return 1;
    }
    pin(1);
    pthread_t mapper;
    int maps = strcmp(argument[2], "fault-and-map") == 0;
    if (maps && (errno = pthread_create(&mapper, NULL, map_forever, NULL)))
        fail("pthread_create");
    measure(argument[2], strtoull(argument[3], NULL, 10) * 1000000);
    stopping = true;
    if (maps)
        pthread_join(mapper, NULL);
    if (reader) {
        kill(reader, SIGKILL);
        waitpid(reader, NULL, 0);
    }
    qsort(sample, samples, sizeof *sample, compare);
    printf("%lu %lu %lu %lu %lu %lu %lu\n", (unsigned long)samples, percentile(50), percentile(90),
           percentile(99), percentile(100), reads->reads, reads->longest);
    return 0;
}
