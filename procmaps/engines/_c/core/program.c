/* Programs: preparing steps and running them over a line. See scanner.h. */
#include "scanner.h"

#include <string.h>

/* --- preparing ------------------------------------------------------------------------------- */

/* Return how many digits of *base* always fit in 64 bits. */
static size_t
safe_digits(uint64_t base)
{
    if (base < 2)
        return SIZE_MAX;
    size_t digits = 0;
    for (uint64_t value = 0; value <= (UINT64_MAX - (base - 1)) / base; digits++)
        value = value * base + (base - 1);
    return digits;
}

/* Complete a step whose table, register_index and may_end are set. Return false if it cannot run.
 *
 * No text has more than SIZE_MAX bytes, so a greater *max_count* means the same as SIZE_MAX. It
 * occurs on 32 bits, where a set without an upper bound has a *max_count* of 64 bits. */
bool
prepare_step(Step *step, uint64_t min_count, uint64_t max_count, unsigned base)
{
    if (step->table['\n'] != OUTSIDE || min_count > max_count || min_count > SIZE_MAX
        || step->register_index < -1 || step->register_index >= REGISTERS || base > 36)
        return false;
    step->min_count = (size_t)min_count;
    step->max_count = max_count > SIZE_MAX ? SIZE_MAX : (size_t)max_count;
    step->base = base;
    step->base_pow4 = step->base * step->base * step->base * step->base;
    step->max_safe_digits = safe_digits(base);
    step->action = step->register_index < 0 ? DISCARD : base ? NUMBER : SPAN;
    step->stop_byte = -1;
    int members = 0, member = 0, other = 0;
    for (int byte = 0; byte < 256; byte++) {
        uint8_t digit = step->table[byte];
        if (digit == OUTSIDE) {
            other = byte == '\n' ? other : byte;
            continue;
        }
        if (step->action == NUMBER && base > 1 && digit >= base)
            return false;
        members++;
        member = byte;
    }
    if (members == 254)
        step->stop_byte = other;
    if (members == 1 && step->action == DISCARD && min_count == 1 && max_count == 1
        && !step->may_end) {
        step->action = LITERAL;
        step->literal[0] = (uint8_t)member;
    }
    return true;
}

/* Append a step. A literal byte joins a literal before it. The caller checks the capacity. */
void
append_step(Program *program, const Step *step)
{
    Step *before = program->steps ? &program->step[program->steps - 1] : NULL;
    if (step->action == LITERAL && before && before->action == LITERAL
        && before->min_count < LITERAL_BYTES)
        before->literal[before->min_count++] = step->literal[0];
    else
        program->step[program->steps++] = *step;
}

/* --- running --------------------------------------------------------------------------------- */

/* Return the index in memory of the first byte of *word* that is not 0. *word* is not 0. */
static int
first_byte(uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_clzll(word) / 8;
#else
    return __builtin_ctzll(word) / 8;
#endif
}

/* Return the end of the bytes of the set. Equal bytes are skipped eight at a time, because padding
 * is long. */
static const uint8_t *
skip_set(const uint8_t *table, const uint8_t *at, const uint8_t *limit)
{
    while (at < limit && table[*at] != OUTSIDE) {
        const uint64_t same = *at++ * UINT64_C(0x0101010101010101);
        for (; limit - at >= 8; at += 8) {
            uint64_t other;
            memcpy(&other, at, 8);
            if ((other ^= same)) {
                at += first_byte(other);
                break;
            }
        }
    }
    return at;
}

/* Append the digits at *at* to *value*. Return their end, or NULL if the number needs more than 64
 * bits. Four digits at a time, so that fewer additions wait for the one before. */
static const uint8_t *
read_digits(const Step *step, const uint8_t *at, const uint8_t *limit, uint64_t *value)
{
    const uint8_t *safe_limit =
        (size_t)(limit - at) > step->max_safe_digits ? at + step->max_safe_digits : limit;
    const uint64_t base = step->base;
    uint64_t sum = *value;
    for (; safe_limit - at >= 4; at += 4) {
        const uint8_t first = step->table[at[0]], second = step->table[at[1]];
        const uint8_t third = step->table[at[2]], last = step->table[at[3]];
        if ((first | second | third | last) & NO_DIGIT)
            break;
        sum = sum * step->base_pow4 + ((first * base + second) * base + third) * base + last;
    }
    uint8_t digit;
    for (; at < safe_limit && (digit = step->table[*at]) != OUTSIDE; at++)
        sum = sum * base + digit;
    for (; at < limit && (digit = step->table[*at]) != OUTSIDE; at++) {
        if (sum > (UINT64_MAX - digit) / base)
            return NULL;
        sum = sum * base + digit;
    }
    *value = sum;
    return at;
}

/* Return whether the literal of *step* is at *at*. */
static bool
is_literal(const Step *step, const uint8_t *at, const uint8_t *end)
{
    if ((size_t)(end - at) < step->min_count)
        return false;
    for (size_t i = 0; i < step->min_count; i++)
        if (at[i] != step->literal[i])
            return false;
    return true;
}

/* Run *program* at *at*. Return the end of the match; NULL if the text does not match or a number
 * needs more than 64 bits. */
const uint8_t *
run_steps(const Program *program, const uint8_t *at, const uint8_t *end, Registers *registers)
{
    for (int i = 0; i < program->steps; i++) {
        const Step *step = &program->step[i];
        if (at == end || *at == '\n') {
            if (step->may_end)
                return at;
            if (step->min_count > 0)
                return NULL;
        }
        if (step->action == LITERAL) {
            if (!is_literal(step, at, end))
                return NULL;
            at += step->min_count;
            continue;
        }
        const uint8_t *limit = (size_t)(end - at) > step->max_count ? at + step->max_count : end;
        const uint8_t *from = at;
        if (step->action == NUMBER) {
            if (!(at = read_digits(step, at, limit, &registers->value[step->register_index]))) {
                registers->overflow = true;
                return NULL;
            }
        }
        else if (step->stop_byte >= 0) {
            const uint8_t *stop = at < limit ? memchr(at, '\n', (size_t)(limit - at)) : NULL;
            at = stop ? stop : limit;
            if (at > from && (stop = memchr(from, step->stop_byte, (size_t)(at - from))))
                at = stop;
        }
        else
            at = skip_set(step->table, at, limit);
        if ((size_t)(at - from) < step->min_count)
            return NULL;
        if (step->action == SPAN) {
            if (!registers->span_start[step->register_index])
                registers->span_start[step->register_index] = from;
            registers->span_end[step->register_index] = at;
        }
    }
    return at;
}

/* Run *program* over the rest of the line. Return the position of the newline, or the end of the
 * text; NULL if the line does not match. */
const uint8_t *
run_program(const Program *program, const uint8_t *at, const uint8_t *end, Registers *registers)
{
    at = run_steps(program, at, end, registers);
    return at && (at == end || *at == '\n') ? at : NULL;
}
