/* Checks of a schema, and look-ups in it by a message's id and size. Pure. */
#ifndef CWI_SCHEMA_H
#define CWI_SCHEMA_H

#include "cwire.h"

/* Returns NULL if the schema keeps every promise that the rest of the library relies on, else what
 * is wrong with it. Published and reply messages must fit in `frame_bytes`. */
const char *cwi_schema_fault(const cwire_schema *schema, uint32_t frame_bytes);

/* Returns the index in schema->messages of this id; schema->count if no message has it. */
size_t cwi_schema_find(const cwire_schema *schema, uint16_t id);

/* Returns whether a payload of `size` bytes can be this message. */
int cwi_schema_fits(const cwire_message *message, size_t size);

/* Writes the sizes that the message can have, "32" or "16 + n * 2", to `text`. */
void cwi_schema_size_text(const cwire_message *message, char *text, size_t size);

#endif
