/* Checks of a schema, and look-ups in it. See schema.h. */
#include "language.h"

#include "schema.h"

#include <stdio.h>

size_t cwi_schema_find(const cwire_schema *schema, uint16_t id) {
    const cwire_message *messages = schema->messages;
    size_t low = 0, high = schema->count;
    if (id > 0 && id <= high && messages[id - 1].id == id)
        return id - 1u; /* ids that count from 1, as most headers have them */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (messages[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < schema->count && messages[low].id == id ? low : schema->count;
}

const char *cwi_schema_fault(const cwire_schema *schema, uint32_t frame_bytes) {
    if (!schema || !schema->name || !schema->json || !schema->messages || schema->count == 0)
        return "it is empty";
    if (schema->json_size == 0)
        return "its JSON is empty";
    if (schema->json_size > CWIRE_HELLO_LIMIT - 4096)
        return "its JSON is larger than 4 MiB";
    for (size_t i = 0; i < schema->count; i++) {
        const cwire_message *message = &schema->messages[i];
        if (message->id == CWIRE_CONTROL || message->id >= CWIRE_RELAY_TYPES)
            return "a message's id is 0 or above 0xEFFF";
        if (i > 0 && message->id <= schema->messages[i - 1].id)
            return "its messages are not sorted by id";
        if (!message->name)
            return "a message has no name";
        if (message->size > frame_bytes - CWIRE_HEADER_SIZE)
            return "a message does not fit in a frame: raise cwire_options.frame_bytes, or "
                   "ring_bytes";
        if (message->reply && cwi_schema_find(schema, message->reply) == schema->count)
            return "a command's reply is not one of its messages";
    }
    return NULL;
}

int cwi_schema_fits(const cwire_message *message, size_t size) {
    if (message->tail_size == 0)
        return size == message->size;
    return size >= message->size && (size - message->size) % message->tail_size == 0;
}

void cwi_schema_size_text(const cwire_message *message, char *text, size_t size) {
    if (message->tail_size == 0)
        snprintf(text, size, "%lu", (unsigned long)message->size);
    else
        snprintf(text, size, "%lu + n * %lu", (unsigned long)message->size,
                 (unsigned long)message->tail_size);
}
