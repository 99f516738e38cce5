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

/* Writes at any offset from head on. */
static void ring_write(cwi_ring *ring, uint64_t offset, const void *bytes, size_t size) {
    size_t at = cwi_ring_place(ring, offset);
    size_t first = ring->size - at;
    if (size <= first) {
        memcpy(ring->bytes + at, bytes, size);
    } else {
        memcpy(ring->bytes + at, bytes, first);
        memcpy(ring->bytes, (const uint8_t *)bytes + first, size - first);
    }
}

void cwi_ring_read(const cwi_ring *ring, uint64_t offset, void *out, size_t size) {
    size_t at = cwi_ring_place(ring, offset);
    size_t first = ring->size - at;
    if (size <= first) {
        memcpy(out, ring->bytes + at, size);
    } else {
        memcpy(out, ring->bytes + at, first);
        memcpy((uint8_t *)out + first, ring->bytes, size - first);
    }
}

int cwi_ring_fits(const cwi_ring *ring, size_t span) {
    return ring->head - ring->tail + span <= ring->size;
}

uint64_t cwi_ring_tail_for(const cwi_ring *ring, size_t span) {
    uint64_t tail = ring->tail;
    while (ring->head - tail + span > ring->size)
        tail = cwi_ring_frame_end(ring, tail);
    return tail;
}

/* Lets an empty ring begin at its front again: with quick readers only that part of the memory is
 * used, and it stays in the processor's cache. */
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
    size_t at = cwi_ring_place(ring, ring->head);
    if (span <= ring->size - at) { /* in one piece, as nearly always */
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
        size_t fit = (ring->size - cwi_ring_place(ring, ring->head)) / span;
        if (fit == 0) { /* the frame that goes over the ring's end */
            cwire_part part;
            part.data = from;
            part.size = size;
            cwi_ring_put(ring, &header, &part, 1);
            header.sequence++;
            from += size;
            count--;
            continue;
        }
        uint8_t *to = ring->bytes + cwi_ring_place(ring, ring->head);
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
