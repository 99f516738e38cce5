/* The structs of a link and its peers, as the sources share them. No functions: each source with
 * internal functions has its own header. */
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
    CWI_GREETING,  /* the hello is being sent, the answer has not come */
    CWI_STREAMING, /* frames flow */
    CWI_LEAVING,   /* a begun frame and the replies are sent, then a bye */
    CWI_GONE       /* to be closed and freed at the end of cwire_poll */
};

/* What a peer has that maps the ring. Its page says the position and whether it sleeps: see
 * cwire_ring.h. */
typedef struct cwi_share {
    const uint8_t *page;     /* NULL: it does not map the ring */
    const char *fault;       /* (L) what is wrong with it; it is not believed any more */
    uint64_t position;       /* (L) the last position that could be true */
    uint64_t said;           /* (L) what the page said then; at first what it said when it came */
    uint64_t stood_at;       /* (L) the position at the last look at what is pending, */
    uint64_t stood_since_ms; /* (L) and since when it is the same; 0 if nothing was pending */
    uint32_t number;         /* of this reader, in `place` frames */
    uint32_t replies;        /* (L) that it has been given a place for */
    uint32_t rung;           /* (L) `sleeps` when it was told last; even: never */
    int passed;              /* the descriptor that came with its answer, or CWI_PASSED_... */
} cwi_share;

/* One connection. (L): read by other threads, changed only under the link's lock. */
typedef struct cwi_peer {
    cwire *link;
    int fd;
    enum cwi_state state; /* (L) */
    uint64_t since_ms;    /* when it came, or began to leave */
    uint64_t sent_ms;     /* when it was last sent something */

    size_t hello_sent;
    uint8_t *staged; /* bytes copied from ring and lane, to be sent next */
    size_t staged_size;
    size_t staged_sent;
    size_t unsent;     /* (L) of the staged bytes; updated after each round of sending */
    cwi_cursor cursor; /* (L) */
    cwi_lane lane;     /* (L) */
    cwi_share share;
    int passing;  /* the ring's descriptor goes with the first staged byte */
    int overflow; /* (L) a reply found no room */
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

    int watches_input; /* what the poller was last told */
    int watches_output;
    uint8_t *wants; /* (L) per message of the schema: 1 if the peer wants it */
} cwi_peer;

/* One message of the schema, as a link serves it. */
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
    uint64_t clear;     /* (L) up to here head may go without a look at readers and at tail */
    uint64_t rewind;    /* (L) from here on the ring may begin at its front again, */
    uint64_t look;      /* (L) and from here on it is found out whether all have read everything */
    uint64_t slowest;   /* (L) all peers have read up to here, and maybe further */
    unsigned streaming; /* peers that take frames */
    int sleeping;       /* (L) the poller may be waiting: who adds output must wake it */
    int takers;         /* (L) a peer waits for frames on its socket, while the poller is waiting */
    uint32_t shares;    /* readers of the ring that have come so far */
    cwi_calls calls;
    cwi_peer **peers;
    unsigned peer_count;
    unsigned peer_limit;
    uint32_t frame_bytes;
    size_t lane_bytes;
    unsigned heartbeat_ms;
    uint8_t *hello;
    size_t hello_size;

    cwi_memory memory; /* of the ring */
    cwi_endpoint endpoint;
    int poller;
    int wake;
    int tick; /* -1 until cwire_fd */
    int polling;
    uint64_t accept_again_ms; /* no accepting before: descriptors have run out; 0: accepting */
};

#endif
