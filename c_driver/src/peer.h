/* One connection. Only the polling thread calls these functions. */
#ifndef CWI_PEER_H
#define CWI_PEER_H

#include "link.h"

/* Makes a peer for a connection and takes `fd` over. Returns NULL when out of memory: then `fd` is
 * still the caller's. */
cwi_peer *cwi_peer_new(cwire *link, int fd, uint64_t now_ms);

/* Closes the connection and frees the peer. */
void cwi_peer_free(cwi_peer *peer);

/* Sends to all peers what waits for them, as far as their sockets take it. */
void cwi_peer_send_all(cwire *link, uint64_t now_ms);

/* Returns whether cwi_peer_send_all would have something to do for it. The lock must be held. */
int cwi_peer_ready(cwi_peer *peer);

/* Reads what has come and handles it. Returns the commands handled. */
int cwi_peer_receive(cwi_peer *peer);

/* Handles what has been read before, as far as the lane has room for replies. Returns the commands
 * handled. */
int cwi_peer_handle(cwi_peer *peer);

/* Disconnects a peer, after a begun frame, the replies, and a bye with this code and text. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void cwi_peer_dismiss(cwi_peer *peer, int code, const char *format, ...);

/* Reads and drops what has come: if bytes were left unread, close would reset the connection and
 * the peer could lose the bye. */
void cwi_peer_drain(cwi_peer *peer);

/* Changes the state, and the counts that depend on it. */
void cwi_peer_set_state(cwi_peer *peer, enum cwi_state state);

#endif
