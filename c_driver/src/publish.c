/* Publishing: copies frames from the caller's memory into the ring. */
#include "language.h"

#include "caller.h"
#include "readers.h"

/* Most bytes of frames published together that are copied under one lock, so that other threads
 * that publish or poll do not wait long for it. */
enum { LOCKED_BYTES = 64 * 1024 };

/* Checks whether a payload of `size` bytes may be published under this id. Returns 0 and the
 * message's index, or a code. */
static int check_payload(const cwire *link, uint16_t id, size_t size, size_t *index) {
    if (cwi_caller_check_link(link) != CWIRE_OK)
        return CWIRE_EINVAL;
    *index = cwi_schema_find(link->schema, id);
    if (*index == link->schema->count)
        return cwi_fail(CWIRE_EUNKNOWN, "the schema '%s' has no message with id %u",
                        link->schema->name, (unsigned)id);
    const cwire_message *message = &link->schema->messages[*index];
    if (message->command)
        return cwi_fail(CWIRE_EUNKNOWN, "'%s' is a command: peers send it, it is not published",
                        message->name);
    if (size > link->frame_bytes - CWIRE_HEADER_SIZE)
        return cwi_fail(CWIRE_ETOOBIG,
                        "this '%s' is larger than a frame of %lu bytes: raise "
                        "cwire_options.frame_bytes",
                        message->name, (unsigned long)link->frame_bytes);
    if (!cwi_schema_fits(message, size)) {
        char sizes[48];
        cwi_schema_size_text(message, sizes, sizeof sizes);
        return cwi_fail(CWIRE_ESIZE, "'%s' has %s bytes, not %lu", message->name, sizes,
                        (unsigned long)size);
    }
    return CWIRE_OK;
}

static cwire_header header_of(uint16_t id, size_t size, uint64_t time_ns) {
    cwire_header header;
    header.size = (uint32_t)(CWIRE_HEADER_SIZE + size);
    header.type = id;
    header.flags = 0;
    header.source = 0;
    header.sequence = 0;
    header.request = 0;
    header.time_ns = time_ns;
    return header;
}

/* Takes the lock, reserves `count` sequences of which `header` gets the first, and makes room for
 * `span` bytes in the ring. Returns 1 if a peer lost frames for it, else 0; -1 without peers: then
 * nothing is put; CWIRE_EBUSY without the lock. */
static int begin_publish(cwire *link, cwire_header *header, size_t index, size_t count,
                         size_t span) {
    if (cwi_caller_lock(link) != CWIRE_OK)
        return CWIRE_EBUSY;
    header->sequence = link->slots[index].sequence;
    link->slots[index].sequence += (uint32_t)count;
    if (link->streaming == 0)
        return -1;
    return cwi_readers_claim(link, span);
}

/* Releases the lock, and wakes the poller if it waits and has to do something about it. */
static void end_publish(cwire *link) {
    int wake = link->streaming > 0 && link->sleeping && cwi_readers_need_poll(link);
    if (wake)
        link->sleeping = 0;
    pthread_mutex_unlock(&link->lock);
    if (wake)
        cwi_platform_wake_set(link->wake);
}

int cwire_publish_parts(cwire *link, uint16_t id, uint64_t time_ns, const cwire_part *parts,
                        size_t count) {
    size_t index, size = 0;
    int code = cwi_caller_check_bytes(parts, count);
    for (size_t i = 0; i < count && code == CWIRE_OK; i++) {
        size = parts[i].size > SIZE_MAX - size ? SIZE_MAX : size + parts[i].size;
        code = cwi_caller_check_bytes(parts[i].data, parts[i].size);
    }
    if (code == CWIRE_OK)
        code = check_payload(link, id, size, &index);
    if (code != CWIRE_OK)
        return code;
    cwire_header header = header_of(id, size, time_ns);
    int lost = begin_publish(link, &header, index, 1, cwire_frame_span(header.size));
    if (lost == CWIRE_EBUSY)
        return CWIRE_EBUSY;
    if (lost >= 0)
        cwi_ring_put(&link->ring, &header, parts, count);
    end_publish(link);
    return lost > 0 ? CWIRE_EVICTED : CWIRE_OK;
}

int cwire_publish_at(cwire *link, uint16_t id, uint64_t time_ns, const void *payload, size_t size) {
    cwire_part part;
    part.data = payload;
    part.size = size;
    return cwire_publish_parts(link, id, time_ns, &part, 1);
}

int cwire_publish(cwire *link, uint16_t id, const void *payload, size_t size) {
    return cwire_publish_at(link, id, cwi_platform_time_ns(), payload, size);
}

int cwire_publish_many_at(cwire *link, uint16_t id, uint64_t time_ns, const void *payloads,
                          size_t size, size_t count) {
    const uint8_t *from = payloads;
    size_t index;
    int evicted = 0;
    int code = check_payload(link, id, size, &index);
    if (code == CWIRE_OK)
        code = cwi_caller_check_bytes(payloads, count ? size : 0);
    if (code != CWIRE_OK)
        return code;
    cwire_header header = header_of(id, size, time_ns);
    const size_t span = cwire_frame_span(header.size);
    const size_t locked = link->ring.size < LOCKED_BYTES ? link->ring.size : LOCKED_BYTES;
    const size_t most = locked > span ? locked / span : 1;
    while (count > 0) {
        size_t now = count < most ? count : most;
        int lost = begin_publish(link, &header, index, now, now * span);
        if (lost == CWIRE_EBUSY) /* at the first round: no other round begins in a handler */
            return CWIRE_EBUSY;
        if (lost >= 0)
            cwi_ring_put_many(&link->ring, &header, from, now);
        end_publish(link);
        evicted |= lost > 0;
        from += now * size;
        count -= now;
    }
    return evicted ? CWIRE_EVICTED : CWIRE_OK;
}

int cwire_publish_many(cwire *link, uint16_t id, const void *payloads, size_t size, size_t count) {
    return cwire_publish_many_at(link, id, cwi_platform_time_ns(), payloads, size, count);
}
