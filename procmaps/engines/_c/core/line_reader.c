/* From lines to columns. See scanner.h. */
#include "scanner.h"

#include <string.h>

/* The registers of a header line: HEADER_PARTS of procmaps/grammar/loading.py. */
enum { START, END, PERMS, OFFSET, MAJOR, MINOR, INODE, NAME };

/* Prefetch the text that is read some lines later. The processor's own prefetching stops at the end
 * of a page of memory. A prefetch after the end of the text is harmless. */
static void
fetch_ahead(const uint8_t *at, size_t length)
{
    enum { AHEAD = 2048, CACHE_LINE = 64 };
    for (size_t i = 0; i < length; i += CACHE_LINE)
        __builtin_prefetch((const void *)((uintptr_t)at + AHEAD + i));
}

/* Return the start of the next line; *at* is a newline or the end of the text. */
static const uint8_t *
after_newline(const uint8_t *at, const uint8_t *end)
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

/* --- header lines ---------------------------------------------------------------------------- */

/* Parse permissions, offset, device and inode into the cache. Return NULL if they do not match, if
 * a value is impossible, or if nothing follows. */
static const FixedColumns *
read_fixed_columns(Reader *reader, const uint8_t *at)
{
    Registers got;
    memset(got.value, 0, sizeof got.value);
    got.overflow = false;
    const uint8_t *end = run_steps(&reader->tables->fixed_columns, at, reader->end, &got);
    reader->no_header = !end && !got.overflow;
    if (!end || end == reader->end || got.value[MAJOR] > UINT32_MAX || got.value[MINOR] > UINT32_MAX
        || got.value[PERMS] > UINT8_MAX)
        return NULL;
    FixedColumns *columns = &reader->fixed_columns[reader->next_fixed_columns];
    reader->next_fixed_columns = (reader->next_fixed_columns + 1) % CACHED_FIXED_COLUMNS;
    *columns = (FixedColumns){
        .text = at,
        .length = (size_t)(end + 1 - at),
        .offset = got.value[OFFSET],
        .inode = got.value[INODE],
        .major = (uint32_t)got.value[MAJOR],
        .minor = (uint32_t)got.value[MINOR],
        .perms = (uint8_t)got.value[PERMS],
    };
    return columns;
}

/* Return the cached columns that occur again at *at*, or NULL. Anonymous memory mostly has equal
 * ones. */
static const FixedColumns *
find_fixed_columns(const Reader *reader, const uint8_t *at)
{
    size_t rest = (size_t)(reader->end - at);
    const FixedColumns *columns = reader->fixed_columns;
    for (; columns < reader->fixed_columns + CACHED_FIXED_COLUMNS; columns++)
        if (columns->length && columns->length <= rest
            && same_bytes(at, columns->text, columns->length))
            return columns;
    return NULL;
}

/* Parse the header line at *at*. Return its end before the newline; NULL if it does not match, or a
 * value is impossible. */
const uint8_t *
parse_header(Reader *reader, const uint8_t *at, HeaderLine *line)
{
    Registers got;
    got.value[START] = got.value[END] = 0;
    got.span_start[NAME] = NULL;
    got.overflow = false;
    at = run_steps(&reader->tables->addresses, at, reader->end, &got);
    reader->no_header = !at && !got.overflow;
    if (!at || got.value[END] < got.value[START])
        return NULL;
    const FixedColumns *columns = find_fixed_columns(reader, at);
    if (!columns && !(columns = read_fixed_columns(reader, at)))
        return NULL;
    at += columns->length - 1;
    const uint8_t *end = run_program(&reader->tables->name, at, reader->end, &got);
    if (!end) {
        reader->no_header = !got.overflow;
        return NULL;
    }
    line->start = got.value[START];
    line->end = got.value[END];
    line->columns = columns;
    line->name = got.span_start[NAME];
    line->name_length = line->name ? (size_t)(got.span_end[NAME] - line->name) : 0;
    return end;
}

/* Read a header line into the next row. Return its end before the newline, or NULL. */
static const uint8_t *
read_header(Reader *reader, const Output *out, const Progress *now)
{
    HeaderLine line;
    const uint8_t *end = parse_header(reader, now->at, &line);
    if (!end)
        return NULL;
    int64_t name_index = 0;
    if (line.name) {
        name_index = intern_text(reader->names, line.name, line.name_length);
        if (name_index < 0) {
            reader->no_memory = true;
            return NULL;
        }
    }
    const FixedColumns *columns = line.columns;
    size_t row = now->rows;
    out->line_offset[row] = (uint64_t)(now->at - reader->begin);
    out->start[row] = line.start;
    out->end[row] = line.end;
    out->perms[row] = columns->perms;
    out->offset[row] = columns->offset;
    out->major[row] = columns->major;
    out->minor[row] = columns->minor;
    out->inode[row] = columns->inode;
    out->name_index[row] = (uint32_t)name_index;
    out->usage_row[row] = 0;
    return end;
}

/* --- field blocks ---------------------------------------------------------------------------- */

