/* The replies that wait for one peer, in a bounded queue of its own. Each carries its position in
 * the stream: the ring's head when it was made. Pure: the caller brings the memory and the lock.
 */
#ifndef CWI_LANE_H
#define CWI_LANE_H

#include "cwire.h"

typedef struct cwi_lane {
    uint8_t *bytes; /* of entries: 8 bytes of position, then a frame */
    size_t size;
    size_t begin; /* of the first entry */
    size_t end;   /* of the last */
    size_t taken; /* bytes of the first frame that are taken */
} cwi_lane;

/* Makes an empty lane of `size` bytes, a multiple of 8. */
void cwi_lane_init(cwi_lane *lane, void *bytes, size_t size);

/* Returns the bytes of a lane that a reply with this size field takes. */
size_t cwi_lane_cost(uint32_t size);

/* Returns the bytes in use. */
size_t cwi_lane_used(const cwi_lane *lane);

/* Appends a reply that belongs where the ring's offset is `position`. Returns 0, or CWIRE_EBUSY
 * when there is no room for it. */
int cwi_lane_put(cwi_lane *lane, uint64_t position, const cwire_header *header,
                 const cwire_part *part);

/* Returns whether a reply waits whose position has been reached by a cursor at `offset`. */
int cwi_lane_due(const cwi_lane *lane, uint64_t offset);

/* Returns the position of the first reply, or `otherwise` when none waits. */
uint64_t cwi_lane_position(const cwi_lane *lane, uint64_t otherwise);

/* Copies what is left of the first reply to `out`, at most `room` bytes; returns how many. */
size_t cwi_lane_take(cwi_lane *lane, void *out, size_t room);

#endif
