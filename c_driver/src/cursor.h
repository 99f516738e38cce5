/* The place up to which one peer has read the ring. Pure, like ring.h. */
#ifndef CWI_CURSOR_H
#define CWI_CURSOR_H

#include "ring.h"

typedef struct cwi_cursor {
    uint64_t frame;    /* where the frame to take next, or partly taken, begins */
    size_t taken;      /* bytes of that frame that are taken */
    uint8_t *rest;     /* room for one frame: what is left of one that had to leave the ring */
    size_t rest_size;  /* bytes saved there */
    size_t rest_taken; /* bytes of them that are taken */
} cwi_cursor;

/* Places a cursor at the frame that is published next. `rest` has room for the largest frame. */
void cwi_cursor_init(cwi_cursor *cursor, const cwi_ring *ring, void *rest);

/* Returns whether a frame is partly taken: nothing else may be sent before the rest of it. */
int cwi_cursor_inside(const cwi_cursor *cursor);

/* Returns the bytes that are not taken yet. */
size_t cwi_cursor_waiting(const cwi_cursor *cursor, const cwi_ring *ring);

/* Moves the cursor to `tail` if it is behind it; to be called before the ring's own tail moves
 * there. The rest of a partly taken frame is saved first. Returns 1 if whole frames were lost, else
 * 0. */
int cwi_cursor_lap(cwi_cursor *cursor, const cwi_ring *ring, uint64_t tail);

/* Copies what comes next to `out`, at most `room` bytes: the rest of a partly taken frame, or whole
 * frames up to `until` (a frame's begin or head). A frame that does not fit is begun only if
 * `split`. Returns the bytes copied; 0 when there is nothing or it does not fit. */
size_t cwi_cursor_take(cwi_cursor *cursor, const cwi_ring *ring, uint64_t until, void *out,
                       size_t room, int split);

#endif
