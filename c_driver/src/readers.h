/* What all peers together have taken and want. */
#ifndef CWI_READERS_H
#define CWI_READERS_H

#include "link.h"

/* Lets the ring forget what every peer has taken. The lock must be held. */
void cwi_readers_trim(cwire *link);

/* Counts anew how many peers want each message. The lock must be held. */
void cwi_readers_count_wanted(cwire *link);

/* Replaces what a peer wants by the `count` ids of an interest frame, and counts anew. Takes the
 * lock. */
void cwi_readers_set_wants(cwi_peer *peer, const uint8_t *interest, size_t count);

#endif
