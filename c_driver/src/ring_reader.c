/* The reader of a ring that another process writes. See cwire_ring.h. Pure.
 *
 * Nothing in the ring is believed: the writer may be a foreign program, or a broken one. What is
 * copied may be overwritten at the same time; the ring's tail says afterwards whether it was. */
#include "language.h"

#include "cwire_ring.h"

#include "cwire_frame.h"

/* How often a writer may get ahead of one call; after that the caller's next call goes on. */
enum { ATTEMPTS = 4 };

static uint64_t load(const uint8_t *page, size_t at) {
    return CWIRE_RING_LOAD(page + at, __ATOMIC_ACQUIRE);
}

static void set_position(cwire_ring_reader *reader, uint64_t position) {
    reader->position = position;
    CWIRE_RING_STORE(reader->own + CWIRE_READER_AT_POSITION, position, __ATOMIC_RELEASE);
}

int cwire_ring_attach(cwire_ring_reader *reader, const void *page, size_t page_bytes,
                      const void *bytes, void *own, uint64_t epoch, uint64_t position) {
    const uint8_t *at = page;
    const uint32_t version = CWIRE_RING_VERSION;
    uint32_t of_page, begin;
    uint64_t size, of_run;
    memset(reader, 0, sizeof *reader);
    if (page_bytes < CWIRE_RING_PAGE || memcmp(at, CWIRE_RING_MAGIC, 8) != 0)
        return CWIRE_RING_LIE;
    memcpy(&of_page, at + CWIRE_RING_AT_VERSION, sizeof of_page);
    memcpy(&begin, at + CWIRE_RING_AT_BEGIN, sizeof begin);
    memcpy(&size, at + CWIRE_RING_AT_SIZE, sizeof size);
    memcpy(&of_run, at + CWIRE_RING_AT_EPOCH, sizeof of_run);
    if (of_page != version || begin != page_bytes || of_run != epoch || size < page_bytes ||
        (size & (size - 1)) != 0 || size > SIZE_MAX / 4)
        return CWIRE_RING_LIE;
    reader->page = at;
    reader->bytes = bytes;
    reader->own = own;
    reader->size = size;
    if (position % 8 != 0 || position > load(at, CWIRE_RING_AT_HEAD))
        return CWIRE_RING_LIE;
    memcpy(reader->own, CWIRE_READER_MAGIC, 8);
    memcpy(reader->own + CWIRE_READER_AT_VERSION, &version, sizeof version);
    set_position(reader, position);
    return CWIRE_RING_OK;
}

/* Loads head and tail, and moves a position that was overtaken. Returns 1 if there is something to
 * read, 0 if not, or CWIRE_RING_LIE if they cannot be true. */
static int look(cwire_ring_reader *reader) {
    uint64_t head, tail;
    int attempts = ATTEMPTS;
    do { /* the tail that is loaded may be newer than the head */
        head = load(reader->page, CWIRE_RING_AT_HEAD);
        tail = load(reader->page, CWIRE_RING_AT_TAIL);
    } while (tail > head && --attempts > 0);
    if ((head | tail) % 8 != 0 || head < reader->head || tail < reader->tail ||
        reader->position > head)
        return CWIRE_RING_LIE;
    if (tail > head) {
        /* It begins at the ring's front again, and has not put the first frame there yet: perhaps
         * for long, if it is stopped there. */
        if (tail - head > reader->size)
            return CWIRE_RING_LIE;
        tail = head;
    } else if (head - tail > reader->size) {
        return CWIRE_RING_LIE;
    }
    reader->head = head;
    reader->tail = tail;
    if (reader->position < tail)
        set_position(reader, tail);
    return reader->position < head;
}

/* Returns whether the bytes from `position` on, which have been read, were what the writer had put
 * there. */
static int was_whole(cwire_ring_reader *reader, uint64_t position) {
    CWIRE_RING_FENCE(__ATOMIC_ACQUIRE);
    uint64_t tail = load(reader->page, CWIRE_RING_AT_TAIL);
    if (tail > reader->tail)
        reader->tail = tail;
    return reader->tail <= position;
}

