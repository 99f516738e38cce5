/* What peers send, and the answers to it. */
#include "command.h"
#include "peer.h"
#include "readers.h"
#include "reply.h"

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

/* An error reply from the library itself, in the polling thread. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
static int refuse(cwi_peer *peer, const cwire_header *header, int code, const char *format, ...) {
    char text[CWI_REPLY_TEXT];
    va_list arguments;
    va_start(arguments, format);
    cwi_format(text, sizeof text, format, arguments);
    va_end(arguments);
    cwi_reply_refuse(peer, header, code, text);
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
    cwi_readers_count_wanted(link);
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
    cwi_reply_finish(link, token, slot->handler(link, &command, slot->user));
    return 1;
}
