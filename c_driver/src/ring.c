/* The ring of published frames. See ring.h. */
#include "ring.h"

#include <string.h>

void cwi_ring_init(cwi_ring *ring, void *bytes, size_t size) {
    memset(ring, 0, sizeof *ring);
    ring->bytes = bytes;
    ring->size = size;
}

size_t cwi_ring_round(size_t size) {
    size_t rounded = 64;
    while (rounded < size)
        rounded *= 2;
    return rounded;
}

static size_t place(const cwi_ring *ring, uint64_t offset) {
    return (size_t)(offset - ring->origin) & (ring->size - 1);
}

/* Writes at any offset from head on. */
static void ring_write(cwi_ring *ring, uint64_t offset, const void *bytes, size_t size) {
    size_t at = place(ring, offset);
    size_t first = ring->size - at;
    if (size <= first) {
        memcpy(ring->bytes + at, bytes, size);
    } else {
        memcpy(ring->bytes + at, bytes, first);
        memcpy(ring->bytes, (const uint8_t *)bytes + first, size - first);
    }
}

void cwi_ring_read(const cwi_ring *ring, uint64_t offset, void *out, size_t size) {
    size_t at = place(ring, offset);
    size_t first = ring->size - at;
    if (size <= first) {
        memcpy(out, ring->bytes + at, size);
    } else {
        memcpy(out, ring->bytes + at, first);
        memcpy((uint8_t *)out + first, ring->bytes, size - first);
    }
}

/* Frames begin at multiples of 8, and so do the ring's two ends: a size field is never cut. Static
 * for the walks over frames below: they take this step for each. */
