/* One connection. Only the polling thread calls these functions. */
#ifndef CWI_PEER_H
#define CWI_PEER_H

#include "link.h"

/* Makes a peer for a connection and takes `fd` over. NULL: out of memory, fd is still the caller's.
 */
cwi_peer *cwi_peer_new(cwire *link, int fd, uint64_t now_ms);

void cwi_peer_free(cwi_peer *peer);

/* Sends what waits until the socket is full. */
void cwi_peer_send(cwi_peer *peer, uint64_t now_ms);

/* Sends to all peers what waits for them. */
void cwi_peer_send_all(cwire *link, uint64_t now_ms);

/* Whether cwi_peer_send would have something to do. The lock must be held. */
int cwi_peer_ready(const cwi_peer *peer);

/* Reads what has come and handles it. Returns the commands handled. */
int cwi_peer_receive(cwi_peer *peer);

/* Handles what has been read before, as far as the lane has room for replies. Returns the commands
 * handled. */
int cwi_peer_handle(cwi_peer *peer);

/* Says why and disconnects, as soon as what was begun is sent. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void cwi_peer_dismiss(cwi_peer *peer, int code, const char *format, ...);

/* Reads and forgets what has come: unread bytes would turn a bye that was sent into a reset. */
void cwi_peer_drain(cwi_peer *peer);

/* Changes the state and what depends on it. */
void cwi_peer_set_state(cwi_peer *peer, enum cwi_state state);

#endif
