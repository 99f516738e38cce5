/* Which tiles of the large image are wanted. See wants.h. */
#include "wants.h"

#include <string.h>

int wants_take(wants *w, const struct want_tiles *asked, size_t count, double now) {
    viewer_wants *place = NULL;
    wants_rate(w, now);
    for (size_t i = 0; i < WANTS_VIEWERS; i++) {
        viewer_wants *one = &w->viewers[i];
        if (one->until > 0 && one->viewer == asked->viewer) {
            place = one;
            break;
        }
        if (one->until <= 0 && !place)
            place = one;
    }
    if (!place)
        return -1;
    place->viewer = asked->viewer;
    place->until = now + WANTS_LEASE;
    place->rate = asked->rate;
    place->format = asked->format;
    place->count = count;
    memcpy(place->tiles, asked->tiles, count * sizeof *asked->tiles);
    return 0;
}

uint32_t wants_rate(wants *w, double now) {
    uint32_t rate = 0;
    for (size_t i = 0; i < WANTS_VIEWERS; i++) {
        viewer_wants *one = &w->viewers[i];
        if (one->until <= now) {
            one->until = 0;
            one->count = 0;
        }
        if (one->count && one->rate > rate)
            rate = one->rate;
    }
    return rate;
}

int wants_doubly(const wants *w, size_t viewer, size_t tile) {
    const struct wanted_tile *wanted = &w->viewers[viewer].tiles[tile];
    for (size_t i = 0; i <= viewer; i++) {
        const viewer_wants *one = &w->viewers[i];
        size_t count = i < viewer ? one->count : tile;
        if (one->format != w->viewers[viewer].format)
            continue;
        for (size_t k = 0; k < count; k++)
            if (one->tiles[k].level == wanted->level && one->tiles[k].x == wanted->x &&
                one->tiles[k].y == wanted->y)
                return 1;
    }
    return 0;
}
