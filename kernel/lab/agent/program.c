/* SPDX-License-Identifier: MIT */
#include "program.h"

#include "wire.h"

/* Kinds of arguments, as in PROTOCOL.md. */
enum { NUMBER, BYTES, RESULT, STEPPED, COUNTED };

void
malformed(const u8 *where)
{
    put_bytes("m", 1);
    put_number((u64)(where - state.program));
    flush();
    leave(EXIT_MALFORMED);
}

static u64
next_number(void)
{
    u64 value = 0;
    unsigned shift = 0;

    for (;;) {
        u8 byte;

        if (state.cursor == state.program_end || shift > 63)
            malformed(state.cursor);
        byte = *state.cursor++;
        value |= (u64)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
        shift += 7;
    }
}

/* Write the counter as eight decimal digits over the last eight bytes before the final NUL. */
static void
write_counter(u8 *blob, unsigned long n)
{
    u32 value = (u32)state.counter;
    unsigned i;

    if (n < 9)
        malformed(blob);
    for (i = 0; i < 8; i++, value /= 10)
        blob[n - 2 - i] = '0' + value % 10;
}

static void
next_argument(struct op *op, unsigned i)
{
    u8 kind = (u8)next_number();
    u64 value = next_number();

    switch (kind) {
    case NUMBER:
        break;
    case BYTES:
    case COUNTED:
        if (value > (u64)(state.program_end - state.cursor))
            malformed(state.cursor);
        op->blobs[i] = state.cursor;
        op->lengths[i] = value;
        state.cursor += value;
        if (kind == COUNTED)
            write_counter(op->blobs[i], value);
        value = (unsigned long)op->blobs[i];
        break;
    case RESULT:
        if (value >= state.next_index || value >= OPS_MAX)
            malformed(state.cursor);
        value = (u64)state.results[value];
        break;
    case STEPPED:
        value += next_number() * state.counter;
        break;
    default:
        malformed(state.cursor);
    }
    op->args[i] = value;
}

void
next_op(struct op *op)
{
    unsigned i;

    if (state.program_end - state.cursor < 2)
        malformed(state.cursor);
    op->code = *state.cursor++;
    op->nargs = *state.cursor++;
    if (op->nargs > ARGS_MAX)
        malformed(state.cursor);
    for (i = 0; i < ARGS_MAX; i++) {
        op->args[i] = 0;
        op->blobs[i] = 0;
        op->lengths[i] = 0;
    }
    for (i = 0; i < op->nargs; i++)
        next_argument(op, i);
    state.next_index++;
}

void
skip_ops(u64 count)
{
    struct op op;

    while (count--)
        next_op(&op);
}
