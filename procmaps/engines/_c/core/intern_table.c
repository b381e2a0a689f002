/* A table of texts, each with its place: see scanner.h. */
#include "scanner.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PROBES = 64 }; /* a text that needs more is for the caller to find */

static uint64_t
hash_text(const uint8_t *text, size_t length, uint64_t seed)
{
    uint64_t hash = seed ^ length, word;
    for (; length >= 8; text += 8, length -= 8) {
        memcpy(&word, text, 8);
        hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    word = 0;
    if (length)
        memcpy(&word, text, length);
    hash = (hash ^ word) * UINT64_C(0xBF58476D1CE4E5B9);
    return hash ^ (hash >> 32);
}

static bool
same_text(const Entry *entry, const uint8_t *text, size_t length)
{
    return entry->length == length && memcmp(entry->text, text, length) == 0;
}

/* The slot of a text, or the free one where it belongs; NULL after too many probes. */
static Entry *
find_text(const Texts *texts, const uint8_t *text, size_t length, uint64_t hash)
{
    for (size_t probe = 0; probe < MAX_PROBES; probe++) {
        /* Each step is one wider than the last, so that runs of taken slots do not add up. */
        Entry *entry = &texts->slot[(hash + probe * (probe + 1) / 2) & (texts->slots - 1)];
        if (!entry->text || (entry->hash == hash && same_text(entry, text, length)))
            return entry;
    }
    return NULL;
}

/* Twice the slots. False where memory is out, or the texts were made to collide. */
static bool
grow_texts(Texts *texts)
{
    Texts larger = *texts;
    larger.slots = texts->slots ? texts->slots * 2 : 64;
    if (larger.slots > SIZE_MAX / sizeof(Entry) / 2)
        return false;
    larger.slot = calloc(larger.slots, sizeof(Entry));
    if (!larger.slot)
        return false;
    for (size_t i = 0; i < texts->slots; i++) {
        const Entry *entry = &texts->slot[i];
        if (!entry->text)
            continue;
        Entry *found = find_text(&larger, entry->text, entry->length, entry->hash);
        if (!found) {
            free(larger.slot);
            return false;
        }
        *found = *entry;
    }
    free(texts->slot);
    *texts = larger;
    return true;
}

static bool
add_fresh(Texts *texts, Entry entry)
{
    if (texts->freshes == texts->fresh_capacity) {
        size_t capacity = texts->fresh_capacity ? texts->fresh_capacity * 2 : 64;
        Entry *fresh = capacity > SIZE_MAX / sizeof(Entry)
                           ? NULL
                           : realloc(texts->fresh, capacity * sizeof(Entry));
        if (!fresh)
            return false;
        texts->fresh = fresh;
        texts->fresh_capacity = capacity;
    }
    texts->fresh[texts->freshes++] = entry;
    return true;
}

/* The place of a text: a new one where *place* is negative and the text unknown, or *place*, which
   the caller has found by itself. -1: the caller has to. */
int64_t
place_text(Texts *texts, const uint8_t *text, size_t length, int64_t place)
{
    if (texts->last.text && same_text(&texts->last, text, length))
        return texts->last.place;
    if (texts->used * 2 >= texts->slots && !texts->closed)
        texts->closed = !grow_texts(texts);
    uint64_t hash = hash_text(text, length, texts->seed);
    Entry *entry = texts->slots ? find_text(texts, text, length, hash) : NULL;
    if (!entry || (!entry->text && place < 0 && texts->next == UINT32_MAX - 1))
        texts->closed = true;
    if (!entry || (!entry->text && texts->closed))
        return place;
    if (!entry->text) {
        Entry added = {text, length, hash, place < 0 ? texts->next : (uint32_t)place};
        if (place < 0 && !add_fresh(texts, added))
            return -1;
        *entry = added;
        if (added.place >= texts->next)
            texts->next = added.place + 1;
        texts->used++;
    }
    texts->last = *entry;
    return entry->place;
}

void
free_texts(Texts *texts)
{
    free(texts->slot);
    free(texts->fresh);
}
