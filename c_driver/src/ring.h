/* The ring of published frames. Pure: no lock, no allocation, no system call; the caller brings the
 * memory and the lock.
 *
 * Offsets count bytes since the start, in 64 bits, and never wrap; the byte at an offset lies at
 * offset modulo size. The memory is mapped twice in a row, so frames are never cut. The ring holds
 * the frames from `tail` to `head`. Readers may map it, too: both ends are also in the page before
 * the ring, as PROTOCOL.md says it, and what is written there is ordered for readers without a
 * lock.
 */
#ifndef CWI_RING_H
#define CWI_RING_H

#include "cwire.h"
#include "cwire_ring.h"

typedef struct cwi_ring {
    uint8_t *page;
    uint8_t *bytes; /* mapped twice in a row */
    size_t size;    /* a power of two */
    uint64_t tail;  /* where the oldest frame begins */
    uint64_t head;  /* where the next frame will begin */
} cwi_ring;

/* Makes an empty ring of memory that is all zeros, and describes it in its page. `begin` is what
 * lies before the ring in the file that readers map. */
void cwi_ring_init(cwi_ring *ring, void *page, size_t begin, void *bytes, size_t size,
                   uint64_t epoch);

/* Returns the smallest power of two that is at least `size` (at most SIZE_MAX / 4) and `least`, a
 * power of two. */
size_t cwi_ring_round(size_t size, size_t least);

/* Returns what `tail` must become for `span` bytes (at most the ring's size) to fit: the begin of a
 * whole frame, or head. */
uint64_t cwi_ring_tail_for(const cwi_ring *ring, size_t span);

/* Returns the last begin of a frame, or head, from `tail` on that is not after `until`. */
uint64_t cwi_ring_tail_until(const cwi_ring *ring, uint64_t tail, uint64_t until);

/* Gives up the frames before `tail`. */
void cwi_ring_drop(cwi_ring *ring, uint64_t tail);

/* Gives up all frames, and goes on at the front of the memory: where readers are quick only that
 * part of it is used, and it stays in the processor's cache. */
void cwi_ring_rewind(cwi_ring *ring);

/* Appends a frame, padding included, which must fit. */
void cwi_ring_put(cwi_ring *ring, const cwire_header *header, const cwire_part *parts,
                  size_t count);

/* Appends `count` frames, which must fit: payloads of one size that follow each other, under
 * headers that differ from `first` in their sequence only, which counts up. */
void cwi_ring_put_many(cwi_ring *ring, const cwire_header *first, const void *payloads,
                       size_t count);

/* Returns whether `span` more bytes fit without losing any. */
static inline int cwi_ring_fits(const cwi_ring *ring, size_t span) {
    return ring->head - ring->tail + span <= ring->size;
}

/* Returns where the byte at `offset` lies; as many as the ring has follow it. */
static inline uint8_t *cwi_ring_at(const cwi_ring *ring, uint64_t offset) {
    return ring->bytes + ((size_t)offset & (ring->size - 1));
}

/* Returns what a frame spans. Inline, because walks over frames call it for each. */
static inline uint64_t cwi_ring_span(const uint8_t *frame) {
    uint32_t size = (uint32_t)frame[0] | (uint32_t)frame[1] << 8 | (uint32_t)frame[2] << 16 |
                    (uint32_t)frame[3] << 24;
    return ((uint64_t)size + 7) & ~UINT64_C(7); /* cwire_frame_span, inlined */
}

/* Returns where the frame that begins at `offset` ends. */
static inline uint64_t cwi_ring_frame_end(const cwi_ring *ring, uint64_t offset) {
    return offset + cwi_ring_span(cwi_ring_at(ring, offset));
}

#endif
