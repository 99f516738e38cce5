/* A link and its peers, as the sources share them. */
#ifndef CWI_LINK_H
#define CWI_LINK_H

#include "calls.h"
#include "control.h"
#include "cursor.h"
#include "cwire.h"
#include "endpoint.h"
#include "errors.h"
#include "lane.h"
#include "platform.h"
#include "ring.h"
#include "schema.h"

enum cwi_state {
    CWI_GREETING,  /* the hello is on its way, the answer not here yet */
    CWI_STREAMING, /* frames flow */
    CWI_LEAVING,   /* what was begun is sent, then a bye, then it is closed */
    CWI_GONE       /* to be closed and freed at the end of cwire_poll */
};

/* One connection. (L): read by other threads, changed only under the link's lock. */
typedef struct cwi_peer {
    cwire *link;
    int fd;
    enum cwi_state state; /* (L) */
    uint64_t since_ms;    /* when it came, or began to leave */
    uint64_t sent_ms;     /* when it was last sent something */

    size_t hello_sent;
    uint8_t *staged; /* taken from ring and lane, on the way into the socket */
    size_t staged_size;
    size_t staged_sent;
    size_t unsent;     /* (L) of the staged bytes, as last told */
    cwi_cursor cursor; /* (L) */
    cwi_lane lane;     /* (L) */
    int overflow;      /* (L) a reply found no room */
    uint8_t bye[512];
    size_t bye_size; /* 0: none, or staged already */
    int blocked;     /* (L) the socket is full: wait until it is not */

    uint8_t *in; /* received, not handled yet */
    size_t in_capacity;
    size_t in_begin;
    size_t in_end;
    size_t in_skip; /* bytes to come that belong to a refused frame */
    int stalled;    /* input waits until replies have left */
    int ended;      /* no more input will come */

    int watches_input; /* as the poller knows it */
    int watches_output;
    uint8_t *wants; /* (L) per message of the schema: 1 if the peer wants it */
} cwi_peer;

/* What a link knows of one message of its schema. */
typedef struct cwi_slot {
    uint32_t sequence;      /* of the next frame */
    unsigned wanted;        /* peers that want it */
    cwire_handler *handler; /* of a command */
    void *user;
} cwi_slot;

struct cwire {
    pthread_mutex_t lock; /* guards the ring, the slots' counters, the calls, and (L) above */
    const cwire_schema *schema;
    cwi_slot *slots; /* one per message */
    cwi_ring ring;
    cwi_calls calls;
    cwi_peer **peers;
    unsigned peer_count;
    unsigned peer_limit;
    unsigned streaming; /* peers that take frames */
    uint32_t frame_bytes;
    size_t lane_bytes;
    unsigned heartbeat_ms;
    uint8_t *hello;
    size_t hello_size;

    cwi_endpoint endpoint;
    int poller;
    int wake;
    int tick;     /* -1 until cwire_fd */
    int sleeping; /* someone waits for output and must be woken */
    int polling;
    uint64_t deaf_until_ms; /* out of descriptors: accept again then; 0: not so */
};

/* peer.c: one connection. Only the polling thread calls these. */

/* Makes a peer for a connection and takes `fd` over. NULL: out of memory, fd is still the caller's.
 */
cwi_peer *cwi_peer_new(cwire *link, int fd, uint64_t now_ms);

void cwi_peer_free(cwi_peer *peer);

/* Sends what waits until the socket is full. */
void cwi_peer_send(cwi_peer *peer, uint64_t now_ms);

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

/* command.c: what peers send, and the answers. */

/* What to do with a frame whose header has come, before its payload has. Returns 1: handle it once
 * it is whole; 0: it was refused, skip it; -1: the peer was dismissed. */
int cwi_command_admit(cwi_peer *peer, const cwire_header *header);

/* Handles a whole, admitted frame. Returns the commands handled, 0 or 1. */
int cwi_command_handle(cwi_peer *peer, const cwire_header *header, const uint8_t *payload);

/* poll.c */

/* Sends to all peers what waits for them. */
void cwi_link_send(cwire *link, uint64_t now_ms);

/* publish.c */

/* Lets the ring forget what every peer has taken. The lock must be held. */
void cwi_link_trim(cwire *link);

/* Counts anew how many peers want each message. The lock must be held. */
void cwi_link_count_wanted(cwire *link);

#endif
