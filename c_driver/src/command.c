/* What peers send, and the answers to it. */
#include "link.h"

#include <string.h>

int cwire_on_command(cwire *link, uint16_t id, cwire_handler *handler, void *user) {
    size_t index = cwi_schema_find(link->schema, id);
    if (index == link->schema->count || !link->schema->messages[index].command)
        return cwi_fail(CWIRE_EUNKNOWN, "the schema '%s' has no command with id %u",
                        link->schema->name, (unsigned)id);
    link->slots[index].handler = handler;
    link->slots[index].user = user;
    return CWIRE_OK;
}

/* Puts a reply into a peer's lane; the lock must be held. Returns 1 if a sleeping poller must be
 * woken, else 0. Without room the peer is disconnected: a reply is never dropped alone. */
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
    int wake = link->sleeping || peer->overflow;
    link->sleeping = 0;
    return wake;
}

enum { ERROR_TEXT = 1024 }; /* bytes of an error reply's text */

static int put_error(cwi_peer *peer, uint16_t type, uint32_t request, int32_t code,
                     const char *text) {
    uint8_t payload[4 + ERROR_TEXT];
    size_t length = strlen(text);
    uint32_t bits = (uint32_t)(code < 0 ? code : CWIRE_EFAILED);
    for (int i = 0; i < 4; i++)
        payload[i] = (uint8_t)(bits >> (8 * i));
    memcpy(payload + 4, text, length);
    return put_reply(peer, type, CWIRE_REPLY | CWIRE_ERROR, request, payload, 4 + length);
}