static uint64_t frame_end(const cwi_ring *ring, uint64_t offset) {
    const uint8_t *at = ring->bytes + place(ring, offset);
    uint32_t size =
        (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    return offset + (((uint64_t)size + 7) & ~UINT64_C(7)); /* cwire_frame_span, inlined */
}

uint64_t cwi_ring_frame_end(const cwi_ring *ring, uint64_t offset) {
    return frame_end(ring, offset);
}

int cwi_ring_fits(const cwi_ring *ring, size_t span) {
    return ring->head - ring->tail + span <= ring->size;
}

uint64_t cwi_ring_tail_for(const cwi_ring *ring, size_t span) {
    uint64_t tail = ring->tail;
    while (ring->head - tail + span > ring->size)
        tail = frame_end(ring, tail);
    return tail;
}

/* An empty ring begins at its front again, so that with quick readers only that part of the memory
 * is used, and stays in the processor's cache. */
static void rewind_if_empty(cwi_ring *ring) {
    if (ring->tail == ring->head)
        ring->origin = ring->head;
}

void cwi_ring_append(cwi_ring *ring, const void *bytes, size_t size) {
    rewind_if_empty(ring);
    ring_write(ring, ring->head, bytes, size);
    ring->head += size;
}

void cwi_ring_put(cwi_ring *ring, const cwire_header *header, const cwire_part *parts,
                  size_t count) {
    static const uint8_t zeros[8];
    rewind_if_empty(ring);
    size_t span = cwire_frame_span(header->size);
    size_t at = place(ring, ring->head);
    if (span <= ring->size - at) { /* in one piece, as nearly always: the short way */
        uint8_t *to = ring->bytes + at;
        memset(to + span - 8, 0, 8); /* the padding, and maybe bytes that are written next */
        cwire_header_store(to, header);
        to += CWIRE_HEADER_SIZE;
        for (size_t i = 0; i < count; to += parts[i++].size)
            if (parts[i].size > 0) /* else its data may be NULL */
                memcpy(to, parts[i].data, parts[i].size);
    } else {
        uint8_t head[CWIRE_HEADER_SIZE];
        uint64_t offset = ring->head + CWIRE_HEADER_SIZE;
        cwire_header_store(head, header);
        ring_write(ring, ring->head, head, sizeof head);
        for (size_t i = 0; i < count; offset += parts[i++].size)
            if (parts[i].size > 0)
                ring_write(ring, offset, parts[i].data, parts[i].size);
        ring_write(ring, offset, zeros, span - header->size);
    }
    ring->head += span;
}

void cwi_ring_put_many(cwi_ring *ring, const cwire_header *first, const void *payloads,
                       size_t count) {
    const uint8_t *from = payloads;
    const size_t size = first->size - CWIRE_HEADER_SIZE;
    const size_t span = cwire_frame_span(first->size);
    cwire_header header = *first;
    rewind_if_empty(ring);
    while (count > 0) {
        size_t fit = (ring->size - place(ring, ring->head)) / span;
        if (fit == 0) { /* the one that goes over the ring's end */
            cwire_part part;
            part.data = from;
            part.size = size;
            cwi_ring_put(ring, &header, &part, 1);
            header.sequence++;
            from += size;
            count--;
            continue;
        }
        uint8_t *to = ring->bytes + place(ring, ring->head);
        fit = fit < count ? fit : count;
        count -= fit;
        ring->head += fit * span;
        for (; fit > 0; fit--, to += span, from += size) {
            memset(to + span - 8, 0, 8); /* the padding, and maybe bytes that are written next */
            cwire_header_store(to, &header);
            header.sequence++;
            if (size > 0)
                memcpy(to + CWIRE_HEADER_SIZE, from, size);
        }
    }
}

void cwi_cursor_init(cwi_cursor *cursor, const cwi_ring *ring, void *rest) {
    memset(cursor, 0, sizeof *cursor);
    cursor->frame = ring->head;
    cursor->rest = rest;
}

int cwi_cursor_inside(const cwi_cursor *cursor) {
    return cursor->taken > 0 || cursor->rest_taken < cursor->rest_size;
}

size_t cwi_cursor_waiting(const cwi_cursor *cursor, const cwi_ring *ring) {
    return (size_t)(ring->head - cursor->frame) - cursor->taken + cursor->rest_size -
           cursor->rest_taken;
}

int cwi_cursor_lap(cwi_cursor *cursor, const cwi_ring *ring, uint64_t tail) {
    if (cursor->frame >= tail)
        return 0;
    if (cursor->taken > 0) {
        uint64_t end = cwi_ring_frame_end(ring, cursor->frame);
        cursor->rest_size = (size_t)(end - cursor->frame) - cursor->taken;
        cursor->rest_taken = 0;
        cwi_ring_read(ring, cursor->frame + cursor->taken, cursor->rest, cursor->rest_size);
        cursor->frame = end;
        cursor->taken = 0;
    }
    int lost = cursor->frame < tail;
    cursor->frame = tail;
    return lost;
}

static size_t smaller(uint64_t a, size_t b) { return a < b ? (size_t)a : b; }

/* Whole frames from the cursor to `until` that fit in `room`, in bytes. */
static size_t whole_frames(const cwi_cursor *cursor, const cwi_ring *ring, uint64_t until,
                           size_t room) {
    if (until - cursor->frame <= room)
        return (size_t)(until - cursor->frame);
    uint64_t end = cursor->frame;
    for (;;) {
        uint64_t next = frame_end(ring, end);
        if (next - cursor->frame > room)
            return (size_t)(end - cursor->frame);
        end = next;
    }
}

size_t cwi_cursor_take(cwi_cursor *cursor, const cwi_ring *ring, uint64_t until, void *out,
                       size_t room, int split) {
    if (cursor->rest_taken < cursor->rest_size) {
        size_t size = smaller(cursor->rest_size - cursor->rest_taken, room);
        memcpy(out, cursor->rest + cursor->rest_taken, size);
        cursor->rest_taken += size;
        return size;
    }
    if (cursor->frame >= until)
        return 0;
    size_t size = cursor->taken > 0 ? 0 : whole_frames(cursor, ring, until, room);
    if (size > 0) {
        cwi_ring_read(ring, cursor->frame, out, size);
        cursor->frame += size;
        return size;
    }
    if (cursor->taken == 0 && !split)
        return 0;
    uint64_t end = cwi_ring_frame_end(ring, cursor->frame);
    size = smaller(end - cursor->frame - cursor->taken, room);
    cwi_ring_read(ring, cursor->frame + cursor->taken, out, size);
    cursor->taken += size;
    if (cursor->frame + cursor->taken == end) {
        cursor->frame = end;
        cursor->taken = 0;
    }
    return size;
}
