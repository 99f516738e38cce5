/* The ring of published frames. Pure: no lock, no allocation, no system call; the caller brings the
 * memory and the lock.
 *
 * Offsets count bytes since the start, in 64 bits, and never wrap. The ring holds the frames from
 * `tail` (the oldest that some peer has not taken) to `head`.
 */
#ifndef CWI_RING_H
#define CWI_RING_H

#include "cwire.h"

typedef struct cwi_ring {
    uint8_t *bytes;
    size_t size;     /* a power of two, at least 64 */
    uint64_t origin; /* the offset that lies at bytes[0] */
    uint64_t tail;   /* where the oldest frame begins */
    uint64_t head;   /* where the next frame will begin */
} cwi_ring;

void cwi_ring_init(cwi_ring *ring, void *bytes, size_t size);

/* Returns the smallest power of two that is at least 64 and `size` (at most SIZE_MAX / 4). */
size_t cwi_ring_round(size_t size);

/* Returns whether `span` more bytes fit without losing any. */
int cwi_ring_fits(const cwi_ring *ring, size_t span);

/* Returns what `tail` must become for `span` bytes (at most the ring's size) to fit: the begin of a
 * whole frame, or head. */
uint64_t cwi_ring_tail_for(const cwi_ring *ring, size_t span);

/* Returns the index in `bytes` of the byte at `offset`. */
static inline size_t cwi_ring_place(const cwi_ring *ring, uint64_t offset) {
    return (size_t)(offset - ring->origin) & (ring->size - 1);
}

/* Returns where the frame that begins at `offset` ends. Inline, because walks over frames call it
 * for each. Frames begin at multiples of 8, and so do the ring's two ends: a size field is never
 * cut. */
static inline uint64_t cwi_ring_frame_end(const cwi_ring *ring, uint64_t offset) {
    const uint8_t *at = ring->bytes + cwi_ring_place(ring, offset);
    uint32_t size =
        (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    return offset + (((uint64_t)size + 7) & ~UINT64_C(7)); /* cwire_frame_span, inlined */
}

/* Appends plain bytes, which must fit. */
void cwi_ring_append(cwi_ring *ring, const void *bytes, size_t size);

/* Appends a frame, padding included, which must fit. */
void cwi_ring_put(cwi_ring *ring, const cwire_header *header, const cwire_part *parts,
                  size_t count);

/* Appends `count` frames, which must fit: payloads of one size that follow each other, under
 * headers that differ from `first` in their sequence only, which counts up. */
void cwi_ring_put_many(cwi_ring *ring, const cwire_header *first, const void *payloads,
                       size_t count);

/* Copies `size` bytes from `offset` on, which the ring must hold. */
void cwi_ring_read(const cwi_ring *ring, uint64_t offset, void *out, size_t size);

#endif
