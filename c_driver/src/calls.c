/* The commands that wait for their answer. See calls.h. */
#include "language.h"

#include "calls.h"

void cwi_calls_init(cwi_calls *calls, cwi_call *memory, uint32_t capacity) {
    calls->calls = memory;
    calls->capacity = capacity;
    calls->first_free = 0;
    for (uint32_t i = 0; i < capacity; i++) {
        memory[i].owner = NULL;
        memory[i].generation = 0;
        memory[i].next_free = i + 1;
    }
}

/* Makes the token of the entry's generation, which is never 0, and its index in the low 32 bits. */
cwire_token cwi_calls_enter(cwi_calls *calls, void *owner, uint16_t type, uint32_t request) {
    uint32_t index = calls->first_free;
    if (index == calls->capacity)
        return 0;
    cwi_call *call = &calls->calls[index];
    calls->first_free = call->next_free;
    call->owner = owner;
    call->type = type;
    call->request = request;
    if (++call->generation == 0)
        call->generation = 1;
    return (cwire_token)call->generation << 32 | index;
}

cwi_call *cwi_calls_find(cwi_calls *calls, cwire_token token) {
    uint32_t index = (uint32_t)(token & UINT32_MAX);
    if (index >= calls->capacity)
        return NULL;
    cwi_call *call = &calls->calls[index];
    return call->owner && call->generation == token >> 32 ? call : NULL;
}

void cwi_calls_remove(cwi_calls *calls, cwi_call *call) {
    call->owner = NULL;
    call->next_free = calls->first_free;
    calls->first_free = (uint32_t)(call - calls->calls);
}

void cwi_calls_forget(cwi_calls *calls, const void *owner) {
    for (uint32_t i = 0; i < calls->capacity; i++)
        if (calls->calls[i].owner == owner)
            cwi_calls_remove(calls, &calls->calls[i]);
}