/* An error reply from the library itself, in the polling thread. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
static int refuse(cwi_peer *peer, const cwire_header *header, int code, const char *format, ...) {
    char text[ERROR_TEXT];
    va_list arguments;
    va_start(arguments, format);
    cwi_format(text, sizeof text, format, arguments);
    va_end(arguments);
    pthread_mutex_lock(&peer->link->lock);
    put_error(peer, header->type, header->request, code, text);
    pthread_mutex_unlock(&peer->link->lock);
    return 0;
}

int cwi_command_admit(cwi_peer *peer, const cwire_header *header) {
    const cwire_schema *schema = peer->link->schema;
    size_t size = header->size - CWIRE_HEADER_SIZE;
    if (header->type == CWIRE_CONTROL) {
        if (header->size <= CWI_CONTROL_LIMIT)
            return 1;
        cwi_peer_dismiss(peer, CWIRE_EPROTOCOL, "a control frame of %lu bytes is too large",
                         (unsigned long)header->size);
        return -1;
    }
    if (peer->state == CWI_GREETING) {
        cwi_peer_dismiss(peer, CWIRE_EPROTOCOL,
                         "the first frame of a peer must be its answer to the hello");
        return -1;
    }
    if (header->flags) {
        cwi_peer_dismiss(peer, CWIRE_EPROTOCOL, "a peer sends commands, without flags");
        return -1;
    }
    size_t index = cwi_schema_find(schema, header->type);
    if (index == schema->count)
        return refuse(peer, header, CWIRE_EUNKNOWN,
                      "the driver's schema '%s' has no message with id %u: read its schema anew",
                      schema->name, (unsigned)header->type);
    const cwire_message *message = &schema->messages[index];
    if (!message->command)
        return refuse(peer, header, CWIRE_EUNKNOWN,
                      "'%s' is no command: the driver publishes it, or replies with it",
                      message->name);
    if (header->request == 0)
        return refuse(peer, header, CWIRE_EINVAL,
                      "'%s' came with request 0: number requests from 1", message->name);
    if (!cwi_schema_fits(message, size)) {
        char sizes[48];
        cwi_schema_size_text(message, sizes, sizeof sizes);
        return refuse(peer, header, CWIRE_ESIZE,
                      "'%s' has %s bytes of payload, this one came with %lu: encode it with this "
                      "driver's schema",
                      message->name, sizes, (unsigned long)size);
    }
    if (header->size > peer->link->frame_bytes)
        return refuse(peer, header, CWIRE_ETOOBIG,
                      "'%s' came with %lu bytes, this driver takes frames of at most %lu",
                      message->name, (unsigned long)header->size,
                      (unsigned long)peer->link->frame_bytes);
    if (!peer->link->slots[index].handler)
        return refuse(peer, header, CWIRE_ENOHANDLER, "the driver has no handler for '%s'",
                      message->name);
    return 1;
}

static void take_interest(cwi_peer *peer, const uint8_t *payload, size_t size) {
    cwire *link = peer->link;
    long count = cwi_control_interest_count(payload, size);
    if (count < 0) {
        cwi_peer_dismiss(peer, CWIRE_EPROTOCOL, "an interest frame's count is not its size");
        return;
    }
    pthread_mutex_lock(&link->lock);
    memset(peer->wants, 0, link->schema->count);
    for (long i = 0; i < count; i++) {
        size_t index = cwi_schema_find(link->schema, cwi_control_interest_id(payload, (size_t)i));
        if (index < link->schema->count)
            peer->wants[index] = 1;
    }
    cwi_link_count_wanted(link);
    pthread_mutex_unlock(&link->lock);
}

static void handle_control(cwi_peer *peer, const uint8_t *payload, size_t size) {
    if (peer->state == CWI_GREETING) {
        char text[160];
        const char *fault = cwi_control_answer_fault(payload, size, text, sizeof text);
        if (fault)
            cwi_peer_dismiss(peer, CWIRE_EPROTOCOL, "%s", fault);
        else
            cwi_peer_set_state(peer, CWI_STREAMING);
        return;
    }
    uint32_t kind = cwi_control_kind(payload, size);
    if (kind == CWI_INTEREST)
        take_interest(peer, payload, size);
    else if (kind == CWI_BYE)
        cwi_peer_set_state(peer, CWI_GONE);
    else if (kind != CWI_HEARTBEAT)
        cwi_peer_dismiss(peer, CWIRE_EPROTOCOL,
                         "a control frame of kind %lu is not expected from a peer",
                         (unsigned long)kind);
}

/* Gives the answer that the handler left to the library. */
static void finish_command(cwire *link, cwire_token token, int result) {
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

int cwi_command_handle(cwi_peer *peer, const cwire_header *header, const uint8_t *payload) {
    cwire *link = peer->link;
    size_t size = header->size - CWIRE_HEADER_SIZE;
    if (header->type == CWIRE_CONTROL) {
        handle_control(peer, payload, size);
        return 0;
    }
    pthread_mutex_lock(&link->lock);
    cwire_token token = cwi_calls_enter(&link->calls, peer, header->type, header->request);
    pthread_mutex_unlock(&link->lock);
    if (token == 0) {
        refuse(peer, header, CWIRE_EBUSY, "%lu commands wait for their answer already",
               (unsigned long)link->calls.capacity);
        return 0;
    }
    const cwi_slot *slot = &link->slots[cwi_schema_find(link->schema, header->type)];
    cwire_command command;
    command.token = token;
    command.type = header->type;
    command.size = size;
    command.payload = payload;
    command.time_ns = header->time_ns;
    finish_command(link, token, slot->handler(link, &command, slot->user));
    return 1;
}

static int no_such_call(void) {
    return cwi_fail(CWIRE_EGONE, "this command has been answered, or its peer has left");
}

/* Whether the reply is one that the schema promises for this command. */
static int check_reply(const cwire *link, uint16_t type, size_t size, uint16_t *reply_type) {
    const cwire_schema *schema = link->schema;
    const cwire_message *command = &schema->messages[cwi_schema_find(schema, type)];
    char sizes[48];
    *reply_type = type;
    if (size == 0)
        return CWIRE_OK;
    if (!command->reply)
        return cwi_fail(CWIRE_ESIZE, "the schema gives '%s' no reply: answer with NULL and 0",
                        command->name);
    const cwire_message *reply = &schema->messages[cwi_schema_find(schema, command->reply)];
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
    int wake = 0, code;
    uint16_t type = 0;
    pthread_mutex_lock(&link->lock);
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
    char text[ERROR_TEXT];
    va_list arguments;
    int wake = 0, result = CWIRE_OK;
    va_start(arguments, format);
    cwi_format(text, sizeof text, format, arguments);
    va_end(arguments);
    pthread_mutex_lock(&link->lock);
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
