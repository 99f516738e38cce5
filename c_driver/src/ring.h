/* The ring of published frames and the cursors that read it. Pure: no lock, no allocation, no
 * system call; the caller brings the memory and the lock.
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

/* The smallest power of two that is at least 64 and `size`, which is at most SIZE_MAX / 4. */
size_t cwi_ring_round(size_t size);

/* Whether `span` more bytes fit without losing any. */
int cwi_ring_fits(const cwi_ring *ring, size_t span);

/* What `tail` must become for `span` bytes (at most the ring's size) to fit: the begin of a whole
 * frame, or head. */
uint64_t cwi_ring_tail_for(const cwi_ring *ring, size_t span);

/* Where the frame that begins at `offset` ends. */
uint64_t cwi_ring_frame_end(const cwi_ring *ring, uint64_t offset);

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

/* How far one peer has come. */
typedef struct cwi_cursor {
    uint64_t frame;    /* where the frame to take next, or partly taken, begins */
    size_t taken;      /* bytes of that frame that are taken */
    uint8_t *rest;     /* room for one frame: what is left of one that had to leave the ring */
    size_t rest_size;  /* bytes saved there */
    size_t rest_taken; /* bytes of them that are taken */
} cwi_cursor;

/* Begins at the frame that is published next. `rest` has room for the largest frame. */
void cwi_cursor_init(cwi_cursor *cursor, const cwi_ring *ring, void *rest);

/* Whether a frame is partly taken: nothing else may be sent before the rest of it. */
int cwi_cursor_inside(const cwi_cursor *cursor);

/* Bytes that are not taken yet. */
size_t cwi_cursor_waiting(const cwi_cursor *cursor, const cwi_ring *ring);

/* Moves the cursor to `tail` if it lies before, ahead of the ring's tail moving there. The rest of
 * a partly taken frame is saved first. Returns 1 if whole frames were lost, else 0. */
int cwi_cursor_lap(cwi_cursor *cursor, const cwi_ring *ring, uint64_t tail);

/* Copies what comes next to `out`, at most `room` bytes: the rest of a partly taken frame, or whole
 * frames up to `until` (a frame's begin or head). A frame that does not fit is begun only if
 * `split`. Returns the bytes copied; 0 when there is nothing or it does not fit. */
size_t cwi_cursor_take(cwi_cursor *cursor, const cwi_ring *ring, uint64_t until, void *out,
                       size_t room, int split);

#endif