/* A number of a frame, which is little-endian on every machine. */
static uint32_t load32(const uint8_t *bytes) {
    uint8_t at[4];
    cwire_ring_copy(at, bytes, sizeof at);
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The size field of a frame. */
static uint32_t frame_size(const uint8_t *bytes) { return load32(bytes); }

/* Walks whole frames and returns the bytes of those that fit `room`. Sets *next to what the frame
 * behind them spans: 0 if none is there. */
static size_t walk(const uint8_t *bytes, size_t length, size_t room, size_t *next) {
    const size_t end = length < room ? length : room;
    size_t at = 0;
    *next = 0;
    while (at < length) {
        const uint32_t size = frame_size(bytes + at);
        const size_t span = ((size_t)size + 7u) & ~(size_t)7u; /* cwire_frame_span, inlined */
        *next = span;
        if (span < CWIRE_HEADER_SIZE || span > end - at)
            break;
        /* Frames of one size mostly come in runs. */
        do
            at += span;
        while (end - at >= span && frame_size(bytes + at) == size);
        *next = 0;
    }
    return at;
}

long cwire_ring_take(cwire_ring_reader *reader, void *out, size_t room, size_t *needed) {
    *needed = 0;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        const int found = look(reader);
        if (found <= 0)
            return found;
        const uint64_t position = reader->position;
        const size_t there = (size_t)(reader->head - position);
        const uint8_t *from = reader->bytes + (size_t)(position & (reader->size - 1));
        size_t length = there, next = 0;
        if (there > room) {
            length = walk(from, there, room, &next);
            const int broken = next < CWIRE_HEADER_SIZE || next > there - length;
            if (broken || length == 0) {
                if (!was_whole(reader, position))
                    continue;
                if (broken)
                    return CWIRE_RING_LIE;
                *needed = next;
                return 0;
            }
        }
        cwire_ring_copy(out, from, length);
        if (!was_whole(reader, position)) {
            /* What lies behind the new tail is good and begins with a whole frame; where the copy
             * ends, perhaps sizes said that were not. */
            const uint64_t lost = reader->tail - position;
            if (lost >= length)
                continue;
            memmove(out, (uint8_t *)out + lost, length - (size_t)lost);
            length = walk(out, length - (size_t)lost, room, &next);
            set_position(reader, position + lost);
        }
        set_position(reader, reader->position + length);
        return (long)length;
    }
    return 0;
}

int cwire_ring_take_place(cwire_ring_reader *reader, uint32_t number, uint32_t count) {
    const uint32_t size = CWIRE_HEADER_SIZE + CWIRE_RING_PLACE_SIZE;
    const int found = look(reader);
    if (found <= 0)
        return found;
    const uint64_t position = reader->position;
    const uint8_t *frame = reader->bytes + (size_t)(position & (reader->size - 1));
    const uint8_t *payload = frame + CWIRE_HEADER_SIZE;
    if (reader->head - position < size || frame_size(frame) != size ||
        load32(frame + 4) != CWIRE_CONTROL || /* its flags and source are 0, too */
        load32(payload) != CWIRE_RING_PLACE || load32(payload + 4) != number ||
        load32(payload + 8) != count || !was_whole(reader, position))
        return 0;
    set_position(reader, position + size);
    return 1;
}

int cwire_ring_peek(cwire_ring_reader *reader, void *header) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        const int found = look(reader);
        if (found <= 0)
            return found;
        const uint64_t position = reader->position, there = reader->head - position;
        const int broken = there < CWIRE_HEADER_SIZE;
        if (!broken)
            cwire_ring_copy(header, reader->bytes + (size_t)(position & (reader->size - 1)),
                            CWIRE_HEADER_SIZE);
        if (!was_whole(reader, position))
            continue;
        const uint64_t size = broken ? 0 : frame_size(header);
        if (size < CWIRE_HEADER_SIZE || size > there) /* that is a multiple of 8 */
            return CWIRE_RING_LIE;
        reader->behind = position + ((size + 7u) & ~(uint64_t)7u);
        return 1;
    }
    return 0;
}

long cwire_ring_view(cwire_ring_reader *reader, size_t room, const uint8_t **bytes) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        const int found = look(reader);
        if (found <= 0)
            return found;
        const uint64_t position = reader->position;
        const size_t there = (size_t)(reader->head - position);
        const uint8_t *from = reader->bytes + (size_t)(position & (reader->size - 1));
        size_t length = there, next = 0;
        if (there > room) {
            length = walk(from, there, room, &next);
            const int broken = next < CWIRE_HEADER_SIZE || next > there - length;
            if (!was_whole(reader, position))
                continue;
            if (broken)
                return CWIRE_RING_LIE;
            if (length == 0)
                length = next;
        }
        *bytes = from;
        reader->behind = position + length;
        return (long)length;
    }
    return 0;
}

int cwire_ring_skip(cwire_ring_reader *reader) {
    /* What was overtaken lies before the tail: the next look goes on from there. */
    const int whole = was_whole(reader, reader->position);
    if (whole && reader->behind > reader->position)
        set_position(reader, reader->behind);
    return whole;
}

static uint32_t *sleeps(cwire_ring_reader *reader) {
    return (uint32_t *)(void *)(reader->own + CWIRE_READER_AT_SLEEPS);
}

int cwire_ring_sleep(cwire_ring_reader *reader) {
    /* Another value each time: for the last one the driver may have rung already. */
    __atomic_fetch_add(sleeps(reader), *sleeps(reader) % 2 ? 2 : 1, __ATOMIC_SEQ_CST);
    /* The writer stores its head, and then looks whether a reader sleeps: one of the two sees what
     * the other has done. */
    CWIRE_RING_FENCE(__ATOMIC_SEQ_CST);
    if (load(reader->page, CWIRE_RING_AT_HEAD) == reader->position)
        return 1;
    cwire_ring_wake(reader);
    return 0;
}

void cwire_ring_wake(cwire_ring_reader *reader) {
    if (*sleeps(reader) % 2 != 0)
        __atomic_fetch_add(sleeps(reader), 1, __ATOMIC_SEQ_CST);
}

void cwire_ring_be_lazy(cwire_ring_reader *reader, int lazy) {
    __atomic_store_n((uint32_t *)(void *)(reader->own + CWIRE_READER_AT_LAZY), lazy != 0,
                     __ATOMIC_RELAXED);
}
