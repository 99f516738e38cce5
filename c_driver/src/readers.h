/* The peers as readers of the ring: what all of them together have read and want. */
#ifndef CWI_READERS_H
#define CWI_READERS_H

#include "link.h"

/* Returns the offset of the oldest byte that some peer has not taken; head without peers. The lock
 * must be held. */
uint64_t cwi_readers_slowest(cwire *link);

/* Makes room for `span` bytes, at most the ring's size, where cwi_readers_claim did not find it at
 * a glance. Returns 1 if a peer lost frames for it, else 0. */
int cwi_readers_make_room(cwire *link, size_t span);

/* Makes room for `span` bytes, at most the ring's size. Returns 1 if a peer lost frames for it,
 * else 0. The lock must be held. */
static inline int cwi_readers_claim(cwire *link, size_t span) {
    return link->ring.head + span <= link->clear ? 0 : cwi_readers_make_room(link, span);
}

/* Lets the next publish find out whether all have read everything, as they mostly have when frames
 * come in bursts between two polls. The lock must be held. */
void cwi_readers_look_again(cwire *link);

/* Returns whether a poller that sleeps has to be woken for what was put into the ring. The lock
 * must be held. */
int cwi_readers_need_poll(cwire *link);

/* Counts again how many peers want each message. The lock must be held. */
void cwi_readers_count_wanted(cwire *link);

/* Replaces what a peer wants by the `count` ids of an interest frame's payload, and counts again.
 * Takes the lock. */
void cwi_readers_set_wants(cwi_peer *peer, const uint8_t *interest, size_t count);

#endif
