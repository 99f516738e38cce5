/* The peers as readers of the ring. See readers.h. */
#include "language.h"

#include "readers.h"

#include "caller.h"
#include "sharing.h"

#include <string.h>

enum {
    REWIND_PART = 32, /* this part of the ring is used before a rewind is tried, */
    RETRY_PART = 64,  /* and this one before it is tried again */
    LAZY_PART = 2,    /* a lazy reader that is this part behind is not waited for any more */
    AHEAD = 64 * 1024 /* bytes that are given up ahead, so that tail moves seldom */
};

static int streams(const cwi_peer *peer) { return peer->state == CWI_STREAMING; }

/* Moves the peers that are before `tail` to it: what they have not read there is lost, and *lost
 * becomes 1. Returns how far the slowest is then; head without peers. */
static uint64_t pass_readers(cwire *link, uint64_t tail, int *lost) {
    uint64_t slowest = link->ring.head;
    for (unsigned i = 0; i < link->peer_count; i++) {
        cwi_peer *peer = link->peers[i];
        uint64_t position;
        if (!streams(peer))
            continue;
        if (peer->share.page) {
            const int lazy = cwi_sharing_lazy(peer);
            position = cwi_sharing_position(peer);
            *lost |= position < tail && !lazy;
            position = position < tail ? tail : position;
            if (lazy && link->ring.head - position > link->ring.size / LAZY_PART)
                continue;
        } else {
            *lost |= cwi_cursor_lap(&peer->cursor, &link->ring, tail);
            position = peer->cursor.frame;
        }
        slowest = position < slowest ? position : slowest;
    }
    return slowest;
}

uint64_t cwi_readers_slowest(cwire *link) {
    int lost = 0; /* before the ring's own tail: told before */
    return pass_readers(link, link->ring.tail, &lost);
}

/* Lets the ring begin at its front again if everybody has read everything. */
static void try_rewind(cwire *link) {
    cwi_ring *ring = &link->ring;
    link->slowest = cwi_readers_slowest(link);
    if (link->slowest < ring->head) {
        link->look = ring->head + ring->size / RETRY_PART;
        return;
    }
    cwi_ring_rewind(ring);
    for (unsigned i = 0; i < link->peer_count; i++)
        if (streams(link->peers[i]))
            link->peers[i]->cursor.frame = ring->head;
    link->slowest = ring->head;
    link->look = link->rewind = ring->head + ring->size / REWIND_PART;
}

/* Up to where nothing need be done for room: less than that is no error. */
static void clear_to(cwire *link, uint64_t offset) {
    const uint64_t full = link->ring.tail + link->ring.size;
    link->clear = offset < full ? offset : full;
}

void cwi_readers_look_again(cwire *link) {
    link->look = link->rewind;
    clear_to(link, link->look);
}

/* Drops the oldest frames, and some more that all have read. Peers are looked at only where what
 * is known of them does not say that they have: the pages of those that map the ring change all the
 * time, and are in another processor's cache. Returns 1 if frames were lost. */
static int drop_oldest(cwire *link, size_t span) {
    cwi_ring *ring = &link->ring;
    const uint64_t ahead = ring->size / REWIND_PART < AHEAD ? ring->size / REWIND_PART : AHEAD;
    uint64_t tail = cwi_ring_tail_for(ring, span);
    int lost = 0;
    if (tail > link->slowest)
        link->slowest = pass_readers(link, tail, &lost);
    if (tail < link->slowest)
        tail = cwi_ring_tail_until(ring, tail,
                                   link->slowest - tail < ahead ? link->slowest : tail + ahead);
    cwi_ring_drop(ring, tail);
    return lost;
}

int cwi_readers_make_room(cwire *link, size_t span) {
    cwi_ring *ring = &link->ring;
    if (ring->head >= link->look)
        try_rewind(link);
    int lost = cwi_ring_fits(ring, span) ? 0 : drop_oldest(link, span);
    clear_to(link, link->look);
    return lost;
}

int cwi_readers_need_poll(cwire *link) {
    if (link->takers)
        return 1;
    /* A reader says that it sleeps, and then looks at head: either it sees what was put, or what it
     * has said is seen here. */
    CWIRE_RING_FENCE(__ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < link->peer_count; i++) {
        cwi_peer *peer = link->peers[i];
        if (streams(peer) && peer->share.page && !peer->blocked && cwi_sharing_due(peer))
            return 1;
    }
    return 0;
}

void cwi_readers_count_wanted(cwire *link) {
    for (size_t m = 0; m < link->schema->count; m++) {
        unsigned wanted = 0;
        for (unsigned i = 0; i < link->peer_count; i++)
            wanted += streams(link->peers[i]) && link->peers[i]->wants[m];
        link->slots[m].wanted = wanted;
    }
}

void cwi_readers_set_wants(cwi_peer *peer, const uint8_t *interest, size_t count) {
    cwire *link = peer->link;
    pthread_mutex_lock(&link->lock);
    memset(peer->wants, 0, link->schema->count);
    for (size_t i = 0; i < count; i++) {
        size_t index = cwi_schema_find(link->schema, cwi_control_interest_id(interest, i));
        if (index < link->schema->count)
            peer->wants[index] = 1;
    }
    cwi_readers_count_wanted(link);
    pthread_mutex_unlock(&link->lock);
}

size_t cwire_pending(cwire *link) {
    size_t most = 0;
    if (cwi_caller_check_link(link) != CWIRE_OK)
        return 0;
    if (cwi_caller_lock(link) != CWIRE_OK)
        return SIZE_MAX;
    for (unsigned i = 0; i < link->peer_count; i++) {
        cwi_peer *peer = link->peers[i];
        if (streams(peer)) {
            size_t waiting = peer->unsent;
            waiting += peer->share.page ? cwi_sharing_pending(peer)
                                        : cwi_cursor_waiting(&peer->cursor, &link->ring);
            most = waiting > most ? waiting : most;
        }
    }
    pthread_mutex_unlock(&link->lock);
    return most;
}

int cwire_wanted(cwire *link, uint16_t id) {
    if (cwi_caller_check_link(link) != CWIRE_OK)
        return CWIRE_EINVAL;
    size_t index = cwi_schema_find(link->schema, id);
    if (index == link->schema->count)
        return 0;
    if (cwi_caller_lock(link) != CWIRE_OK)
        return CWIRE_EBUSY;
    int wanted = (int)link->slots[index].wanted;
    pthread_mutex_unlock(&link->lock);
    return wanted;
}

int cwire_peers(cwire *link) {
    if (cwi_caller_check_link(link) != CWIRE_OK)
        return CWIRE_EINVAL;
    if (cwi_caller_lock(link) != CWIRE_OK)
        return CWIRE_EBUSY;
    int peers = (int)link->streaming;
    pthread_mutex_unlock(&link->lock);
    return peers;
}
