/* The peers as readers of the ring: what all of them together have taken and want. */
#ifndef CWI_READERS_H
#define CWI_READERS_H

#include "link.h"

/* Moves the ring's tail to the oldest frame that some peer has not taken. The lock must be held. */
void cwi_readers_trim(cwire *link);

/* Counts again how many peers want each message. The lock must be held. */
void cwi_readers_count_wanted(cwire *link);

/* Replaces what a peer wants by the `count` ids of an interest frame's payload, and counts again.
 * Takes the lock. */
void cwi_readers_set_wants(cwi_peer *peer, const uint8_t *interest, size_t count);

#endif
