/* The commands that wait for their answer, found by token. Pure: the caller brings the memory and
 * the lock.
 */
#ifndef CWI_CALLS_H
#define CWI_CALLS_H

#include "cwire.h"

typedef struct cwi_call {
    void *owner;         /* the peer that sent it; NULL: the entry is free */
    uint32_t request;    /* the peer's number for it */
    uint32_t generation; /* how often the entry was used: old tokens do not match */
    uint32_t next_free;  /* the next free entry, when free */
    uint16_t type;       /* the command */
} cwi_call;

typedef struct cwi_calls {
    cwi_call *calls;
    uint32_t capacity;
    uint32_t first_free; /* `capacity`: none */
} cwi_calls;

void cwi_calls_init(cwi_calls *calls, cwi_call *memory, uint32_t capacity);

/* Enters a command. Returns its token, or 0 when the table is full. */
cwire_token cwi_calls_enter(cwi_calls *calls, void *owner, uint16_t type, uint32_t request);

/* Returns the command that a token names; NULL if it has been answered or its owner has left. */
cwi_call *cwi_calls_find(cwi_calls *calls, cwire_token token);

/* Takes a command out: cwi_calls_find no longer finds its token. */
void cwi_calls_remove(cwi_calls *calls, cwi_call *call);

/* Takes out all commands of one owner. */
void cwi_calls_forget(cwi_calls *calls, const void *owner);

#endif
