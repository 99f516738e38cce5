/* The ring of published frames. See ring.h. */
#include "language.h"

#include "ring.h"

#include <string.h>

static const uint8_t padding[8];

static void describe32(cwi_ring *ring, int at, uint32_t value) {
    memcpy(ring->page + at, &value, sizeof value);
}

static void describe64(cwi_ring *ring, int at, uint64_t value) {
    memcpy(ring->page + at, &value, sizeof value);
}

void cwi_ring_init(cwi_ring *ring, void *page, size_t begin, void *bytes, size_t size,
                   uint64_t epoch) {
    memset(ring, 0, sizeof *ring);
    ring->page = page;
    ring->bytes = bytes;
    ring->size = size;
    memcpy(ring->page, CWIRE_RING_MAGIC, sizeof CWIRE_RING_MAGIC);
    describe32(ring, CWIRE_RING_AT_VERSION, CWIRE_RING_VERSION);
    describe32(ring, CWIRE_RING_AT_BEGIN, (uint32_t)begin);
    describe64(ring, CWIRE_RING_AT_SIZE, size);
    describe64(ring, CWIRE_RING_AT_EPOCH, epoch);
}

size_t cwi_ring_round(size_t size, size_t least) {
    size_t rounded = least;
    while (rounded < size)
        rounded *= 2;
    return rounded;
}

uint64_t cwi_ring_tail_for(const cwi_ring *ring, size_t span) {
    uint64_t tail = ring->tail;
    while (ring->head - tail + span > ring->size)
        tail = cwi_ring_frame_end(ring, tail);
    return tail;
}

uint64_t cwi_ring_tail_until(const cwi_ring *ring, uint64_t tail, uint64_t until) {
    uint64_t end = tail;
    while (end <= until) {
        tail = end;
        if (tail == ring->head)
            break;
        end = cwi_ring_frame_end(ring, tail);
    }
    return tail;
}

/* The fence is for the bytes that are written next: who sees one of them sees the tail, too. */
void cwi_ring_drop(cwi_ring *ring, uint64_t tail) {
    ring->tail = tail;
    CWIRE_RING_STORE(ring->page + CWIRE_RING_AT_TAIL, tail, __ATOMIC_RELAXED);
    CWIRE_RING_FENCE(__ATOMIC_RELEASE);
}

/* Shows what is written up to `head`. */
static void show(cwi_ring *ring, uint64_t head) {
    ring->head = head;
    CWIRE_RING_STORE(ring->page + CWIRE_RING_AT_HEAD, head, __ATOMIC_RELEASE);
}

void cwi_ring_rewind(cwi_ring *ring) {
    const uint64_t front = (ring->head + ring->size - 1) & ~(uint64_t)(ring->size - 1);
    cwi_ring_drop(ring, front);
    show(ring, front);
}

static void store_header(uint8_t *to, const cwire_header *header) {
#if defined(CWIRE_RING_TSAN)
    uint8_t bytes[CWIRE_HEADER_SIZE];
    cwire_header_store(bytes, header);
    cwire_ring_copy(to, bytes, sizeof bytes);
#else
    cwire_header_store(to, header);
#endif
}

void cwi_ring_put(cwi_ring *ring, const cwire_header *header, const cwire_part *parts,
                  size_t count) {
    const size_t span = cwire_frame_span(header->size);
    uint8_t *to = cwi_ring_at(ring, ring->head);
    /* The padding comes first: maybe there is none, and this is written over. */
    cwire_ring_copy(to + span - sizeof padding, padding, sizeof padding);
    store_header(to, header);
    to += CWIRE_HEADER_SIZE;
    for (size_t i = 0; i < count; to += parts[i++].size)
        if (parts[i].size > 0) /* else its data may be NULL */
            cwire_ring_copy(to, parts[i].data, parts[i].size);
    show(ring, ring->head + span);
}

void cwi_ring_put_many(cwi_ring *ring, const cwire_header *first, const void *payloads,
                       size_t count) {
    const uint8_t *from = payloads;
    const size_t size = first->size - CWIRE_HEADER_SIZE;
    const size_t span = cwire_frame_span(first->size);
    cwire_header header = *first;
    uint8_t *to = cwi_ring_at(ring, ring->head);
    for (size_t i = 0; i < count; i++, to += span, from += size) {
        cwire_ring_copy(to + span - sizeof padding, padding, sizeof padding);
        store_header(to, &header);
        header.sequence++;
        if (size > 0)
            cwire_ring_copy(to + CWIRE_HEADER_SIZE, from, size);
    }
    show(ring, ring->head + count * span);
}
