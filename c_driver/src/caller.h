/* The checks that public functions begin with: their arguments and who calls them. Inline, since
 * cwire_publish is among them. */
#ifndef CWI_CALLER_H
#define CWI_CALLER_H

#include "link.h"

/* Keep the text of what is wrong, and return its code. */
int cwi_caller_no_link(void);
int cwi_caller_no_parent(void);
int cwi_caller_no_bytes(size_t size);
int cwi_caller_interrupted(void);

/* Returns 0, or CWIRE_EINVAL if there is no link, as after a failed cwire_listen, or if it is the
 * one of the process that this one was forked from: its ring is not here. */
static inline int cwi_caller_check_link(const cwire *link) {
    if (!link)
        return cwi_caller_no_link();
    return *link->memory.mine ? CWIRE_OK : cwi_caller_no_parent();
}

/* Returns 0, or CWIRE_EINVAL if `size` bytes are to be read from nowhere. */
static inline int cwi_caller_check_bytes(const void *bytes, size_t size) {
    return bytes || size == 0 ? CWIRE_OK : cwi_caller_no_bytes(size);
}

/* Takes the link's lock. Returns 0, or CWIRE_EBUSY without the lock: this thread has it already,
 * which only happens in a handler of a signal that came while the thread was in cwire. */
static inline int cwi_caller_lock(cwire *link) {
    return pthread_mutex_lock(&link->lock) == 0 ? CWIRE_OK : cwi_caller_interrupted();
}

#endif
