/* SipHash-1-3: the hash of a text under a secret key. See scanner.h.
 *
 * Whoever does not know the key cannot choose texts whose hashes collide more often than random
 * ones. Specification: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), with one
 * round for each word and three at the end, as in Python's own hash of bytes since 3.11. */
#include "scanner.h"

#include <string.h>

typedef struct {
    uint64_t v0, v1, v2, v3;
} SipState;

/* Read *length* bytes, at most 8, as a little-endian number. */
static uint64_t
read_word(const uint8_t *text, size_t length)
{
    uint64_t word = 0;
    memcpy(&word, text, length);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static uint64_t
rotate(uint64_t word, int bits)
{
    return word << bits | word >> (64 - bits);
}

/* SipRound. */
static void
mix(SipState *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 = rotate(s->v2, 32);
}

static void
add_word(SipState *state, uint64_t word)
{
    state->v3 ^= word;
    mix(state);
    state->v0 ^= word;
}

uint64_t
keyed_hash(const uint8_t *text, size_t length, const HashKey *key)
{
    SipState state = {
        key->word[0] ^ UINT64_C(0x736F6D6570736575),
        key->word[1] ^ UINT64_C(0x646F72616E646F6D),
        key->word[0] ^ UINT64_C(0x6C7967656E657261),
        key->word[1] ^ UINT64_C(0x7465646279746573),
    };
    const uint64_t last = (uint64_t)length << 56;
    for (; length >= 8; text += 8, length -= 8)
        add_word(&state, read_word(text, 8));
    add_word(&state, last | read_word(text, length));
    state.v2 ^= 0xFF;
    for (int round = 0; round < 3; round++)
        mix(&state);
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

/* Set *key* from its sizeof(HashKey) *bytes*. */
void
set_hash_key(HashKey *key, const uint8_t *bytes)
{
    key->word[0] = read_word(bytes, 8);
    key->word[1] = read_word(bytes + 8, 8);
}
