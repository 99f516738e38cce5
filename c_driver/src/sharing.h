/* The peers that map the ring: what their pages say, which is never believed unchecked. A peer's
 * page belongs to another process, and may hold anything at any time. The lock must be held.
 */
#ifndef CWI_SHARING_H
#define CWI_SHARING_H

#include "link.h"

enum { CWI_SHARING_TEXT = 256 }; /* bytes of a reason, with its NUL */

/* Maps the page that came with a peer's answer. Returns 0; or a code, and writes what is wrong:
 * CWIRE_EPROTOCOL if the peer does not keep the rules, CWIRE_ESYSTEM if there is no ring for it
 * here and frames have to go by its socket. */
int cwi_sharing_open(cwi_peer *peer, char *text, size_t size);

/* Unmaps the page, and closes a descriptor that was not used. */
void cwi_sharing_close(cwi_peer *peer);

/* Returns the offset up to which the peer has read, as far as that can be. */
uint64_t cwi_sharing_position(cwi_peer *peer);

/* Returns the bytes that the peer has not read and still can. */
size_t cwi_sharing_waiting(cwi_peer *peer);

/* Returns whether the peer says that nobody need wait for it. */
int cwi_sharing_lazy(const cwi_peer *peer);

/* Returns the bytes that a driver waits for until the peer has read them: none if the peer is lazy,
 * or has not moved for two seconds, until it does. */
size_t cwi_sharing_pending(cwi_peer *peer);

/* Returns NULL, or what is wrong with the peer's page. */
const char *cwi_sharing_fault(cwi_peer *peer);

/* Returns whether the peer waits on its socket although there is something to read, and has not
 * been told. */
int cwi_sharing_due(cwi_peer *peer);

/* Copies what goes next by the peer's socket to `out`, at most `room` bytes: a reply, or else the
 * doorbell that is due. Returns the bytes copied. */
size_t cwi_sharing_take(cwi_peer *peer, void *out, size_t room);

#endif
