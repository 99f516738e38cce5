/* The frames that peers send. See command.h. */
#include "language.h"

#include "caller.h"
#include "command.h"
#include "readers.h"
#include "reply.h"

int cwire_on_command(cwire *link, uint16_t id, cwire_handler *handler, void *user) {
    if (cwi_caller_check_link(link) != CWIRE_OK)
        return CWIRE_EINVAL;
    size_t index = cwi_schema_find(link->schema, id);
    if (index == link->schema->count || !link->schema->messages[index].command)
        return cwi_fail(CWIRE_EUNKNOWN, "the schema '%s' has no command with id %u",
                        link->schema->name, (unsigned)id);
    link->slots[index].handler = handler;
    link->slots[index].user = user;
    return CWIRE_OK;
}

/* Fills a verdict that needs no text. */
static enum cwi_action decide(cwi_verdict *verdict, enum cwi_action action) {
    verdict->action = action;
    return action;
}

/* Fills a verdict that tells the peer why. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
static enum cwi_action decide_why(cwi_verdict *verdict, enum cwi_action action, int code,
                                  const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    cwi_format(verdict->text, sizeof verdict->text, format, arguments);
    va_end(arguments);
    verdict->code = code;
    return decide(verdict, action);
}

enum cwi_action cwi_command_admit(const cwi_peer *peer, const cwire_header *header,
                                  cwi_verdict *verdict) {
    const cwire *link = peer->link;
    const cwire_schema *schema = link->schema;
    size_t size = header->size - CWIRE_HEADER_SIZE;
    if (header->type == CWIRE_CONTROL) {
        if (header->size <= CWI_CONTROL_LIMIT)
            return decide(verdict, CWI_HANDLE);
        return decide_why(verdict, CWI_DISMISS, CWIRE_EPROTOCOL,
                          "a control frame of %lu bytes is too large", (unsigned long)header->size);
    }
    if (peer->state == CWI_GREETING)
        return decide_why(verdict, CWI_DISMISS, CWIRE_EPROTOCOL,
                          "the first frame of a peer must be its answer to the hello");
    if (header->flags)
        return decide_why(verdict, CWI_DISMISS, CWIRE_EPROTOCOL,
                          "a peer sends commands, without flags");
    size_t index = cwi_schema_find(schema, header->type);
    if (index == schema->count)
        return decide_why(
            verdict, CWI_REFUSE, CWIRE_EUNKNOWN,
            "the driver's schema '%s' has no message with id %u: read its schema anew",
            schema->name, (unsigned)header->type);
    const cwire_message *message = &schema->messages[index];
    if (!message->command)
        return decide_why(verdict, CWI_REFUSE, CWIRE_EUNKNOWN,
                          "'%s' is no command: the driver publishes it, or replies with it",
                          message->name);
    if (header->request == 0)
        return decide_why(verdict, CWI_REFUSE, CWIRE_EINVAL,
                          "'%s' came with request 0: number requests from 1", message->name);
    if (!cwi_schema_fits(message, size)) {
        char sizes[48];
        cwi_schema_size_text(message, sizes, sizeof sizes);
        return decide_why(verdict, CWI_REFUSE, CWIRE_ESIZE,
                          "'%s' has %s bytes of payload, this one came with %lu: encode it with "
                          "this driver's schema",
                          message->name, sizes, (unsigned long)size);
    }
    if (header->size > link->frame_bytes)
        return decide_why(verdict, CWI_REFUSE, CWIRE_ETOOBIG,
                          "'%s' came with %lu bytes, this driver takes frames of at most %lu",
                          message->name, (unsigned long)header->size,
                          (unsigned long)link->frame_bytes);
    if (!link->slots[index].handler)
        return decide_why(verdict, CWI_REFUSE, CWIRE_ENOHANDLER,
                          "the driver has no handler for '%s'", message->name);
    return decide(verdict, CWI_HANDLE);
}

/* Handles the first frame of a peer. */
static enum cwi_action handle_answer(const uint8_t *payload, size_t size, cwi_verdict *verdict) {
    char text[160];
    const char *fault = cwi_control_answer_fault(payload, size, text, sizeof text);
    if (fault)
        return decide_why(verdict, CWI_DISMISS, CWIRE_EPROTOCOL, "%s", fault);
    return decide(verdict, cwi_control_answer_asks_ring(payload) ? CWI_SHARE : CWI_STREAM);
}

static enum cwi_action handle_interest(cwi_peer *peer, const uint8_t *payload, size_t size,
                                       cwi_verdict *verdict) {
    long count = cwi_control_interest_count(payload, size);
    if (count < 0)
        return decide_why(verdict, CWI_DISMISS, CWIRE_EPROTOCOL,
                          "an interest frame's count is not its size");
    cwi_readers_set_wants(peer, payload, (size_t)count);
    return decide(verdict, CWI_DONE);
}

static enum cwi_action handle_control(cwi_peer *peer, const uint8_t *payload, size_t size,
                                      cwi_verdict *verdict) {
    if (peer->state == CWI_GREETING)
        return handle_answer(payload, size, verdict);
    uint32_t kind = cwi_control_kind(payload, size);
    if (kind == CWI_INTEREST)
        return handle_interest(peer, payload, size, verdict);
    if (kind == CWI_BYE)
        return decide(verdict, CWI_CLOSE);
    if (kind == CWI_HEARTBEAT)
        return decide(verdict, CWI_DONE);
    return decide_why(verdict, CWI_DISMISS, CWIRE_EPROTOCOL,
                      "a control frame of kind %lu is not expected from a peer",
                      (unsigned long)kind);
}

enum cwi_action cwi_command_handle(cwi_peer *peer, const cwire_header *header,
                                   const uint8_t *payload, cwi_verdict *verdict) {
    cwire *link = peer->link;
    size_t size = header->size - CWIRE_HEADER_SIZE;
    if (header->type == CWIRE_CONTROL)
        return handle_control(peer, payload, size, verdict);
    pthread_mutex_lock(&link->lock);
    cwire_token token = cwi_calls_enter(&link->calls, peer, header->type, header->request);
    pthread_mutex_unlock(&link->lock);
    if (token == 0)
        return decide_why(verdict, CWI_REFUSE, CWIRE_EBUSY,
                          "%lu commands wait for their answer already",
                          (unsigned long)link->calls.capacity);
    const cwi_slot *slot = &link->slots[cwi_schema_find(link->schema, header->type)];
    cwire_command command;
    command.token = token;
    command.type = header->type;
    command.size = size;
    command.payload = payload;
    command.time_ns = header->time_ns;
    cwi_reply_finish(link, token, slot->handler(link, &command, slot->user));
    return decide(verdict, CWI_HANDLED);
}
