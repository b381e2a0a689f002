/* Lines into columns: see scanner.h. */
#include "scanner.h"

#include <string.h>

/* The registers of a header line: procmaps.grammar.loading.HEADER_PARTS. */
enum { START, END, PERMS, OFFSET, MAJOR, MINOR, INODE, NAME };

/* Have the processor fetch what is read some lines from now: by itself it does not look beyond the
 * page of memory that it is in. Behind the end of the text that does nothing. */
static void
fetch_ahead(const uint8_t *at, size_t length)
{
    enum { AHEAD = 2048, CACHE_LINE = 64 };
    for (size_t i = 0; i < length; i += CACHE_LINE)
        __builtin_prefetch((const void *)((uintptr_t)at + AHEAD + i));
}

static const uint8_t *
behind_line(const uint8_t *at, const uint8_t *end)
{
    return at < end ? at + 1 : at;
}

static bool
same_bytes(const uint8_t *one, const uint8_t *other, size_t length)
{
    uint64_t left, right;
    if (length < sizeof left)
        return memcmp(one, other, length) == 0;
    for (size_t i = 0; i < length - sizeof left; i += sizeof left) {
        memcpy(&left, one + i, sizeof left);
        memcpy(&right, other + i, sizeof right);
        if (left != right)
            return false;
    }
    memcpy(&left, one + length - sizeof left, sizeof left);
    memcpy(&right, other + length - sizeof right, sizeof right);
    return left == right;
}

/* --- header lines ----------------------------------------------------------------------------- */

/* Read permissions, offset, device and inode, and remember them; NULL where they cannot be. */
static const Middle *
read_middle(Reader *reader, const uint8_t *at)
{
    Registers got;
    memset(got.value, 0, sizeof got.value);
    const uint8_t *end = run_steps(&reader->tables->middle, at, reader->end, &got);
    if (!end || end == reader->end || got.value[MAJOR] > UINT32_MAX || got.value[MINOR] > UINT32_MAX
        || got.value[PERMS] > UINT8_MAX)
        return NULL;
    Middle *middle = &reader->middle[reader->next_middle];
    reader->next_middle = (reader->next_middle + 1) % MIDDLES;
    *middle = (Middle){
        .text = at,
        .length = (size_t)(end + 1 - at),
        .offset = got.value[OFFSET],
        .inode = got.value[INODE],
        .major = (uint32_t)got.value[MAJOR],
        .minor = (uint32_t)got.value[MINOR],
        .perms = (uint8_t)got.value[PERMS],
    };
    return middle;
}

/* The one that stands here once more, or NULL: for much anonymous memory it is the same. */
static const Middle *
repeat_middle(const Reader *reader, const uint8_t *at)
{
    size_t rest = (size_t)(reader->end - at);
    for (const Middle *middle = reader->middle; middle < reader->middle + MIDDLES; middle++)
        if (middle->length && middle->length <= rest
            && same_bytes(at, middle->text, middle->length))
            return middle;
    return NULL;
}

/* Read a header line into the next row; the end of it, or NULL. */
static const uint8_t *
read_header(Reader *reader, const Target *to, const Progress *now)
{
    Registers got;
    got.value[START] = got.value[END] = 0;
    got.from[NAME] = NULL;
    const uint8_t *at = run_steps(&reader->tables->addresses, now->at, reader->end, &got);
    if (!at || got.value[END] < got.value[START])
        return NULL;
    const Middle *middle = repeat_middle(reader, at);
    if (!middle && !(middle = read_middle(reader, at)))
        return NULL;
    at += middle->length - 1;
    const uint8_t *end = run_program(&reader->tables->name, at, reader->end, &got);
    if (!end)
        return NULL;
    int64_t name = 0;
    const uint8_t *from = got.from[NAME];
    if (from) {
        name = place_text(&reader->names, from, (size_t)(got.to[NAME] - from), -1);
        if (name < 0)
            return NULL;
    }
    size_t row = now->rows;
    to->at[row] = (uint64_t)(now->at - reader->begin);
    to->start[row] = got.value[START];
    to->last[row] = got.value[END];
    to->perms[row] = middle->perms;
    to->offset[row] = middle->offset;
    to->major[row] = middle->major;
    to->minor[row] = middle->minor;
    to->inode[row] = middle->inode;
    to->name[row] = (uint32_t)name;
    to->below[row] = 0;
    return end;
}

