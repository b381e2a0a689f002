/* The racer: a process that changes its memory as fast as it can, around mappings that stay.
 *
 * Its arena is a row of groups. Each group starts with a slot whose mapping never changes; the
 * other slots are changed all the time. Everything is at a fixed address inside the arena, so that
 * no change can touch a stable mapping. After the start nothing else in the process allocates.
 */
#ifndef PROCMAPS_RACER_H
#define PROCMAPS_RACER_H

#include <stddef.h>
#include <stdint.h>

/* linux/prctl.h, 5.17 */
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d61
#define PR_SET_VMA_ANON_NAME 0
#endif

enum {
    PAGE = 4096,
    SLOT_PAGES = 16,
    GROUP_SLOTS = 4, /* the first one is stable */
    GROUPS = 48,
    CHANGED_PAGES = (GROUP_SLOTS - 1) * SLOT_PAGES, /* in each group, after the stable slot */
    FILES = 4,                                      /* that are mapped, renamed and unlinked */
};

/* A generator of random numbers for one thread (xorshift64; the seed must not be 0). */
typedef struct {
    uint64_t state;
} Chance;

/* Return a number from 0 below *limit*. */
unsigned pick(Chance *chance, unsigned limit);

/* Print *what* and errno, and exit. */
_Noreturn void fail(const char *what);

/* Reserve the arena. */
void make_arena(void);

/* The first page of the changing part of a group. */
char *changing_pages(unsigned group);

/* Make the stable mappings and print a line for each: start, end, permissions, and the name that
 * the kernel has for it, in hexadecimal without escaping. "-" is no name. */
void make_stable_mappings(const char *folder);

/* Open the files in *folder* that are mapped and renamed. */
void open_files(const char *folder);

/* Change one random range of one group. Only system calls, so a forked child may call it. */
void change_memory(Chance *chance);

/* Give a random file another name, or replace it. */
void rename_file(const char *folder, Chance *chance);

/* Fork a child that changes its memory, and exits or replaces its program at a random time. Collect
 * those that have ended. */
void fork_child(const char *program, Chance *chance);

#endif
