/* Which tiles of the large image are wanted, by whom, and until when: viewers come, look elsewhere,
 * and go without a word. Pure; the caller brings the time in seconds.
 */
#ifndef WANTS_H
#define WANTS_H

#include <stddef.h>
#include <stdint.h>

#include "messages.h"

#define WANTS_VIEWERS 16
#define WANTS_TILES 256 /* of one viewer */
#define WANTS_LEASE 3.0 /* seconds that a wish holds */

typedef struct viewer_wants {
    uint64_t viewer;
    double until; /* 0: nobody's */
    uint32_t rate;
    enum pixel_format format;
    size_t count;
    struct wanted_tile tiles[WANTS_TILES];
} viewer_wants;

typedef struct wants {
    viewer_wants viewers[WANTS_VIEWERS];
} wants;

/* Takes what a viewer wants from now on, instead of what it wanted before. `count` is WANTS_TILES
 * at most. Returns 0, or -1 if there are other viewers in all places. */
int wants_take(wants *w, const struct want_tiles *asked, size_t count, double now);

/* Forgets the viewers whose lease is over. Returns the pictures per second of the one that wants
 * most; 0: nobody wants any tile. */
uint32_t wants_rate(wants *w, double now);

/* Says whether a viewer before this one wants the same tile in the same format. */
int wants_doubly(const wants *w, size_t viewer, size_t tile);

#endif