/* Return the usage row of the last mapping. Give it a new row if it has none. */
static uint32_t
current_usage_row(const Output *out, Progress *now)
{
    uint32_t *row = &out->usage_row[now->rows - 1];
    if (!*row)
        *row = (uint32_t)now->usage_rows++;
    return *row;
}

/* Return whether a value for *key* can be stored: its column exists and has no value in the row. */
static bool
is_free(const Key *key, const Output *out, const Progress *now)
{
    if (!now->rows || !out->present[key->column])
        return false;
    uint32_t row = out->usage_row[now->rows - 1];
    return row < out->usage_capacity && out->filled[key->column] <= (row ? row : now->usage_rows);
}

static void
store(const Key *key, const Output *out, Progress *now, uint64_t value)
{
    uint32_t row = current_usage_row(out, now);
    if (key->kind == FLAGS)
        out->flags[row] = (uint32_t)value;
    else
        out->usage[key->column][row] = value;
    out->filled[key->column] = (uint64_t)row + 1;
}

/* Store a value and add its line to the current block. */
static void
add(Reader *reader, const Key *key, const Output *out, Progress *now, uint64_t value)
{
    store(key, out, now, value);
    UsageBlock *block = &reader->block[reader->current_block];
    if (block->lines == MAX_KEYS)
        reader->cacheable = false;
    if (reader->cacheable) {
        block->key[block->lines] = (int)(key - reader->tables->key);
        block->value[block->lines++] = value;
    }
}

/* Begin a new block after a header line, which ends at *after_header*. Cache the block before the
 * header line if it is complete. */
static void
begin_block(Reader *reader, const Output *out, const Progress *now, const uint8_t *after_header)
{
    UsageBlock *block = &reader->block[reader->current_block];
    if (reader->cacheable && block->lines && now->rows) {
        block->length = (size_t)(now->at - block->text);
        block->usage_row = out->usage_row[now->rows - 1];
        reader->current_block = (reader->current_block + 1) % CACHED_BLOCKS;
        block = &reader->block[reader->current_block];
    }
    block->text = after_header;
    block->length = 0;
    block->lines = 0;
    reader->cacheable = true;
    reader->shared_block = NULL;
}

/* If the last mapping repeats a cached block, give it the row of that block and skip the lines. */
static void
share_block(Reader *reader, const Output *out, Progress *now)
{
    size_t rest = (size_t)(reader->end - now->at);
    for (const UsageBlock *block = reader->block; block < reader->block + CACHED_BLOCKS; block++) {
        if (!block->length || rest < block->length
            || memcmp(now->at, block->text, block->length) != 0)
            continue;
        out->usage_row[now->rows - 1] = block->usage_row;
        fetch_ahead(now->at, block->length);
        now->at += block->length;
        reader->key = block->key[block->lines - 1] + 1;
        reader->cacheable = false; /* it is in the cache already */
        reader->shared_block = block;
        return;
    }
}

/* Give the last mapping its own copy of the shared block, because a further field line follows.
 * Return false if a column of the block does not exist. */
static bool
unshare_block(Reader *reader, const Output *out, Progress *now)
{
    const UsageBlock *block = reader->shared_block;
    const Key *key = reader->tables->key;
    for (int line = 0; line < block->lines; line++)
        if (!out->present[key[block->key[line]].column])
            return false;
    out->usage_row[now->rows - 1] = 0;
    for (int line = 0; line < block->lines; line++)
        store(&key[block->key[line]], out, now, block->value[line]);
    reader->shared_block = NULL;
    return true;
}

/* --- field lines ----------------------------------------------------------------------------- */

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

/* Return the number of the known key at *at*, from 1; 0 if there is none. */
static int
find_key(const Reader *reader, const uint8_t *at)
{
    for (int i = 0; i < reader->tables->keys; i++)
        if (is_key(&reader->tables->key[i], at, reader->end))
            return i + 1;
    return 0;
}

/* Read a line with a known key. Return its end before the newline, or NULL. */
static const uint8_t *
read_value(Reader *reader, const Key *key, const Output *out, Progress *now)
{
    Registers got;
    got.value[0] = 0;
    got.span_start[0] = NULL;
    const uint8_t *at = now->at + key->length;
    const uint8_t *end = run_program(&reader->tables->value[key->kind], at, reader->end, &got);
    if (!end || !is_free(key, out, now))
        return NULL;
    uint64_t value;
    if (key->kind == FLAGS) {
        const uint8_t *text = got.span_start[0] ? got.span_start[0] : at;
        size_t length = got.span_start[0] ? (size_t)(got.span_end[0] - text) : 0;
        int64_t index = intern_text(reader->flags, text, length);
        if (index < 0) {
            reader->no_memory = true;
            return NULL;
        }
        value = (uint64_t)index;
    }
    else {
        uint64_t factor = key->kind == SIZE ? 1024 : 1;
        if (got.value[0] > (UINT64_MAX - 1) / factor)
            return NULL;
        value = got.value[0] * factor;
    }
    add(reader, key, out, now, value);
    if (end < reader->end) {
        size_t length = (size_t)(end + 1 - now->at);
        reader->line[key - reader->tables->key] = (CachedLine){now->at, length, value};
    }
    return end;
}

