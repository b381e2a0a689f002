/* SPDX-License-Identifier: MIT */
/*
 * A program as it is read: operations and their arguments, of which some are earlier results.
 */
#ifndef PROCMAPS_AGENT_PROGRAM_H
#define PROCMAPS_AGENT_PROGRAM_H

#include "base.h"
#include "wire.h"

static __attribute__((noreturn)) void malformed(const u8 *at)
{
	put_bytes("m", 1);
	put_number((u64)(at - program));
	flush();
	leave(98);
}

struct op {
	u8 code;
	u8 nargs;
	u64 args[ARGS_MAX];
	u8 *blobs[ARGS_MAX]; /* NULL where the argument is not bytes */
	unsigned long lengths[ARGS_MAX];
};

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

#endif
