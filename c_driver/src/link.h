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

#endif
