/* Replies to commands. See reply.h. */
#include "language.h"

#include "reply.h"

#include "caller.h"
#include "readers.h"

#include <string.h>

/* Marks where the reply that was just put belongs among the published frames, for a peer that gets
 * them another way. */
static void put_place(cwi_peer *peer, uint64_t time_ns) {
    cwire *link = peer->link;
    uint8_t payload[CWI_PLACE_SIZE];
    cwire_header header;
    cwire_part part;
    memset(&header, 0, sizeof header);
    header.size = CWIRE_HEADER_SIZE + sizeof payload;
    header.type = CWIRE_CONTROL;
    header.time_ns = time_ns;
    cwi_control_store_place(payload, peer->share.number, ++peer->share.replies);
    part.data = payload;
    part.size = sizeof payload;
    cwi_readers_claim(link, cwire_frame_span(header.size));
    cwi_ring_put(&link->ring, &header, &part, 1);
}

/* Puts a reply into a peer's lane; the lock must be held. Returns 1 if a waiting poller must be
 * woken, else 0. A reply that finds no room is lost with its connection: peer.c disconnects the
 * peer. */
static int put_reply(cwi_peer *peer, uint16_t type, uint8_t flags, uint32_t request,
                     const void *payload, size_t size) {
    cwire *link = peer->link;
    cwire_header header;
    cwire_part part;
    memset(&header, 0, sizeof header);
    header.size = (uint32_t)(CWIRE_HEADER_SIZE + size);
    header.type = type;
    header.flags = flags;
    header.request = request;
    header.time_ns = cwi_platform_time_ns();
    part.data = payload;
    part.size = size;
    if (cwi_lane_put(&peer->lane, link->ring.head, &header, &part) != 0)
        peer->overflow = 1;
    else if (peer->share.page)
        put_place(peer, header.time_ns);
    int wake = link->sleeping || peer->overflow;
    link->sleeping = 0;
    return wake;
}

static int put_error(cwi_peer *peer, uint16_t type, uint32_t request, int32_t code,
                     const char *text) {
    uint8_t payload[4 + CWI_REPLY_TEXT];
    size_t length = strlen(text);
    uint32_t bits = (uint32_t)(code < 0 ? code : CWIRE_EFAILED);
    for (int i = 0; i < 4; i++)
        payload[i] = (uint8_t)(bits >> (8 * i));
    memcpy(payload + 4, text, length);
    return put_reply(peer, type, CWIRE_REPLY | CWIRE_ERROR, request, payload, 4 + length);
}

void cwi_reply_refuse(cwi_peer *peer, const cwire_header *header, int code, const char *text) {
    pthread_mutex_lock(&peer->link->lock);
    put_error(peer, header->type, header->request, code, text);
    pthread_mutex_unlock(&peer->link->lock);
}

void cwi_reply_finish(cwire *link, cwire_token token, int result) {
    if (result == CWIRE_LATER)
        return;
    pthread_mutex_lock(&link->lock);
    cwi_call *call = cwi_calls_find(&link->calls, token);
    if (call) {
        if (result < 0)
            put_error(call->owner, call->type, call->request, result, cwire_strerror(result));
        else
            put_reply(call->owner, call->type, CWIRE_REPLY, call->request, NULL, 0);
        cwi_calls_remove(&link->calls, call);
    }
    pthread_mutex_unlock(&link->lock);
}

static int no_such_call(void) {
    return cwi_fail(CWIRE_EGONE, "this command has been answered, or its peer has left");
}

/* Checks that the schema promises such a reply to this command. Returns 0 and the reply's type, or
 * a code. */
static int check_reply(const cwire *link, uint16_t type, size_t size, uint16_t *reply_type) {
    const cwire_schema *schema = link->schema;
    const cwire_message *command = &schema->messages[cwi_schema_find(schema, type)];
    char sizes[48];
    *reply_type = type;
    if (!command->reply && size == 0)
        return CWIRE_OK;
    if (!command->reply)
        return cwi_fail(CWIRE_ESIZE, "the schema gives '%s' no reply: answer with NULL and 0",
                        command->name);
    const cwire_message *reply = &schema->messages[cwi_schema_find(schema, command->reply)];
    if (size == 0 && !cwi_schema_fits(reply, 0))
        return CWIRE_OK; /* an OK; a message that may be empty is one */
    *reply_type = reply->id;
    cwi_schema_size_text(reply, sizes, sizeof sizes);
    if (!cwi_schema_fits(reply, size))
        return cwi_fail(CWIRE_ESIZE, "the reply '%s' to '%s' has %s bytes, not %lu", reply->name,
                        command->name, sizes, (unsigned long)size);
    if (size > link->frame_bytes - CWIRE_HEADER_SIZE ||
        cwi_lane_cost((uint32_t)(CWIRE_HEADER_SIZE + size)) > link->lane_bytes)
        return cwi_fail(CWIRE_ETOOBIG,
                        "this '%s' of %lu bytes is too large: raise cwire_options.reply_bytes and "
                        "frame_bytes",
                        reply->name, (unsigned long)size);
    return CWIRE_OK;
}

int cwire_reply(cwire *link, cwire_token token, const void *payload, size_t size) {
    int wake = 0, code = cwi_caller_check_link(link);
    uint16_t type = 0;
    if (code == CWIRE_OK)
        code = cwi_caller_check_bytes(payload, size);
    if (code == CWIRE_OK)
        code = cwi_caller_lock(link);
    if (code != CWIRE_OK)
        return code;
    cwi_call *call = cwi_calls_find(&link->calls, token);
    code = call ? check_reply(link, call->type, size, &type) : no_such_call();
    if (code == CWIRE_OK) {
        cwi_peer *peer = call->owner;
        wake = put_reply(peer, type, CWIRE_REPLY, call->request, payload, size);
        cwi_calls_remove(&link->calls, call);
        if (peer->overflow)
            code = cwi_fail(CWIRE_EGONE, "the peer does not read its replies: it is disconnected");
    }
    pthread_mutex_unlock(&link->lock);
    if (wake)
        cwi_platform_wake_set(link->wake);
    return code;
}

int cwire_reply_error(cwire *link, cwire_token token, int32_t code, const char *format, ...) {
    char text[CWI_REPLY_TEXT];
    va_list arguments;
    int wake = 0, result = cwi_caller_check_link(link);
    if (result == CWIRE_OK && !format)
        result = cwi_fail(CWIRE_EINVAL, "the text of an error reply is NULL: say what went wrong, "
                                        "or return a negative code from the handler");
    if (result != CWIRE_OK)
        return result;
    va_start(arguments, format);
    cwi_format(text, sizeof text, format, arguments);
    va_end(arguments);
    result = cwi_caller_lock(link);
    if (result != CWIRE_OK)
        return result;
    cwi_call *call = cwi_calls_find(&link->calls, token);
    if (call) {
        cwi_peer *peer = call->owner;
        wake = put_error(peer, call->type, call->request, code, text);
        cwi_calls_remove(&link->calls, call);
        if (peer->overflow)
            result = cwi_fail(CWIRE_EGONE, "the peer does not read its replies: it is "
                                           "disconnected");
    } else {
        result = no_such_call();
    }
    pthread_mutex_unlock(&link->lock);
    if (wake)
        cwi_platform_wake_set(link->wake);
    return result;
}