/* Read a line that equals the last line with its key, as most do. Return its end before the
 * newline, or NULL. */
static const uint8_t *
repeat_value(Reader *reader, int key_index, const Output *out, Progress *now)
{
    const Key *key = &reader->tables->key[key_index];
    const CachedLine *line = &reader->line[key_index];
    if (!line->length || (size_t)(reader->end - now->at) < line->length || !is_free(key, out, now)
        || !same_bytes(now->at, line->text, line->length))
        return NULL;
    add(reader, key, out, now, line->value);
    return now->at + line->length - 1;
}

/* Read a line with any key. Return its end before the newline, or NULL if no line has this form. */
static const uint8_t *
match_text(const Reader *reader, const uint8_t *at)
{
    Registers got;
    memset(got.span_start, 0, sizeof got.span_start);
    const uint8_t *end = run_program(&reader->tables->text, at, reader->end, &got);
    return got.span_start[0] ? end : NULL;
}

/* Record the usage row of a line with an unknown key, which ends at *end*. */
static void
add_extra(Reader *reader, const Output *out, Progress *now, const uint8_t *end)
{
    uint32_t row = current_usage_row(out, now);
    uint64_t *numbers = out->extra + now->extra * EXTRA_NUMBERS;
    if (!now->extra || numbers[-EXTRA_NUMBERS] != row) {
        numbers[0] = row;
        numbers[1] = (uint64_t)(now->at - reader->begin);
        numbers += EXTRA_NUMBERS;
        now->extra++;
    }
    numbers[-1] = (uint64_t)(after_newline(end, reader->end) - reader->begin);
    reader->cacheable = false;
}

/* --- lines that cannot be read --------------------------------------------------------------- */

/* Record the line as unparsed and go to the next one. Return false without room. */
static bool
skip_unparsed(Reader *reader, const Output *out, Progress *now)
{
    uint64_t start = (uint64_t)(now->at - reader->begin);
    uint64_t *range = out->unparsed + now->unparsed * UNPARSED_NUMBERS;
    bool follows = now->unparsed && range[-1] == start;
    if (!follows && now->unparsed == out->unparsed_capacity)
        return false;
    const uint8_t *newline = memchr(now->at, '\n', (size_t)(reader->end - now->at));
    now->at = newline ? newline + 1 : reader->end;
    if (!follows) {
        range += UNPARSED_NUMBERS;
        range[-2] = start;
        now->unparsed++;
    }
    range[-1] = (uint64_t)(now->at - reader->begin);
    return true;
}

/* --- all lines ------------------------------------------------------------------------------- */

/* Read lines until the text ends, a buffer is full, or a line does not match. */
Stop
read_lines(Reader *reader, const Output *out, Progress *now)
{
    while (now->at < reader->end) {
        const uint8_t *end = NULL;
        if (now->usage_rows == out->usage_capacity)
            return USAGE_ROWS_FULL;
        int key = reader->next_key[reader->key];
        if (key && !reader->shared_block && (end = repeat_value(reader, key - 1, out, now))) {
            reader->key = key;
            now->at = end + 1;
            continue;
        }
        if (!key || !is_key(&reader->tables->key[key - 1], now->at, reader->end)) {
            bool has_room = now->rows < out->row_capacity;
            if (has_room && (end = read_header(reader, out, now))) {
                end = after_newline(end, reader->end);
                begin_block(reader, out, now, end);
                reader->next_key[reader->key] = 0;
                reader->key = 0;
                now->rows++;
                now->at = end;
                share_block(reader, out, now);
                continue;
            }
            if (reader->no_memory)
                return NO_MEMORY;
            key = find_key(reader, now->at);
            if (!key && !has_room)
                return ROWS_FULL;
        }
        if (!key && !(end = match_text(reader, now->at))) {
            reader->cacheable = false; /* the block has a line that is no field */
            if (!reader->no_header)
                return UNMATCHED;
            if (!skip_unparsed(reader, out, now))
                return UNPARSED_FULL;
            continue;
        }
        if (!now->rows)
            return UNMATCHED; /* a field line before the first header line */
        if (reader->shared_block && !unshare_block(reader, out, now))
            return NO_USAGE_COLUMN;
        if (key && !out->present[reader->tables->key[key - 1].column])
            return NO_USAGE_COLUMN;
        if (!key && now->extra == out->extra_capacity)
            return EXTRA_FULL;
        if (key)
            end = read_value(reader, &reader->tables->key[key - 1], out, now);
        else
            add_extra(reader, out, now, end);
        if (!end) {
            reader->cacheable = false;
            return reader->no_memory ? NO_MEMORY : UNMATCHED;
        }
        if (key) {
            reader->next_key[reader->key] = key;
            reader->key = key;
        }
        now->at = after_newline(end, reader->end);
    }
    return DONE;
}
