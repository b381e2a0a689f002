/* SPDX-License-Identifier: MIT */
#include "state.h"

#include <stddef.h>

/* layout.ld places this section first. */
__attribute__((section(".state"))) struct state state;

_Static_assert(offsetof(struct state, out) == 0x21e0, "the layout shows in captures");
_Static_assert(offsetof(struct state, io) == 0x31e0, "the layout shows in captures");
_Static_assert(offsetof(struct state, results) == 0xb1e0, "the layout shows in captures");
_Static_assert(offsetof(struct state, program) == 0x131e0, "the layout shows in captures");
_Static_assert(sizeof(struct state) == 0x2b1e0, "the layout shows in captures");
