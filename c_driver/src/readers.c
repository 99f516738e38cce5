/* The peers as readers of the ring. See readers.h. */
#include "readers.h"

#include "caller.h"

#include <string.h>

void cwi_readers_trim(cwire *link) {
    uint64_t tail = link->ring.head;
    for (unsigned i = 0; i < link->peer_count; i++) {
        const cwi_peer *peer = link->peers[i];
        if (peer->state == CWI_STREAMING && peer->cursor.frame < tail)
            tail = peer->cursor.frame;
    }
    link->ring.tail = tail;
}

void cwi_readers_count_wanted(cwire *link) {
    for (size_t m = 0; m < link->schema->count; m++) {
        unsigned wanted = 0;
        for (unsigned i = 0; i < link->peer_count; i++)
            wanted += link->peers[i]->state == CWI_STREAMING && link->peers[i]->wants[m];
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
        const cwi_peer *peer = link->peers[i];
        if (peer->state == CWI_STREAMING) {
            size_t waiting = cwi_cursor_waiting(&peer->cursor, &link->ring) + peer->unsent;
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