/* --- what stands below a header --------------------------------------------------------------- */

/* The row of what stands below the last header, in the usage columns; a new one if it has none. */
static uint32_t
place_below(const Target *to, Progress *now)
{
    uint32_t *place = &to->below[now->rows - 1];
    if (!*place)
        *place = (uint32_t)now->bodies++;
    return *place;
}

/* Whether a value for *key* can be stored there: there is a column, and nothing in it yet. */
static bool
is_free(const Key *key, const Target *to, const Progress *now)
{
    if (!now->rows || !to->present[key->column])
        return false;
    uint32_t place = to->below[now->rows - 1];
    return place < to->bodies && to->filled[key->column] <= (place ? place : now->bodies);
}

static void
store(const Key *key, const Target *to, Progress *now, uint64_t value)
{
    uint32_t place = place_below(to, now);
    if (key->kind == FLAGS)
        to->flags[place] = (uint32_t)value;
    else
        to->usage[key->column][place] = value;
    to->filled[key->column] = (uint64_t)place + 1;
}

/* The same, and remember it with the other lines of the entry. */
static void
add(Reader *reader, const Key *key, const Target *to, Progress *now, uint64_t value)
{
    store(key, to, now, value);
    Body *below = &reader->body[reader->below];
    if (below->lines == MAX_KEYS)
        reader->whole = false;
    if (reader->whole) {
        below->key[below->lines] = (int)(key - reader->tables->key);
        below->value[below->lines++] = value;
    }
}

/* A header line ends here: what stood below the one before it is remembered, if it was whole. */
static void
next_body(Reader *reader, const Target *to, const Progress *now, const uint8_t *behind)
{
    Body *below = &reader->body[reader->below];
    if (reader->whole && below->lines && now->rows) {
        below->length = (size_t)(now->at - below->text);
        below->place = to->below[now->rows - 1];
        reader->below = (reader->below + 1) % BODIES;
        below = &reader->body[reader->below];
    }
    below->text = behind;
    below->length = 0;
    below->lines = 0;
    reader->whole = true;
    reader->shared = NULL;
}

/* Below most headers stands what stood below another: then the two share a row. */
static void
share_body(Reader *reader, const Target *to, Progress *now)
{
    size_t rest = (size_t)(reader->end - now->at);
    for (const Body *body = reader->body; body < reader->body + BODIES; body++) {
        if (!body->length || rest < body->length || memcmp(now->at, body->text, body->length) != 0)
            continue;
        to->below[now->rows - 1] = body->place;
        fetch_ahead(now->at, body->length);
        now->at += body->length;
        reader->key = body->key[body->lines - 1] + 1;
        reader->whole = false; /* it is remembered already */
        reader->shared = body;
        return;
    }
}

/* One more line stands below the last header than it seemed: it gets a row of its own after all.
 * False where there is no column for what it shared. */
static bool
part_body(Reader *reader, const Target *to, Progress *now)
{
    const Body *body = reader->shared;
    const Key *key = reader->tables->key;
    for (int line = 0; line < body->lines; line++)
        if (!to->present[key[body->key[line]].column])
            return false;
    to->below[now->rows - 1] = 0;
    for (int line = 0; line < body->lines; line++)
        store(&key[body->key[line]], to, now, body->value[line]);
    reader->shared = NULL;
    return true;
}

/* --- the lines of it -------------------------------------------------------------------------- */

static bool
is_key(const Key *key, const uint8_t *at, const uint8_t *end)
{
    if (key->length > sizeof key->word || (size_t)(end - at) < sizeof key->word)
        return (size_t)(end - at) >= key->length && memcmp(at, key->text, key->length) == 0;
    uint64_t word[2];
    memcpy(word, at, sizeof word);
    return (((word[0] ^ key->word[0]) & key->mask[0]) | ((word[1] ^ key->word[1]) & key->mask[1]))
           == 0;
}

/* The number of the known key that stands here, from 1; 0 where none does. */
static int
find_key(const Reader *reader, const uint8_t *at)
{
    for (int i = 0; i < reader->tables->keys; i++)
        if (is_key(&reader->tables->key[i], at, reader->end))
            return i + 1;
    return 0;
}

