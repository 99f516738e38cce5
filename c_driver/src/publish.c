/* Publishing: from the caller's memory into the ring. */
#include "link.h"

void cwi_link_trim(cwire *link) {
    uint64_t tail = link->ring.head;
    for (unsigned i = 0; i < link->peer_count; i++) {
        const cwi_peer *peer = link->peers[i];
        if (peer->state == CWI_STREAMING && peer->cursor.frame < tail)
            tail = peer->cursor.frame;
    }
    link->ring.tail = tail;
}

void cwi_link_count_wanted(cwire *link) {
    for (size_t m = 0; m < link->schema->count; m++) {
        unsigned wanted = 0;
        for (unsigned i = 0; i < link->peer_count; i++)
            wanted += link->peers[i]->state == CWI_STREAMING && link->peers[i]->wants[m];
        link->slots[m].wanted = wanted;
    }
}

/* Makes room by letting the oldest frames go. Returns 1 if a peer had not taken them. */
static int evict(cwire *link, size_t span) {
    int lost = 0;
    uint64_t tail = cwi_ring_tail_for(&link->ring, span);
    for (unsigned i = 0; i < link->peer_count; i++)
        if (link->peers[i]->state == CWI_STREAMING)
            lost |= cwi_cursor_lap(&link->peers[i]->cursor, &link->ring, tail);
    link->ring.tail = tail;
    return lost;
}

int cwire_publish_parts(cwire *link, uint16_t id, uint64_t time_ns, const cwire_part *parts,
                        size_t count) {
    size_t index = cwi_schema_find(link->schema, id);
    const cwire_message *message = &link->schema->messages[index];
    if (index == link->schema->count)
        return cwi_fail(CWIRE_EUNKNOWN, "the schema '%s' has no message with id %u",
                        link->schema->name, (unsigned)id);
    if (message->command)
        return cwi_fail(CWIRE_EUNKNOWN, "'%s' is a command: peers send it, it is not published",
                        message->name);
    const size_t most = link->frame_bytes - CWIRE_HEADER_SIZE;
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].size > most - size)
            return cwi_fail(CWIRE_ETOOBIG,
                            "this '%s' is larger than a frame of %lu bytes: raise "
                            "cwire_options.frame_bytes",
                            message->name, (unsigned long)link->frame_bytes);
        size += parts[i].size;
    }
    if (!cwi_message_fits(message, size)) {
        char sizes[48];
        cwi_message_size_text(message, sizes, sizeof sizes);
        return cwi_fail(CWIRE_ESIZE, "'%s' has %s bytes, not %lu", message->name, sizes,
                        (unsigned long)size);
    }

    cwire_header header;
    header.size = (uint32_t)(CWIRE_HEADER_SIZE + size);
    header.type = id;
    header.flags = 0;
    header.source = 0;
    header.request = 0;
    header.time_ns = time_ns;
    int lost = 0, wake = 0;
    pthread_mutex_lock(&link->lock);
    header.sequence = link->slots[index].sequence++;
    if (link->streaming > 0) {
        size_t span = cwire_frame_span(header.size);
        if (!cwi_ring_fits(&link->ring, span))
            lost = evict(link, span);
        cwi_ring_put(&link->ring, &header, parts, count);
        wake = link->sleeping;
        link->sleeping = 0;
    }
    pthread_mutex_unlock(&link->lock);
    if (wake)
        cwi_wake_set(link->wake);
    return lost ? CWIRE_EVICTED : CWIRE_OK;
}

int cwire_publish_at(cwire *link, uint16_t id, uint64_t time_ns, const void *payload, size_t size) {
    cwire_part part;
    part.data = payload;
    part.size = size;
    return cwire_publish_parts(link, id, time_ns, &part, 1);
}

int cwire_publish(cwire *link, uint16_t id, const void *payload, size_t size) {
    return cwire_publish_at(link, id, cwi_time_ns(), payload, size);
}

size_t cwire_pending(cwire *link) {
    size_t most = 0;
    pthread_mutex_lock(&link->lock);
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
    size_t index = cwi_schema_find(link->schema, id);
    if (index == link->schema->count)
        return 0;
    pthread_mutex_lock(&link->lock);
    int wanted = (int)link->slots[index].wanted;
    pthread_mutex_unlock(&link->lock);
    return wanted;
}