/* Read what stands behind a known key; the end of the line, or NULL. */
static const uint8_t *
read_value(Reader *reader, const Key *key, const Target *to, Progress *now)
{
    Registers got;
    got.value[0] = 0;
    got.from[0] = NULL;
    const uint8_t *at = now->at + key->length;
    const uint8_t *end = run_program(&reader->tables->value[key->kind], at, reader->end, &got);
    if (!end || !is_free(key, to, now))
        return NULL;
    uint64_t value;
    if (key->kind == FLAGS) {
        size_t length = got.from[0] ? (size_t)(got.to[0] - got.from[0]) : 0;
        int64_t place = place_text(&reader->flags, got.from[0] ? got.from[0] : at, length, -1);
        if (place < 0)
            return NULL;
        value = (uint64_t)place;
    }
    else {
        uint64_t factor = key->kind == SIZE ? 1024 : 1;
        if (got.value[0] > (UINT64_MAX - 1) / factor)
            return NULL;
        value = got.value[0] * factor;
    }
    add(reader, key, to, now, value);
    if (end < reader->end) {
        size_t length = (size_t)(end + 1 - now->at);
        reader->line[key - reader->tables->key] = (Line){now->at, length, value};
    }
    return end;
}

/* The same for a line that stands as it stood in the entry before, as most do. */
static const uint8_t *
repeat_value(Reader *reader, int number, const Target *to, Progress *now)
{
    const Key *key = &reader->tables->key[number];
    const Line *line = &reader->line[number];
    if (!line->length || (size_t)(reader->end - now->at) < line->length || !is_free(key, to, now)
        || !same_bytes(now->at, line->text, line->length))
        return NULL;
    add(reader, key, to, now, line->value);
    return now->at + line->length - 1;
}

/* Keep where a line with an unknown key stands; the end of the line, or NULL. */
static const uint8_t *
read_text(Reader *reader, const Target *to, Progress *now)
{
    Registers got;
    memset(got.from, 0, sizeof got.from);
    const uint8_t *end = run_program(&reader->tables->text, now->at, reader->end, &got);
    if (!end || !got.from[0])
        return NULL;
    uint64_t *kept = to->kept + now->kept++ * KEPT_FIELDS;
    kept[0] = place_below(to, now);
    kept[1] = (uint64_t)(now->at - reader->begin);
    kept[2] = (uint64_t)(got.to[0] - reader->begin);
    kept[3] = (uint64_t)(end - reader->begin);
    reader->whole = false;
    return end;
}

/* --- all of them ------------------------------------------------------------------------------ */

Stop
read_lines(Reader *reader, const Target *to, Progress *now)
{
    while (now->at < reader->end) {
        const uint8_t *end;
        if (now->bodies == to->bodies)
            return BODIES_FULL;
        int key = reader->next_key[reader->key];
        if (key && !reader->shared && (end = repeat_value(reader, key - 1, to, now))) {
            reader->key = key;
            now->at = end + 1;
            continue;
        }
        if (!key || !is_key(&reader->tables->key[key - 1], now->at, reader->end)) {
            bool room = now->rows < to->rows;
            if (room && (end = read_header(reader, to, now))) {
                end = behind_line(end, reader->end);
                next_body(reader, to, now, end);
                reader->next_key[reader->key] = 0;
                reader->key = 0;
                now->rows++;
                now->at = end;
                share_body(reader, to, now);
                continue;
            }
            key = find_key(reader, now->at);
            if (!key && !room)
                return ROWS_FULL;
        }
        if (!now->rows)
            return ODD; /* a field before the first header line */
        if (reader->shared && !part_body(reader, to, now))
            return NO_USAGE;
        if (key && !to->present[reader->tables->key[key - 1].column])
            return NO_USAGE;
        if (!key && now->kept == to->kept_lines)
            return KEPT_FULL;
        end = key ? read_value(reader, &reader->tables->key[key - 1], to, now)
                  : read_text(reader, to, now);
        if (!end) {
            reader->whole = false;
            return ODD;
        }
        if (key) {
            reader->next_key[reader->key] = key;
            reader->key = key;
        }
        now->at = behind_line(end, reader->end);
    }
    return DONE;
}
